/** Swaps a memory access with the next one, to test whether their order matters. */
import { printMeaning } from '../../language/print.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { accessesOf } from '../../memory/common/accesses.ts';
import { localsOf } from './locals.ts';
import { titleOf, type Change, type StatementSite } from './site.ts';

/**
 * Swaps two neighbours that both access shared memory and do not depend on locals of each other. Barriers between them
 * stay.
 */
export function movedBack({ statement, block, at, atomic }: StatementSite): readonly Change[] {
  const next = nextAfter(block, at);
  if (atomic || next === undefined || !isAccess(statement) || !isAccess(next)) return [];
  if (isSame(statement, next) || depend(statement, next)) return [];
  // One call in C may be several accesses.
  if (titleOf(statement) === titleOf(next)) return [];
  return [
    {
      change: `after '${titleOf(next)}'`,
      edits: new Map([
        [statement.line, [next]],
        [next.line, [statement]],
      ]),
    },
  ];
}

const nextAfter = (block: Block, at: number): Statement | undefined =>
  block.slice(at + 1).find(({ kind }) => kind !== 'note' && kind !== 'barrier');

const isAccess = (statement: Statement) => {
  const { reads, writes } = accessesOf(statement);
  // A jump to a label between them would skip another neighbour.
  return (
    reads.length + writes.length > 0 && ![...statementsOf([statement])].some(({ kind }) => kind === 'label')
  );
};

const isSame = (first: Statement, second: Statement) =>
  first.kind === 'step' && second.kind === 'step' && printMeaning(first) === printMeaning(second);

/** Whether one of them writes a local that the other reads or writes. */
function depend(first: Statement, second: Statement): boolean {
  const [one, other] = [localsOf(first), localsOf(second)];
  const meets = (written: ReadonlySet<string>, touched: ReadonlySet<string>) =>
    [...written].some((name) => touched.has(name));
  return meets(one.written, other.touched) || meets(other.written, one.touched);
}
