/** The Mermaid export is read by Mermaid itself, and comes out with the words that went in. */
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import { toMermaid } from '../../checker/export/trace/mermaid.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { racesInWords } from '../../checker/report/race-sentences.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import { traces } from './traces.ts';

interface Message {
  readonly message: unknown;
}

/** The texts of a diagram; Mermaid keeps character numbers in a form of its own until it draws. */
async function textsIn(diagram: string): Promise<readonly string[]> {
  // No other part of its interface exposes the content of a diagram.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(diagram);
  const { getMessages } = db as unknown as { readonly getMessages: () => readonly Message[] };
  return getMessages
    .call(db)
    .flatMap(({ message }) => (typeof message === 'string' ? message : []))
    .map((text) =>
      text.replaceAll(/(?:ﬂ°°|#)(\d+)(?:¶ß|;)/g, (_, code: string) => String.fromCodePoint(Number(code))),
    );
}

describe.each(traces)('%s', (_, exported) => {
  test('is parsed, and contains every line and every race', async () => {
    const diagram = toMermaid(exported);
    await expect(mermaid.parse(diagram)).resolves.toMatchObject({ diagramType: 'sequence' });
    const texts = await textsIn(diagram);
    const cpus = cpusOf(exported.system, exported.trace);
    const lines = traceLines(exported.system, exported.trace, cpus).map(({ step, text, beside }) =>
      [step === null ? text : `${step}. ${text}`, ...beside.map((part) => part.text)].join('<br/>'),
    );
    const races = racesInWords(exported.system, exported.trace, cpus).map(({ sentence }) => sentence);
    expect(texts.toSorted()).toEqual([...lines, ...races, `=> ${exported.end}`].toSorted());
  });
});
