/** Leaves out what a line of C writes and orders. What it computes for other lines, and what racewalk checks, stays. */
import type { Effect } from '../../language/statement.ts';
import type { Change, StatementSite } from './site.ts';

export function dropWrites({ statement, ghosts }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step') return [];
  const last = statement.effects.findLastIndex((effect) => writes(effect, ghosts));
  if (last < 0) return [];
  const effects = statement.effects.flatMap((effect, at) =>
    // What comes before the write checks it.
    at < last && effect.kind === 'assert' ? [] : withoutWrites(effect, ghosts),
  );
  const guard = statement.addedGuard ?? null;
  const replaced =
    effects.length === 0 && guard === null ? [] : [{ ...statement, guard, effects, ordering: null }];
  return [{ change: 'left out', edits: new Map([[statement.line, replaced]]) }];
}

function withoutWrites(effect: Effect, ghosts: ReadonlySet<string>): readonly Effect[] {
  if (!writes(effect, ghosts)) return [effect];
  if (effect.kind !== 'when' && effect.kind !== 'each') return [];
  const effects = effect.effects.flatMap((inner) => withoutWrites(inner, ghosts));
  return effects.length === 0 ? [] : [{ ...effect, effects }];
}

function writes(effect: Effect, ghosts: ReadonlySet<string>): boolean {
  if (effect.kind === 'set') return effect.target.kind === 'shared' && !ghosts.has(effect.target.name);
  return (
    (effect.kind === 'when' || effect.kind === 'each') && effect.effects.some((one) => writes(one, ghosts))
  );
}
