/** How the states of a model are explored on the ARMv8 machine: all of them, interchangeable CPUs as one. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { defaultProgram } from '../memory/arm64/program.ts';
import type { MachineState } from '../memory/arm64/machine-state.ts';
import { defaultMachine, type MachineStep } from '../memory/arm64/successors.ts';
import { Arm64Space } from '../memory/arm64/space.ts';
import { beginningsOnArm64 } from '../trace/replay-arm64.ts';
import type { Limits, Outcome, Schedule } from '../state-space/outcome.ts';
import { pathTo } from '../trace/lift-trace.ts';
import { searching, searchingBy } from './breadth-first.ts';
import type { SearchSettings } from './settings.ts';
import type { Edge, Finding } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

export function* exploringOnArm64(
  system: TransitionSystem,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<Outcome> {
  const symmetry = settings.symmetry ? symmetryOf(numberingOf(system)) : null;
  if (symmetry === null || symmetry.groups.length === 0)
    return yield* searching(system, new Arm64Space(system), limits, 'Promising-ARM');
  const space = new Arm64Space(system, defaultMachine, defaultProgram, symmetry);
  const search = { system, space, limits, method: 'Promising-ARM, symmetric' };
  return yield* searchingBy(search, (finding, { levels }) =>
    runAlong(space, pathTo(space, levels, finding.state), finding),
  );
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
    machine.steps(from).toSorted((a, b) => Number(cpuOf(a) !== cpu) - Number(cpuOf(b) !== cpu));
  const cpuOf = ({ processor }: MachineStep) => machine.program.processors[processor]!.cpu;
  for (const next of path.slice(1)) {
    const step = stepsOf(state).find((one) => leadsOn(one) && space.numberOf(one.after) === next);
    if (step === undefined)
      throw new Error(`no copy can step from the state like ${edges.length} to ${next}`);
    edges.push(space.edgeOf(step));
    cpu = cpuOf(step);
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
