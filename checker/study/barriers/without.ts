/** A model without some of its barriers. */
import type { Model } from '../../language/model.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { shapeOf } from '../../memory/common/accesses.ts';
import { edited } from '../mutate/edited.ts';
import type { Barrier } from './barrier.ts';

/**
 * The model without these barriers and rechecks and the orderings of these accesses; all other lines keep their
 * numbers.
 *
 * Sound for: barriers that only order: the result has every run of the model, except the steps of the barriers
 *            themselves (docs/soundness).
 */
export const without = (model: Model, barriers: readonly Barrier[]): Model =>
  [...Map.groupBy(barriers, ({ thread }) => thread)].reduce(
    (rest, [thread, own]) =>
      edited(rest, thread, new Map(own.map(({ line }) => [line, weakened(rest, thread, line)]))),
    model,
  );

/** The replacement of a barrier: nothing, or the plain access. */
function weakened({ threads }: Model, thread: string, line: number): Block {
  const { body } = threads.find(({ name }) => name === thread)!;
  const statement = [...statementsOf(body)].find((other) => other.line === line)!;
  return statement.kind === 'step' ? [unordered(statement)] : [];
}

function unordered(statement: Statement & { kind: 'step' }): Statement {
  const plain = { ...statement, ordering: null };
  return shapeOf(plain) === 'atomic' ? { ...plain, ordering: 'relaxed' } : plain;
}
