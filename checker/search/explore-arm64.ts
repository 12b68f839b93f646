/** How the states of a model are explored on the ARMv8 machine: all of them, interchangeable CPUs as one. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { defaultProgram } from '../memory/arm64/program.ts';
import type { MachineState } from '../memory/arm64/machine-state.ts';
import { defaultMachine, firstPromise, type MachineStep } from '../memory/arm64/successors.ts';
import { Arm64Space } from '../memory/arm64/space.ts';
import { beginningsOnArm64 } from '../trace/replay-arm64.ts';
import type { Limits, Outcome, Schedule } from '../state-space/outcome.ts';
import { cpuOf } from '../trace/fewest-switches.ts';
import { pathTo } from '../trace/lift-trace.ts';
import { answerTo, statisticsOf } from './answer.ts';
import { resumableSearch, type ResumableSearch } from './breadth-first.ts';
import { searchingFewSwitches } from './few-switches.ts';
import type { SearchSettings } from './settings.ts';
import type { Edge, Finding } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

export function* exploringOnArm64(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  const { groups, reasons } = symmetryOf(numberingOf(system));
  // The views of a CPU are not renamed by cells of locals.
  const alone = groups.filter(({ columns, movingColumns }) => columns.length + movingColumns.length === 0);
  const symmetry = settings.symmetry && alone.length > 0 ? { groups: alone, reasons } : null;
  const spaceOf = () => new Arm64Space(system, defaultMachine, defaultProgram, symmetry);
  const shortest = searchOfLevels(system, spaceOf(), symmetry !== null);
  const first = yield* shortest.run(limits, firstStates);
  if (first.verdict !== 'inconclusive' || isAtEnd(first, limits)) return first;
  const deep = yield* searchingDeep(system, spaceOf(), atMost(limits, deepStates));
  return deep ?? (yield* shortest.run(limits));
}

/** States up to which the shortest runs are searched alone, and those of the search for deep violations. */
const firstStates = 50_000;
const deepStates = 30_000;

/** A store that others see early counts as so many steps more, since few violations need one. */
const promiseCost = 20;

const atMost = (limits: Limits, states: number): Limits => ({
  ...limits,
  maxStates: Math.min(limits.maxStates, states),
});

/** Whether the limit of the user, or of the machine, has ended a search, and not that of its phase. */
const isAtEnd = ({ statistics: { states } }: Outcome, limits: Limits): boolean =>
  limits.stop() !== null || states > limits.maxStates || states <= firstStates;

function searchOfLevels(system: TransitionSystem, space: Arm64Space, isSymmetric: boolean): ResumableSearch {
  if (!isSymmetric) return resumableSearch({ system, space, method: 'Promising-ARM' });
  const search = { system, space, method: 'Promising-ARM, symmetric' };
  return resumableSearch(search, (finding, { levels }) =>
    runAlong(space, pathTo(space, levels, finding.state), finding),
  );
}

/** The first violation along runs with few switches; null: none was found. */
function* searchingDeep(
  system: TransitionSystem,
  space: Arm64Space,
  limits: Limits,
): Cooperative<Outcome | null> {
  const found = yield* searchingFewSwitches(space, limits, {
    cpuOf: (edge) => cpuOf(system, edge),
    extraOf: ({ choice }) => (choice >= firstPromise ? promiseCost : 0),
  });
  if (found === null) return null;
  const schedule = runAlong(space, found.path, found.finding);
  const answer = answerTo(found.finding, system, schedule, false);
  const depth = schedule.edges.length;
  return { ...answer, statistics: statisticsOf(system, space, depth, 'Promising-ARM, few switches first') };
}

/**
 * A run whose states are stored under the numbers of a path, ending as `finding` does where that shows when an edge
 * fires. It stays on its CPU wherever it can.
 *
 * Assumes: as `runAlong` of run-along.ts: permutations of interchangeable copies map steps to steps.
 */
function runAlong(space: Arm64Space, path: readonly number[], finding: Finding): Schedule {
  const { machine } = space;
  const starts = beginningsOnArm64(machine);
  const initial = starts.findIndex((start) => space.numberOf(start) === path[0]);
  const edges: Edge[] = [];
  let state = starts[initial]!;
  let cpu = -1;
  const stepsOf = (from: MachineState) =>
    machine.steps(from).toSorted((a, b) => Number(processorOn(a) !== cpu) - Number(processorOn(b) !== cpu));
  const processorOn = ({ processor }: MachineStep) => machine.program.processors[processor]!.cpu;
  for (const next of path.slice(1)) {
    const step = stepsOf(state).find((one) => leadsOn(one) && space.numberOf(one.after) === next);
    if (step === undefined)
      throw new Error(`no copy can step from the state like ${edges.length} to ${next}`);
    edges.push(space.edgeOf(step));
    cpu = processorOn(step);
    state = machine.normal(step.after);
  }
  if ('edge' in finding) {
    const { thread, transition } = finding.edge;
    const step = stepsOf(state).find((one) => {
      const edge = space.edgeOf(one);
      const stops =
        finding.kind === 'assertion' ? one.run?.failed === finding.claim : one.run?.error !== null;
      return edge.thread === thread && edge.transition === transition && !leadsOn(one) && stops;
    });
    if (step === undefined) throw new Error(`no copy stops as in state ${finding.state}`);
    edges.push(space.edgeOf(step));
  }
  return { initial, edges };
}

const leadsOn = ({ run }: MachineStep) => run === null || (run.failed === null && run.error === null);
