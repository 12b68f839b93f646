/** Barriers that belong to the atomic operation beside them, such as smp_mb__before_atomic(). */
import { walk, type AnyExpr } from '../../language/expression.ts';
import { withBlocks, type Block, type Effect, type Statement } from '../../language/statement.ts';
import { behind, isAccess } from './next-accesses.ts';

/** Where the barrier stands. */
export type Side = 'before' | 'after';

/**
 * The block without those barriers that have no atomic operation on their side: an access between the two, on some way,
 * is one that the kernel does not order.
 */
export function withoutStrayBarriers(block: Block, sides: ReadonlyMap<Statement, Side>): Block {
  const strays = straysOf(block, sides, false);
  return block.flatMap((statement) => {
    if (strays.has(statement)) return [];
    if (statement.kind === 'forever') {
      const inside = straysOf(statement.body, sides, true);
      return [{ ...statement, body: statement.body.filter((one) => !inside.has(one)) }];
    }
    return [withBlocks(statement, (inner) => withoutStrayBarriers(inner, sides))];
  });
}

function straysOf(
  block: Block,
  sides: ReadonlyMap<Statement, Side>,
  isEndless: boolean,
): ReadonlySet<Statement> {
  const strays = new Set<Statement>();
  if (!block.some((statement) => sides.has(statement))) return strays;
  const others = [...block.entries()].filter(([, statement]) => isAccess(statement) && !isUpdate(statement));
  // Where an access that is no atomic operation, or nothing at all, comes last before the barrier.
  for (const from of [0, ...others.map(([at]) => at + 1)])
    for (const passed of behind(block, from, isEndless).passed)
      if (sides.get(passed) === 'after') strays.add(passed);
  for (const [at, statement] of block.entries())
    if (sides.get(statement) === 'before') {
      const { accesses } = behind(block, at + 1, isEndless);
      if (accesses.size === 0 || [...accesses].some((one) => !isUpdate(one))) strays.add(statement);
    }
  return strays;
}

/** Whether a statement reads and writes a cell of memory in one step. */
function isUpdate(statement: Statement): boolean {
  if (statement.kind !== 'step') return false;
  const written = statement.effects.flatMap(writtenBy);
  const read = [...(statement.guard === null ? [] : [statement.guard]), ...statement.effects.flatMap(readBy)];
  return read.some((expr) => [...walk(expr)].some((part) => isMemory(part) && written.includes(part.name)));
}

const isMemory = (part: AnyExpr): part is AnyExpr & { kind: 'shared' } =>
  part.kind === 'shared' && part.isNoMemory !== true;

function writtenBy(effect: Effect): readonly string[] {
  if (effect.kind === 'set') return isMemory(effect.target) ? [effect.target.name] : [];
  return effect.kind === 'when' || effect.kind === 'each' ? effect.effects.flatMap(writtenBy) : [];
}

function readBy(effect: Effect): readonly AnyExpr[] {
  if (effect.kind === 'set') return [effect.value];
  if (effect.kind === 'when') return [effect.condition, ...effect.effects.flatMap(readBy)];
  return effect.kind === 'each' ? effect.effects.flatMap(readBy) : [];
}
