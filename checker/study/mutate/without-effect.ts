/** Removes one effect of a step, or the condition of one. */
import { printEffect, printExpr } from '../../language/print.ts';
import type { Effect } from '../../language/statement.ts';
import { changesState } from './drop-statement.ts';
import type { Change, StatementSite } from './site.ts';

export function withoutEffect({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'step') return [];
  const fewer = [...lessThan(statement.effects)].filter(
    // Removing the only effect equals removing the step.
    ({ effects }) => statement.guard !== null || effects.some(changesState),
  );
  return fewer.map(({ lost, effects }) => ({
    change: `without '${lost}'`,
    edits: new Map([[statement.line, [{ ...statement, effects }]]]),
  }));
}

interface Fewer {
  readonly lost: string;
  readonly effects: readonly Effect[];
}

function* lessThan(effects: readonly Effect[]): Generator<Fewer> {
  for (const [at, effect] of effects.entries()) {
    const replaced = (...others: readonly Effect[]) => effects.toSpliced(at, 1, ...others);
    if (effect.kind === 'set') yield { lost: printEffect(effect), effects: replaced() };
    if (effect.kind === 'when' && changesState(effect))
      yield { lost: `if (${printExpr(effect.condition)})`, effects: replaced(...effect.effects) };
    if (effect.kind === 'when' || effect.kind === 'each')
      for (const inner of lessThan(effect.effects))
        yield { lost: inner.lost, effects: replaced({ ...effect, effects: inner.effects }) };
  }
}
