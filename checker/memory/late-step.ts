/** The steps of a thread that a CPU need not perform where they stand. */
import { bool } from '../language/domain.ts';
import type { LocalReference } from '../language/expression.ts';
import { statementsOf } from '../language/thread.ts';
import type { AnyThread } from '../language/thread.ts';
import type { Conduct, Surroundings } from './in-order.ts';
import { conductOf } from './in-order.ts';
import type { Step } from './ordering.ts';

/** A step that may be performed late: it has been passed, and is to be done before what must come after it. */
export interface Late {
  /** Its place in the text. */
  readonly at: number;
  readonly step: Step;
  readonly conduct: Conduct;
  /** True while it is still to be done. */
  readonly isOpen: LocalReference;
}

/** Steps that need not be done at once: no condition of the way hangs on them. */
export function candidates(thread: AnyThread, surroundings: Surroundings): ReadonlyMap<number, Late> {
  const inside = new Set(
    [...statementsOf(thread.body)].flatMap((one) =>
      one.kind === 'atomically' ? [...statementsOf(one.body)] : [],
    ),
  );
  const all = [...statementsOf(thread.body)].filter((one) => !inside.has(one));
  return new Map(
    all.flatMap((step): [number, Late][] => {
      if (step.kind !== 'step' || step.guard !== null) return [];
      if (step.effects.some(({ kind }) => kind !== 'set' && kind !== 'when')) return [];
      const conduct = conductOf(step, surroundings);
      if (conduct.kind === 'barrier' || conduct.order === 'acquire') return [];
      const name = `late_${step.line}`;
      const { name: owner } = thread;
      const isOpen: LocalReference = {
        kind: 'local',
        thread: owner,
        name,
        index: null,
        replica: null,
        domain: bool,
      };
      return [[step.line, { at: step.line, step, conduct, isOpen }]];
    }),
  );
}
