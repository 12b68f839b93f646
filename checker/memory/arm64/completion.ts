/** Whether a run can go on until all that CPUs have promised is executed: other runs are no executions. */
import { hasPromises } from './certify.ts';
import { MachineLimit } from './machine-limit.ts';
import type { MachineState } from './machine-state.ts';
import { keyOf } from './state-key.ts';
import type { Arm64Machine, MachineStep } from './successors.ts';

/** Most states that are looked at for one question. */
const mostStates = 20_000;

export class Completion {
  readonly #machine: Arm64Machine;
  readonly #known = new Map<string, boolean>();

  constructor(machine: Arm64Machine) {
    this.#machine = machine;
  }

  /**
   * The state is in normal form. A CPU that could keep its promise alone when it made a step may have lost that to what another
   * has written since, such as a lock.
   *
   * Throws  MachineLimit when that cannot be told.
   */
  isPossible(state: MachineState): boolean {
    if (!this.#isUnderWay(state)) return true;
    const path: { readonly key: string; readonly next: MachineStep[] }[] = [];
    const seen = new Set<string>();
    const enter = (one: MachineState): boolean => {
      const key = keyOf(one);
      const known = this.#known.get(key);
      if (known === true || !this.#isUnderWay(one)) return true;
      if (known === false || seen.has(key)) return false;
      seen.add(key);
      if (seen.size > mostStates)
        throw new MachineLimit(
          `it is not known whether a CPU can execute what others have seen of it: more than ${mostStates} states follow`,
        );
      path.push({ key, next: this.#stepsOf(one) });
      return false;
    };
    let isFound = enter(state);
    while (!isFound && path.length > 0) {
      const step = path.at(-1)!.next.pop();
      if (step === undefined) path.pop();
      else isFound = enter(this.#machine.normal(step.after));
    }
    if (isFound) for (const { key } of path) this.#known.set(key, true);
    else for (const key of seen) this.#known.set(key, false);
    return isFound;
  }

  #isUnderWay(state: MachineState): boolean {
    return this.#machine.program.hosts.some((_, cpu) => hasPromises(state, cpu));
  }

  /** The best last: who has promised something executes, and nobody promises more. */
  #stepsOf(state: MachineState): MachineStep[] {
    const { processors } = this.#machine.program;
    const rank = ({ run, processor }: MachineStep) =>
      run === null ? 0 : hasPromises(state, processors[processor]!.cpu) ? 2 : 1;
    return this.#machine
      .steps(state)
      .filter(({ run }) => run?.isOver !== true)
      .toSorted((a, b) => rank(a) - rank(b));
  }
}
