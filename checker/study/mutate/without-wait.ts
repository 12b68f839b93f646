/** Removes the wait of a step: a lock is taken from its owner. */
import type { Change, StatementSite } from './site.ts';
import { changesState } from './drop-statement.ts';

export function withoutWait({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step' || statement.guard === null) return [];
  // A constant guard does not wait.
  if (statement.guard.kind === 'constant' || !statement.effects.some(changesState)) return [];
  return [{ change: 'does not wait', edits: new Map([[statement.line, [{ ...statement, guard: null }]]]) }];
}
