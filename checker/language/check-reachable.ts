/**
 * Refuses statements that no path reaches: what stands before them always jumps, and there is no label to jump to.
 *
 * A label counts as reached although no goto may name it: options of a model leave out jumps, and keep the kernel's text.
 */
import { fail } from './check-expression.ts';
import { printText } from './print.ts';
import type { Block, Statement } from './statement.ts';
import type { AnyThread } from './thread.ts';

/** Throws  ModelError at the first such statement. Conditions are not evaluated: any of them may hold. */
export function checkReachable(thread: AnyThread): void {
  checkBlock(thread.body, thread);
}

/** Whether what follows the block is reached, if the block is. */
function checkBlock(block: Block, thread: AnyThread): boolean {
  return block.reduce((reached, statement) => checkStatement(statement, reached, thread), true);
}

function checkStatement(statement: Statement, isReached: boolean, thread: AnyThread): boolean {
  if (statement.kind === 'label') return true;
  if (!isReached)
    fail(
      { place: `thread '${thread.name}', line ${statement.line} '${printText(statement)}'` },
      'no path reaches it: what stands before it always jumps or repeats for ever, and it has no label',
    );
  switch (statement.kind) {
    case 'goto':
      return false;
    case 'forever':
      checkBlock(statement.body, thread);
      return false;
    case 'branch':
      return checkAll([statement.then, statement.otherwise], thread);
    case 'either':
      return checkAll(statement.alternatives, thread);
    case 'loop':
    case 'atomically':
      return checkBlock(statement.body, thread);
    case 'step':
    case 'choose':
    case 'barrier':
    case 'note':
      return true;
  }
}

const checkAll = (blocks: readonly Block[], thread: AnyThread): boolean =>
  blocks.map((block) => checkBlock(block, thread)).includes(true);
