/** Counters: shared cells that steps count up or down. */
import { amountAdded } from './access.ts';
import { effectsIn } from '../../program/code-walk.ts';
import type { Numbering } from '../../program/numbering.ts';

/** The tracked cells that some step of the model counts up or down. */
export function countersOf({ system, shared }: Numbering, tracked: readonly number[]): readonly number[] {
  const names = new Set<string>();
  for (const { code } of system.transitions)
    for (const effect of effectsIn(code))
      if (effect.kind === 'set' && amountAdded(effect) !== 0) names.add(effect.target.name);
  const counters = [...names].flatMap((name) => {
    const { first, length } = shared.get(name)!;
    return Array.from({ length }, (_, at) => first + at);
  });
  return counters.filter((cell) => tracked.includes(cell));
}
