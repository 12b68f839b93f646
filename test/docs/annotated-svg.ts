/** The picture of docs/guide/reading-a-trace.md: a race page's picture with a letter beside each thing that the page explains. */

/** By letter: the class of an SVG text, and what it begins with. */
export const callouts = {
  A: ['rw-headline', 'gup-fast-vs-fork'],
  B: ['rw-title', 'CPU 0'],
  C: ['rw-number', '2'],
  D: ['rw-text', 'pte = gup_get_pte'],
  E: ['rw-beside', 'reads pte == writable<'],
  F: ['rw-note', '(local_irq_save'],
  G: ['rw-beside rw-change', 'pte: writable'],
  H: ['rw-beside', 'nothing orders'],
  I: ['rw-end', '=&gt; gup_fast'],
} as const;

/** Widths of the picture's characters in pixels: 13 px, and 11 px beside a step. */
const [wide, narrow] = [7.83, 6.63];

const radius = 9;

/** Throws  Error where the picture has no text for a letter. */
export function annotatedSvg(svg: string): string {
  const circles = Object.entries(callouts).map(([letter, [kind, start]]) => {
    const found = [...svg.matchAll(/<text class="([^"]+)" x="([\d.]+)" y="([\d.]+)">(.*?)<\/text>/g)].find(
      ([whole, group]) => group === kind && whole.includes(`>${start}`),
    );
    if (found === undefined) throw new Error(`the picture has no ${kind} '${start}'`);
    const [, , x, y, text] = found as unknown as readonly [string, string, string, string, string];
    const length = text.replaceAll(/&[#\w]+;/g, '.').length;
    const end = Number(x) + length * (kind.includes('beside') ? narrow : wide);
    // A number ends where its x is, and has room before it.
    const center = kind === 'rw-number' ? Number(x) - 24 : end + radius + 8;
    const at = letter === 'H' ? shiftOf(svg) : [0, 0];
    return circleAt(center + at[0]!, Number(y) + at[1]!, letter);
  });
  return svg.replace('</svg>', `${circles.join('')}</svg>`);
}

/** Where the legend of the arrows stands. */
function shiftOf(svg: string): readonly number[] {
  const [, x, y] = /<g class="rw-race" transform="translate\((\d+) (\d+)\)">/.exec(svg)!;
  return [Number(x), Number(y)];
}

const circleAt = (x: number, y: number, letter: string) =>
  `<circle cx="${x.toFixed(1)}" cy="${y}" r="${radius}" fill="#b35900"/>` +
  `<text x="${x.toFixed(1)}" y="${y}" text-anchor="middle" style="fill:#fff;font-size:11px;font-weight:bold">${letter}</text>`;
