/** Removes the wait of a step: a lock is taken from its owner. */
import type { Change, StatementSite } from './site.ts';
import { changesState } from './drop-statement.ts';

export function withoutWait({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step' || statement.guard === null) return [];
  // A constant guard does not wait; a step that does nothing else is left out, but a line of C does more.
  const isDropped = statement.source === undefined && !statement.effects.some(changesState);
  if (statement.guard.kind === 'constant' || isDropped) return [];
  const guard = statement.addedGuard ?? null;
  if (guard === statement.guard) return [];
  return [{ change: 'does not wait', edits: new Map([[statement.line, [{ ...statement, guard }]]]) }];
}
