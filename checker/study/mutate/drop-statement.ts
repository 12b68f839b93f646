/** Removes a statement: a step, a choice, a jump or a barrier. */
import type { Block, Effect, Statement } from '../../language/statement.ts';
import type { Edits } from './edited.ts';
import type { Change, StatementSite } from './site.ts';

export function dropStatement({ statement, block, at }: StatementSite): readonly Change[] {
  switch (statement.kind) {
    case 'step':
      return statement.guard !== null || statement.effects.some(changesState) ? [without(statement)] : [];
    case 'choose':
      return [without(statement)];
    case 'goto':
      return isAll(block, at) || goesToNext(statement.label, block, at) ? [] : [without(statement)];
    case 'barrier':
      return [{ ...without(statement), ofMemory: true }];
    case 'branch':
    case 'either':
    case 'loop':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'note':
      return [];
  }
}

const without = ({ line }: Statement): Change => ({
  change: 'left out',
  edits: new Map([[line, []]]) satisfies Edits,
});

/** Assertions and counts do not change the state. */
export function changesState(effect: Effect): boolean {
  switch (effect.kind) {
    case 'set':
      return true;
    case 'when':
    case 'each':
      return effect.effects.some(changesState);
    case 'assert':
    case 'count':
      return false;
  }
}

/** Removing the only jump of a branch equals never taking the branch. */
const isAll = (block: Block, at: number) => block.every(({ kind }, other) => other === at || kind === 'note');

function goesToNext(label: string, block: Block, at: number): boolean {
  const next = block.slice(at + 1).find(({ kind }) => kind !== 'note');
  return next?.kind === 'label' && next.name === label;
}
