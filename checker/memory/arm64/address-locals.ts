/** The locals that an address of a load may be computed from: only their order matters to loads. */
import type { CellRange } from '../../program/numbering.ts';
import { walk, type AnyExpr, type SharedReference } from '../../language/expression.ts';
import type { Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { accessesOf } from '../common/accesses.ts';
import { effectsOf, localsIn } from './access-cells.ts';

/**
 * By position in the local state.
 *
 * Sound for:  values that go through memory: what a thread stores where it also loads counts as an address.
 */
export function addressLocals(
  thread: AnyThread,
  locals: ReadonlyMap<string, CellRange>,
  width: number,
): readonly boolean[] {
  const statements = [...statementsOf(thread.body)];
  const loaded = new Set(statements.flatMap((one) => accessesOf(one).reads).map(({ name }) => name));
  const found = new Set<string>();
  for (const statement of statements)
    for (const reference of accessesOf(statement).reads)
      for (const name of addressOf(reference)) found.add(name);
  const flows = statements.flatMap((statement) => [...flowsOf(statement, loaded)]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [to, from] of flows)
      if (to === null || found.has(to))
        for (const name of from)
          if (!found.has(name)) {
            found.add(name);
            grew = true;
          }
  }
  const positions = Array.from({ length: width }, () => false);
  for (const name of found) {
    const { first, length } = locals.get(name)!;
    positions.fill(true, first, first + length);
  }
  return positions;
}

const addressOf = ({ index, via = [] }: SharedReference): readonly string[] =>
  [...(index === null ? [] : [index]), ...via].flatMap(localsIn);

/** From which locals which local is computed; null: what is stored where the thread also loads. */
function* flowsOf(
  statement: Statement,
  loaded: ReadonlySet<string>,
): Generator<readonly [to: string | null, from: readonly string[]]> {
  for (const effect of effectsOf(statement)) {
    if (effect.kind !== 'set') continue;
    const { target, value } = effect;
    const index: readonly AnyExpr[] = target.index === null ? [] : [target.index];
    if (target.kind === 'local') {
      yield [target.name, [value, ...index].flatMap(localsIn)];
      continue;
    }
    if (loaded.has(target.name)) yield [null, [...localsIn(value), ...addressOf(target)]];
    // The value that was read in the same step has its address in its view.
    for (const part of walk(value)) if (part.kind === 'shared') yield [null, addressOf(part)];
  }
}
