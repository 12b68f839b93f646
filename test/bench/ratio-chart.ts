/** The chart of docs/performance: CPU seconds of others over racewalk's, model by model, on a logarithmic axis. */

export interface RatioRow {
  readonly model: string;
  /** CPU time over racewalk's, by contender; null where it was not measured. */
  readonly ratios: Readonly<Record<string, number | null>>;
}

const [width, left, right, bar, gap, top] = [920, 470, 50, 16, 14, 46];
const [least, most] = [0.25, 128];
const grid = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128];
const colours = ['#4477aa', '#cc6677', '#999933'];

const at = (ratio: number): number =>
  left + ((width - left - right) * Math.log2(ratio / least)) / Math.log2(most / least);

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Shape:  an SVG document of one line; bars begin at 1, which is racewalk. */
export function ratioChart(rows: readonly RatioRow[]): string {
  const names = [...new Set(rows.flatMap(({ ratios }) => Object.keys(ratios)))];
  const rowHeight = names.length * bar + gap;
  const height = top + rows.length * rowHeight + 28;
  const label = (x: number, y: number, text: string, anchor = 'start', colour = '#333') =>
    `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" fill="${colour}">${escaped(text)}</text>`;
  const lines = grid.map(
    (ratio) =>
      `<line x1="${at(ratio).toFixed(1)}" x2="${at(ratio).toFixed(1)}" y1="${top - 8}" y2="${height - 24}" stroke="${ratio === 1 ? '#333' : '#ddd'}"/>` +
      label(at(ratio), height - 8, `${ratio}`, 'middle', '#666'),
  );
  const legend = names.map((name, nth) => label(left + nth * 110, 20, `■ ${name}`, 'start', colours[nth]));
  const bars = rows.flatMap(({ model, ratios }, row) => {
    const y = top + row * rowHeight;
    return [
      label(left - 8, y + (names.length * bar) / 2 + 4, model, 'end'),
      ...names.map((name, nth) => {
        const ratio = ratios[name] ?? null;
        const line = y + nth * bar;
        if (ratio === null) return label(at(1) + 4, line + 12, 'not measured', 'start', '#666');
        const [from, to] = [at(Math.min(1, ratio)), at(Math.max(1, ratio))];
        const figure = label(to + 4, line + 12, ratio.toFixed(ratio < 1 ? 2 : 1), 'start', '#333');
        return `<rect x="${from.toFixed(1)}" y="${line}" width="${(to - from).toFixed(1)}" height="${bar - 3}" fill="${colours[nth]}"/>${figure}`;
      }),
    ];
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="CPU time over racewalk's, by model">` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    label(left - 8, 20, "CPU time over racewalk's (log scale)", 'end') +
    [...legend, ...lines, ...bars].join('') +
    '</svg>\n'
  );
}
