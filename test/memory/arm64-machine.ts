/** The ARMv8 machine explored to its end, for tests: what it ends in, and what it finds on the way. */
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Value } from '../../checker/language/domain.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultMachine, type MachineSettings } from '../../checker/memory/arm64/successors.ts';
import { CapacityError } from '../../checker/state-space/state-space.ts';
import { Arm64Space } from '../../checker/memory/arm64/space.ts';
import type { Cells } from '../../checker/interpreter/evaluate.ts';
import { explore } from '../laws/explore.ts';
import { outcomeOf } from './promise-first.ts';
import type { Viewed } from './viewed-values.ts';

/** With these rules left out; null when there are more than `most` states, or a bound of the machine is met. */
export function arm64Space(
  model: Model,
  without: MachineSettings['without'] = new Set(),
  most = 60_000,
): Arm64Space | null {
  const space = new Arm64Space(
    transitionSystem(model),
    { ...defaultMachine, without },
    { kept: keptIn(model) },
  );
  try {
    return explore(space, most) === null ? null : space;
  } catch (error) {
    if (error instanceof CapacityError) return null;
    throw error;
  }
}

/** All locals, so that their values at the end count. */
export const keptIn = (model: Model): ReadonlySet<string> =>
  new Set(
    model.threads.flatMap(({ name, locals }) => Object.keys(locals).map((local) => `${name}.${local}`)),
  );

/** Memory and locals at the end of all threads, in the promise-first machine. */
export function endsIn(model: Model, space: Arm64Space): ReadonlySet<string> {
  const { threads } = transitionSystem(model);
  const outcomes = new Set<string>();
  for (let id = 0; id < space.count; id++) {
    const state = space.state(id);
    const copies = threads.flatMap(({ thread: { name }, end }) =>
      state.threads[name]!.map(({ location, locals }, self) => ({
        name,
        self,
        isEnd: location === end,
        locals,
      })),
    );
    if (!copies.every(({ isEnd }) => isEnd)) continue;
    const registers = (cells: Cells) =>
      Object.fromEntries(flat(cells).map(([name, value]): [string, Viewed] => [name, [value, 0, 0]]));
    outcomes.add(
      outcomeOf(
        Object.fromEntries(flat(state.shared)),
        copies.map(({ name, self, locals }) => ({ name, self, registers: registers(locals) })),
      ),
    );
  }
  return outcomes;
}

const flat = (cells: Cells): readonly (readonly [string, Value])[] =>
  Object.entries(cells).flatMap(([name, value]) =>
    typeof value === 'object'
      ? value.map((one, at) => [`${name}[${at}]`, one] as const)
      : [[name, value] as const],
  );

/** What is found anywhere, and which witnesses are reached: the same whatever is left out. */
export const foundIn = ({ findings, reached }: Arm64Space): string =>
  JSON.stringify([
    [
      ...new Set(
        findings.map(
          (one) => `${one.kind} ${'property' in one ? one.property : 'claim' in one ? one.claim : ''}`,
        ),
      ),
    ].sort(),
    [...reached].sort(),
  ]);
