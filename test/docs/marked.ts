/** Pages with generated parts, between `<!-- generated: NAME -->` and `<!-- generated: end -->`. */

const part = /(<!-- generated: (\w+) -->\n)[^]*?(\n<!-- generated: end -->)/g;

/**
 * A page with new text in its parts; a part for which there is no new text stays as it is.
 *
 * Throws  Error for text that the page has no part for.
 */
export function withParts(page: string, texts: Readonly<Record<string, string>>): string {
  const names = [...page.matchAll(part)].map(([, , name]) => name!);
  for (const name of Object.keys(texts))
    if (!names.includes(name)) throw new Error(`the page has no part <!-- generated: ${name} -->`);
  return page.replaceAll(part, (whole, begin: string, name: string, end: string) => {
    const text = texts[name];
    return text === undefined ? whole : `${begin}\n${text}\n${end}`;
  });
}

/** The text of one part. */
export const partOf = (page: string, name: string): string =>
  [...page.matchAll(part)]
    .find(([, , other]) => other === name)![0]
    .split('\n')
    .slice(2, -2)
    .join('\n');
