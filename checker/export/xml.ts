/** XML as text. */

/** What XML has no character for. */
const impossible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in an element or an attribute, in XML as in HTML. */
export const escapeXml = (text: string): string =>
  text.replaceAll(impossible, '?').replaceAll(/[&<>"']/g, (character) => entities[character]!);

/** An element; its content is XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...content: readonly string[]
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) =>
      ` ${key}="${escapeXml(typeof value === 'number' ? String(Number(value.toFixed(1))) : value)}"`,
  );
  return content.length === 0
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content.join('')}</${name}>`;
}
