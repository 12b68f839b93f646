/**
 * A weaker memory never has the better verdict, and what changes nothing that a CPU does turns no verdict into a proof:
 * on random models with all constructs of the language.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { always, forAll, not, or, type Expr } from '../../checker/language/index.ts';
import { memoryModelNames, type MemoryModelName } from '../../checker/language/memory-name.ts';
import type { Model, Verdict } from '../../checker/language/model.ts';
import { withBlocks, type Block, type Statement } from '../../checker/language/statement.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings as search } from '../../checker/search/settings.ts';
import { randomModel } from '../laws/random-model.ts';
import { randomProtocol } from './random-protocol.ts';

const limits = { ...noLimits, maxStates: 2_000 };
const few = { ...search, engine: 'interpreter' } as const;

/** The verdict; null where there are too many states for one. */
function verdictOf(model: Model, memory: MemoryModelName): Verdict | 'error' | null {
  const { outcome } = check(memoryModels[memory](model, defaultSettings), limits, few);
  if (outcome.verdict === 'inconclusive' && outcome.statistics.states >= limits.maxStates) return null;
  return outcome.verdict;
}

/** The names are from stronger to weaker. */
function expectNoneImproves(model: Model): void {
  const verdicts = memoryModelNames.map((memory) => verdictOf(model, memory));
  for (const [at, verdict] of verdicts.entries())
    if (at > 0 && verdict === 'holds') expect(['holds', null]).toContain(verdicts[at - 1]);
}

test('no verdict improves from sc to tso to pso to arm64, on protocols that hang on an order', () => {
  fc.assert(fc.property(randomProtocol, expectNoneImproves), { numRuns: 150, seed: 2019 });
});

test('no verdict improves from sc to tso to pso to arm64, on models of all kinds', () => {
  const models = randomModel({ errors: false, states: 40 });
  fc.assert(fc.property(models, expectNoneImproves), { numRuns: 40, seed: 2019 });
});

/** The model with a count in every step. */
function counted(model: Model): Model {
  const inBlock = (block: Block): Block => block.map(inStatement);
  const inStatement = (statement: Statement): Statement =>
    statement.kind === 'step'
      ? { ...statement, effects: [...statement.effects, { kind: 'count', name: 'steps', amount: 1 }] }
      : withBlocks(statement, inBlock);
  return { ...model, threads: model.threads.map((thread) => ({ ...thread, body: inBlock(thread.body) })) };
}

/** The model with a property that is true of anything and names all locals. */
const named = (model: Model): Model => ({
  ...model,
  properties: [
    ...model.properties,
    ...model.threads.map((thread) =>
      always(
        `all of ${thread.name}`,
        forAll(thread, (l) =>
          Object.values(l).reduce<Expr<boolean>>(
            (all, local) => ('at' in local ? all : or(all, isItself(local))),
            not(false),
          ),
        ),
      ),
    ),
  ],
});

const isItself = (local: Expr): Expr<boolean> => ({
  kind: 'binary',
  operator: '==',
  left: local,
  right: local,
});

test('under arm64 neither a count nor a name in a property changes a verdict', () => {
  fc.assert(
    fc.property(randomProtocol, (model) => {
      const verdict = verdictOf(model, 'arm64');
      const others = [counted, named].map((change) => verdictOf(change(model), 'arm64'));
      if (verdict === null || others.includes(null)) return;
      expect(others).toEqual([verdict, verdict]);
    }),
    { numRuns: 60, seed: 2019 },
  );
});
