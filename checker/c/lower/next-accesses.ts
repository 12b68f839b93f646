/** The accesses that a thread may make next after a label. */
import { isPartOfStep, type Block, type Effect, type Statement } from '../../language/statement.ts';

/** The block in which the next access after a label, on every way from it, begins with the effects. */
export const endedFrom = (block: Block, [label, effects]: readonly [string, readonly Effect[]]): Block =>
  ended(block, { label, effects, isEndless: false });

interface End {
  readonly label: string;
  readonly effects: readonly Effect[];
  /** The block begins anew at its end: that of a handler. */
  readonly isEndless: boolean;
}

function ended(block: Block, end: End): Block {
  const at = block.findIndex((one) => one.kind === 'label' && one.name === end.label);
  const next = at < 0 ? new Set() : behind(block, at, end.isEndless).accesses;
  return block.map((statement) => {
    if (statement.kind === 'forever')
      return { ...statement, body: ended(statement.body, { ...end, isEndless: true }) };
    return next.has(statement) ? beginningWith(statement, end.effects) : statement;
  });
}

/**
 * The next accesses on all ways from a position of a block, and what they pass; `isEndless`: the block begins anew at its end.
 *
 * Assumes: code of threads is flat: blocks stand in branches, which hold jumps, and in atomic blocks, which are accesses.
 */
export function behind(
  block: Block,
  from: number,
  isEndless: boolean,
): { readonly accesses: ReadonlySet<Statement>; readonly passed: ReadonlySet<Statement> } {
  const positions = new Map(
    block.flatMap((statement, at) => (statement.kind === 'label' ? [[statement.name, at] as const] : [])),
  );
  const accesses = new Set<Statement>();
  const passed = new Set<Statement>();
  const seen = new Set<number>();
  const pending = [from];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const statement = block[isEndless ? at % block.length : at];
    if (statement === undefined || seen.has(at)) continue;
    seen.add(at);
    if (isAccess(statement)) {
      accesses.add(statement);
      continue;
    }
    passed.add(statement);
    pending.push(...jumpsOf(statement).map((name) => positions.get(name) ?? -1));
    if (statement.kind !== 'goto' && statement.kind !== 'branch') pending.push(at + 1);
  }
  return { accesses, passed };
}

/** The labels to which a statement leads. */
const jumpsOf = (statement: Statement): readonly string[] =>
  statement.kind === 'goto'
    ? [statement.label]
    : statement.kind === 'branch'
      ? [...statement.then, ...statement.otherwise].flatMap(jumpsOf)
      : [];

export const isAccess = (statement: Statement): boolean =>
  statement.kind === 'atomically' || (statement.kind === 'step' && !isPartOfStep(statement));

function beginningWith(statement: Statement, effects: readonly Effect[]): Statement {
  if (statement.kind === 'step') return { ...statement, effects: [...effects, ...statement.effects] };
  if (statement.kind !== 'atomically') return statement;
  const [first, ...rest] = statement.body;
  return first === undefined ? statement : { ...statement, body: [beginningWith(first, effects), ...rest] };
}
