/** A step that waits does what it does at once: a lock that is taken from its owner. */
import type { Change, StatementSite } from './site.ts';
import { changesState } from './drop-statement.ts';

export function withoutWait({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step' || statement.guard === null) return [];
  // A wait for what is always so waits for nothing.
  if (statement.guard.kind === 'constant' || !statement.effects.some(changesState)) return [];
  return [{ change: 'does not wait', edits: new Map([[statement.line, [{ ...statement, guard: null }]]]) }];
}
