/** A model without some of its barriers. */
import type { Model } from '../../language/model.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { shapeOf } from '../../memory/common/accesses.ts';
import { edited } from '../mutate/edited.ts';
import type { Barrier } from './barrier.ts';

/**
 * The model without these barriers and rechecks, and with these accesses no longer ordered; all other lines keep their numbers.
 *
 * Sound for: barriers that only order: every run of the model is one of the result, but for the steps of the barriers
 *            themselves. docs/soundness/barriers.md says why.
 */
export const without = (model: Model, barriers: readonly Barrier[]): Model =>
  [...Map.groupBy(barriers, ({ thread }) => thread)].reduce(
    (rest, [thread, own]) =>
      edited(rest, thread, new Map(own.map(({ line }) => [line, weakened(rest, thread, line)]))),
    model,
  );

/** What stands in place of a barrier: nothing, or the access alone. */
function weakened({ threads }: Model, thread: string, line: number): Block {
  const { body } = threads.find(({ name }) => name === thread)!;
  const statement = [...statementsOf(body)].find((other) => other.line === line)!;
  return statement.kind === 'step' ? [unordered(statement)] : [];
}

function unordered(statement: Statement & { kind: 'step' }): Statement {
  const plain = { ...statement, ordering: null };
  return shapeOf(plain) === 'atomic' ? { ...plain, ordering: 'relaxed' } : plain;
}
