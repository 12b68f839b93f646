/** A memory access comes after the one that follows it: is their order needed? */
import { printMeaning } from '../../language/print.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import { accessesOf } from '../../memory/common/accesses.ts';
import { localsOf } from './locals.ts';
import { titleOf, type Change, type StatementSite } from './site.ts';

/**
 * Two neighbours in the other order, where both touch shared memory and neither needs a local of the other: what a
 * kernel developer could have written. Barriers between them stay where they are.
 */
export function movedBack({ statement, block, at, atomic }: StatementSite): readonly Change[] {
  const next = nextAfter(block, at);
  if (atomic || next === undefined || !isAccess(statement) || !isAccess(next)) return [];
  if (isSame(statement, next) || depend(statement, next)) return [];
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
  // Whoever jumps to a label inside would find another neighbour.
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
