/** The results of litmus files as one self-contained HTML page. */
import { element, escapeXml } from '../xml.ts';

export interface LitmusAnswer {
  readonly name: string;
  /** Never, Sometimes or Always, with its condition. */
  readonly verdict: string;
  /** The file as it is written. */
  readonly source: string;
  /** The lines that the command prints. */
  readonly text: string;
  /** A picture of the execution, or null. */
  readonly svg: string | null;
}

export function litmusPage(answers: readonly LitmusAnswer[]): string {
  const [first] = answers;
  const title = answers.length === 1 && first !== undefined ? first.name : `${answers.length} litmus tests`;
  const head = element(
    'head',
    {},
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    element('title', {}, escapeXml(title)),
    element('style', {}, style),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, element('body', {}, ...answers.map(section)))}\n`;
}

function section({ name, verdict, source, text, svg }: LitmusAnswer): string {
  return element(
    'section',
    {},
    element('h1', {}, escapeXml(name)),
    element('p', { class: 'verdict' }, escapeXml(verdict)),
    ...(svg === null ? [] : [element('div', { class: 'picture' }, svg)]),
    element('pre', {}, escapeXml(text.trimEnd())),
    element(
      'details',
      {},
      element('summary', {}, 'The test'),
      element('pre', {}, escapeXml(source.trimEnd())),
    ),
  );
}

const style = [
  ':root{color-scheme:light dark}body{font:16px system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}',
  'h1{font-size:1.3rem}.verdict{font-size:1.1rem}.picture{overflow-x:auto}pre{overflow-x:auto;font:13px ui-monospace,monospace}',
].join('');
