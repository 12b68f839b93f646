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
  const next = nextAccesses(block, end);
  return block.map((statement) => {
    if (statement.kind === 'forever')
      return { ...statement, body: ended(statement.body, { ...end, isEndless: true }) };
    return next.has(statement) ? beginningWith(statement, end.effects) : statement;
  });
}

/** Code of threads is flat: blocks stand in branches, which hold jumps, and in atomic blocks, which are accesses. */
function nextAccesses(block: Block, { label, isEndless }: End): ReadonlySet<Statement> {
  const positions = new Map(
    block.flatMap((statement, at) => (statement.kind === 'label' ? [[statement.name, at] as const] : [])),
  );
  const found = new Set<Statement>();
  const seen = new Set<number>();
  const pending = [positions.get(label)];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const statement = block[isEndless ? at % block.length : at];
    if (statement === undefined || seen.has(at)) continue;
    seen.add(at);
    if (isAccess(statement)) found.add(statement);
    else pending.push(...jumpsOf(statement).map((name) => positions.get(name) ?? -1));
    if (!isAccess(statement) && statement.kind !== 'goto' && statement.kind !== 'branch')
      pending.push(at + 1);
  }
  return found;
}

/** The labels to which a statement leads. */
const jumpsOf = (statement: Statement): readonly string[] =>
  statement.kind === 'goto'
    ? [statement.label]
    : statement.kind === 'branch'
      ? [...statement.then, ...statement.otherwise].flatMap(jumpsOf)
      : [];

const isAccess = (statement: Statement): boolean =>
  statement.kind === 'atomically' || (statement.kind === 'step' && !isPartOfStep(statement));

function beginningWith(statement: Statement, effects: readonly Effect[]): Statement {
  if (statement.kind === 'step') return { ...statement, effects: [...effects, ...statement.effects] };
  if (statement.kind !== 'atomically') return statement;
  const [first, ...rest] = statement.body;
  return first === undefined ? statement : { ...statement, body: [beginningWith(first, effects), ...rest] };
}
