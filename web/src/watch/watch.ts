/** An expression watched along the run that is shown, and the search for a state in which it is true. */
import { computed, signal } from '@preact/signals';
import type { AnyExpr } from '../../../checker/language/expression.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import { evaluate } from '../../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../../checker/interpreter/interpreter.ts';
import { writtenModel } from '../../../checker/report/author-words.ts';
import { Checker, type Running } from '../check/client.ts';
import { scheduleIn } from '../check/messages.ts';
import { built, runs, stateAfter, trace } from '../state/session.ts';
import type { Built } from '../state/variant.ts';
import { visit } from '../walk/runs.ts';
import { parse } from './parse.ts';

/** What the reader typed. */
export const watched = signal('');

export const parsed = computed(() =>
  built.value === null || watched.value.trim() === ''
    ? null
    : parse(watched.value, writtenModel(built.value.model)),
);

/** An interval of the run with one value. */
export interface Stretch {
  /** Steps taken at its beginning and at its end. */
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

export const stretches = computed<readonly Stretch[]>(() => {
  const [variant, run, now] = [built.value, trace.value, parsed.value];
  if (variant === null || run === null || now?.kind !== 'expression') return [];
  const values = Array.from({ length: run.steps.length + 1 }, (_, steps) =>
    valueOf(now.expr, variant, stateAfter(run, steps)),
  );
  return values.reduce<readonly Stretch[]>((all, value, at) => {
    const last = all.at(-1);
    return last?.value === value ? all.with(-1, { ...last, to: at }) : [...all, { from: at, to: at, value }];
  }, []);
});

function valueOf(expr: AnyExpr, { system }: Built, state: Parameters<typeof propertyPlace>[0]): string {
  try {
    return String(evaluate(expr, propertyPlace(state, endsOf(system))));
  } catch (error) {
    if (error instanceof ModelError) return 'nothing';
    throw error;
  }
}

/** The result of the last search for a state; null: none. */
export const searched = signal<string | null>(null);

const checker = new Checker();
let running: Running<'find'> | null = null;

/** Shows a nearest state in which the condition is true, or reports that there is none. */
export async function findState(condition: AnyExpr): Promise<void> {
  const variant = built.value;
  if (variant === null) return;
  searched.value = 'searching …';
  const mine = checker.run({ kind: 'find', model: variant.model, condition });
  running = mine;
  const said = await mine.result.then(
    ({ schedule, reason }) => {
      if (schedule !== null && running === mine && built.value === variant)
        runs.value = visit(runs.value, scheduleIn(schedule, variant.system));
      return schedule === null ? reason : null;
    },
    (error: unknown) => (error as Error).message,
  );
  if (running === mine) searched.value = said;
}
