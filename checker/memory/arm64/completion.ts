/** Whether a run can go on until all that CPUs have promised is executed: other runs are no executions. */
import { hasPromises } from './certify.ts';
import { MachineLimit } from './machine-limit.ts';
import type { MachineState } from './machine-state.ts';
import { resumed } from './patience.ts';
import { SequenceSet } from './sequence-set.ts';
import { keyOf } from './state-key.ts';
import type { Arm64Machine, MachineStep } from './successors.ts';

/** Most states that are looked at for one question. */
const mostStates = 20_000;

/** A depth-first search: the states on the way with the steps that are left of each, and the state to enter next. */
interface CompletionSearch {
  readonly path: { readonly key: number; readonly next: MachineStep[] }[];
  readonly seen: Set<number>;
  entering: MachineState | null;
}

export class Completion {
  readonly #machine: Arm64Machine;
  readonly #keys = new SequenceSet();
  readonly #known = new Map<number, boolean>();
  readonly #begun = new Map<number, CompletionSearch>();

  constructor(machine: Arm64Machine) {
    this.#machine = machine;
  }

  /**
   * The state is in normal form. A CPU that could keep its promise alone when it made a step may have lost that to what another
   * has written since, such as a lock.
   *
   * Throws  MachineLimit when that cannot be told, Unanswered when patience is used up.
   */
  isPossible(state: MachineState): boolean {
    if (!this.#isUnderWay(state)) return true;
    const start = this.#keys.add(keyOf(state));
    const known = this.#known.get(start);
    if (known !== undefined) return known;
    const search = resumed(this.#begun, start, (): CompletionSearch => ({
      path: [],
      seen: new Set(),
      entering: state,
    }));
    const isFound = this.#goOn(search);
    if (isFound) for (const { key } of search.path) this.#known.set(key, true);
    else for (const key of search.seen) this.#known.set(key, false);
    this.#begun.delete(start);
    return isFound;
  }

  #goOn(search: CompletionSearch): boolean {
    for (;;) {
      if (search.entering !== null && this.#enter(search, search.entering)) return true;
      search.entering = null;
      const step = search.path.at(-1)?.next.pop();
      if (step !== undefined) search.entering = this.#machine.normal(step.after);
      else if (search.path.pop() === undefined) return false;
    }
  }

  /** Whether a state has nothing promised, or is known to lead there; else it is the last one on the way. */
  #enter({ path, seen }: CompletionSearch, state: MachineState): boolean {
    const key = this.#keys.add(keyOf(state));
    const known = this.#known.get(key);
    if (known === true || !this.#isUnderWay(state)) return true;
    if (known === false || seen.has(key)) return false;
    this.#machine.patience.look();
    const next = this.#stepsOf(state);
    seen.add(key);
    if (seen.size > mostStates)
      throw new MachineLimit(
        `it is not known whether a CPU can execute what others have seen of it: more than ${mostStates} states follow`,
      );
    path.push({ key, next });
    return false;
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
