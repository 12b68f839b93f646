/** Relaxes an ordered access. */
import type { Change, StatementSite } from './site.ts';

export function weakerOrdering({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step' || statement.ordering === null || statement.ordering === 'relaxed') return [];
  const relaxed = { ...statement, ordering: 'relaxed' } as const;
  return [
    {
      change: `relaxed, not ${statement.ordering}`,
      edits: new Map([[statement.line, [relaxed]]]),
      ofMemory: true,
    },
  ];
}
