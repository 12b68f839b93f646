/** The ARMv8 machine explored to its end, for tests: what it ends in, and what it finds on the way. */
import { expect } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Value } from '../../checker/language/domain.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultMachine, type MachineSettings } from '../../checker/memory/arm64/successors.ts';
import { CapacityError } from '../../checker/state-space/state-space.ts';
import { Arm64Space } from '../../checker/memory/arm64/space.ts';
import type { Cells } from '../../checker/interpreter/evaluate.ts';
import { explore } from '../laws/explore.ts';
import { outcomeOf, promiseFirst, TooLarge } from './promise-first.ts';
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

/** Counts of models on which the two machines were compared: all, and those that end in several ways. */
export interface Compared {
  compared: number;
  several: number;
}

/** The machine ends as the promise-first machine does; a model that is too large for one of them is not counted. */
export function expectSameEnds(
  model: Model,
  seen: Compared,
  most: { readonly first: Parameters<typeof promiseFirst>[1]; readonly states?: number },
): void {
  const expected = promisedEnds(model, most.first);
  const space = expected === null ? null : arm64Space(model, new Set(), most.states);
  if (expected === null || space === null) return;
  const found = endsIn(model, space);
  expect([...found].filter((end) => !expected.has(end))).toEqual([]);
  expect([...expected].filter((end) => !found.has(end))).toEqual([]);
  seen.compared += 1;
  if (found.size > 1) seen.several += 1;
}

function promisedEnds(model: Model, most: Parameters<typeof promiseFirst>[1]): ReadonlySet<string> | null {
  try {
    return promiseFirst(model, most).outcomes;
  } catch (error) {
    if (error instanceof TooLarge) return null;
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

/** No cut changes what is found: the states with all cuts and with none; null where one of the two is too large. */
export function expectCutsFindAll(
  model: Model,
): { readonly cut: Arm64Space; readonly whole: Arm64Space } | null {
  const cut = arm64Space(model);
  const whole = arm64Space(
    model,
    new Set(['clamp', 'trim', 'ahead', 'repeat', 'dead', 'useful', 'locks', 'alone']),
    20_000,
  );
  if (cut === null || whole === null) return null;
  expect(foundIn(cut)).toBe(foundIn(whole));
  return { cut, whole };
}
