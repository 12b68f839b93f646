/** Branches that a compiler may drop or turn into computation: no store behind them is ordered by them. */
import { blocksOf, type Block, type Statement } from '../../language/statement.ts';
import { accessesOf } from '../common/accesses.ts';

/**
 * Whether the arms of a branch differ in nothing but what they leave in locals.
 *
 * Source:  tools/memory-model/Documentation/control-dependencies.txt: compilers drop a branch whose legs do the same
 */
export const isPure = (statement: Statement): boolean =>
  statement.kind === 'branch' && [statement.then, statement.otherwise].every(onlyComputes);

/**
 * Whether the arms of a branch do the same, so that nothing depends on its condition.
 *
 * Source:  Documentation/memory-barriers.txt, CONTROL DEPENDENCIES: compilers move what both legs do in front of the branch
 */
export const isAlike = (statement: Statement): boolean =>
  statement.kind === 'branch' && textOf(statement.then) === textOf(statement.otherwise);

const textOf = (block: Block): string => JSON.stringify(block).replaceAll(/"(?:line|nth)":\d+,?/g, '');

const onlyComputes = (block: Block): boolean =>
  block.every((statement) => {
    switch (statement.kind) {
      case 'step':
        return statement.guard === null && touchesNothing(statement);
      case 'branch':
        return touchesNothing(statement) && isPure(statement);
      case 'note':
        return true;
      case 'choose':
      case 'either':
      case 'loop':
      case 'forever':
      case 'atomically':
      case 'label':
      case 'goto':
      case 'barrier':
        return false;
    }
  });

function touchesNothing(statement: Statement): boolean {
  const { reads, writes } = accessesOf(statement);
  return reads.length + writes.length === 0;
}

/** The statements inside of pure branches. */
export function insidePureBranches(body: Block): ReadonlySet<Statement> {
  const inside = new Set<Statement>();
  const add = (block: Block) => {
    for (const statement of block) {
      inside.add(statement);
      if (statement.kind === 'branch') {
        add(statement.then);
        add(statement.otherwise);
      }
    }
  };
  const visit = (block: Block) => {
    for (const statement of block) {
      if (statement.kind === 'branch' && isPure(statement)) {
        add(statement.then);
        add(statement.otherwise);
        continue;
      }
      for (const inner of blocksOf(statement)) visit(inner);
    }
  };
  visit(body);
  return inside;
}
