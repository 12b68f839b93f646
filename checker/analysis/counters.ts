/** Counters: shared cells that steps count up or down. */
import type { Effect } from '../language/statement.ts';
import { amountAdded } from './access.ts';
import type { Numbering } from './numbering.ts';
import type { Code } from './transition-table.ts';

/** The tracked cells that some step of the model counts up or down. */
export function countersOf({ table, shared }: Numbering, tracked: readonly number[]): readonly number[] {
  const names = new Set<string>();
  const look = (effect: Effect) => {
    if (effect.kind === 'set' && amountAdded(effect) !== 0) names.add(effect.target.name);
    if (effect.kind === 'when' || effect.kind === 'each') effect.effects.forEach(look);
  };
  const visit = (code: Code): void => {
    switch (code.kind) {
      case 'goto':
        return;
      case 'branch':
        visit(code.then);
        visit(code.otherwise);
        return;
      case 'effects':
        code.effects.forEach(look);
        visit(code.next);
        return;
      case 'choose':
        visit(code.next);
    }
  };
  for (const { code } of table.transitions) visit(code);
  const counters = [...names].flatMap((name) => {
    const { first, length } = shared.get(name)!;
    return Array.from({ length }, (_, at) => first + at);
  });
  return counters.filter((cell) => tracked.includes(cell));
}
