/** What the page of litmus tests answers, without a browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { litmusModels, type LitmusModel } from '../../checker/litmus/litmus-model.ts';
import { printLitmus } from '../../checker/litmus/print.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { repliesTo } from '../../web/src/litmus/answer.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

/** The files that `examples.ts` takes into the page. */
const examples = new Map(
  ['../litmus/files/', '../../web/src/litmus/examples/'].flatMap((path) => {
    const folder = new URL(path, import.meta.url);
    return readdirSync(folder).map((name) => [
      name.replace('.litmus', ''),
      readFileSync(new URL(name, folder), 'utf8'),
    ]);
  }) as [string, string][],
);

const replies = (source: string, memory: LitmusModel = 'lkmm', seconds = 60) => [
  ...repliesTo({ source, memory, seconds }),
];

describe('what the page answers', () => {
  test.each([...examples])(
    '%s: what the command prints, an execution, and whether a machine gets there',
    (name, text) => {
      const [verdict, shown, machine, ...rest] = replies(text);
      const result = runLitmus(text, 'lkmm');
      expect(verdict).toMatchObject({
        kind: 'verdict',
        verdict: { text: printLitmus(result), ok: result.ok },
      });
      expect(machine?.kind).toBe(result.positive > 0 ? 'machine' : undefined);
      expect(rest).toEqual([]);
      if (shown?.kind !== 'shown') throw new Error('nothing is shown');
      const { title, execution } = shown.shown;
      // Its values would have to come out of thin air.
      if (name === 'LB+datas')
        return expect({ title: title.split(',')[0], execution }).toEqual({
          title: 'No execution',
          execution: null,
        });
      expect(execution?.svg).toContain('</svg>');
      // The cycle is closed: every arrow begins where the one before has ended.
      const arrows = execution?.forbidden?.cycle.map(({ arrow }) => arrow.split(/ --.*--> /)) ?? [];
      expect(arrows.length > 0).toBe(result.positive === 0);
      for (const [at, [from]] of arrows.entries()) expect(from).toBe(arrows.at(at - 1)![1]);
    },
  );

  test.each(litmusModels.filter((name) => name !== 'lkmm'))(
    '%s: a verdict, and the run of the machine',
    (memory) => {
      const [verdict, shown, ...rest] = replies(examples.get('SB')!, memory);
      expect(verdict).toMatchObject({ verdict: { observation: memory === 'sc' ? 'Never' : 'Sometimes' } });
      expect(shown).toMatchObject({ shown: { execution: null } });
      expect(shown?.kind === 'shown' && shown.shown.run !== null).toBe(memory !== 'sc');
      expect(rest).toEqual([]);
    },
  );

  test('what is sent from the worker is plain data', () => {
    const all = replies(examples.get('MP+plain')!);
    expect(structuredClone(all)).toEqual(all);
    expect(all[0]).toMatchObject({ verdict: { flags: ['data-race'] } });
  });

  test('a mistake names its line; a limit is no verdict', () => {
    expect(replies('C wrong\n{}\nP0(int *x) { frobnicate(*x); }\nexists (x=1)\n')).toEqual([
      { kind: 'error', message: expect.stringMatching(/^line 3: /) as string },
    ]);
    expect(replies(examples.get('IRIW')!, 'pso', -1)).toEqual([
      { kind: 'limit', message: 'inconclusive under pso: the limit of -1 seconds was reached' },
    ]);
  });
});
