/** Laws of memory models on random models: a weaker one allows more, and barriers everywhere make all alike. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smpMb } from '../../checker/language/index.ts';
import { memoryModelNames } from '../../checker/language/memory-name.ts';
import type { Model } from '../../checker/language/model.ts';
import type { Block, Statement } from '../../checker/language/statement.ts';
import { randomModel } from '../laws/random-model.ts';
import { outcomesOf } from './outcomes.ts';

const most = 400;
const models = randomModel({ errors: false, states: 60 });

/** Runs a law with the same random models each time. */
const holds = (law: (model: Model) => void) => {
  fc.assert(fc.property(models, law), { numRuns: 25, seed: 1979 });
};

const missing = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
  [...some].filter((state) => !others.has(state));

test('a weaker memory model allows all that a stronger one does', () => {
  holds((model) => {
    const outcomes = memoryModelNames.map((memory) => outcomesOf(model, memory, most));
    for (const [at, weak] of outcomes.entries()) {
      const strong = at === 0 ? null : outcomes[at - 1]!;
      if (strong === null || weak === null) continue;
      expect(missing(strong.terminal, weak.terminal)).toEqual([]);
      // On the way a property sees more of arm64 than one state has.
      if (memoryModelNames[at] !== 'arm64') expect(missing(strong.all, weak.all)).toEqual([]);
    }
  });
});

/** The block with a full barrier behind every step; atomic blocks order themselves. */
const withBarriers = (block: Block): Block =>
  block.flatMap((statement): readonly Statement[] => {
    switch (statement.kind) {
      case 'step':
        return [statement, { ...smpMb(), line: statement.line }];
      case 'branch':
        return [
          { ...statement, then: withBarriers(statement.then), otherwise: withBarriers(statement.otherwise) },
        ];
      case 'either':
        return [{ ...statement, alternatives: statement.alternatives.map(withBarriers) }];
      case 'loop':
      case 'forever':
        return [{ ...statement, body: withBarriers(statement.body) }];
      case 'atomically':
      case 'choose':
      case 'label':
      case 'goto':
      case 'barrier':
      case 'note':
        return [statement];
    }
  });

describe('with a full barrier after every store, nothing is weaker than SC', () => {
  test.each(['tso', 'pso', 'arm64'] as const)('%s', (weak) => {
    holds((model) => {
      const fenced = {
        ...model,
        threads: model.threads.map((thread) => ({ ...thread, body: withBarriers(thread.body) })),
      };
      const [sc, other] = [outcomesOf(model, 'sc', most), outcomesOf(fenced, weak, most)];
      if (sc === null || other === null) return;
      expect([...other.terminal].sort()).toEqual([...sc.terminal].sort());
    });
  });
});
