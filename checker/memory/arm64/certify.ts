/** Promises: which writes a CPU may let others see before it executes them, and whether it can keep those that it has made. */
import { MachineLimit } from './machine-limit.ts';
import { execute, stateAfter } from './execute.ts';
import { coherence, perCell, withElement, type MachineState, type Write } from './machine-state.ts';
import { NormalForms } from './normal-form.ts';
import type { Operation } from './operation.ts';
import { resumed, type Patience } from './patience.ts';
import type { Program } from './program.ts';
import type { TransitionRun } from './run.ts';
import { SequenceSet } from './sequence-set.ts';
import { keyAlone } from './state-key.ts';

/** A write that a copy may promise. */
export interface Promised {
  readonly cell: number;
  readonly value: number;
  /** The operation that executes it on some way there. */
  readonly by: Operation;
}

/** Most states of one copy alone that are looked at for one question; a copy that can be in more is not decided. */
const mostAlone = 20_000;

/** How far a question has come: what has been seen, and what has not been looked at. */
interface KeptCertification {
  readonly seen: Set<number>;
  readonly todo: MachineState[];
}

interface Found {
  readonly found: Map<string, Promised>;
  /** Twice a key, plus 1 where an access has been executed. */
  readonly seen: Set<number>;
  readonly todo: { readonly state: MachineState; readonly isBehind: boolean }[];
}

/** By copy alone: what it may do without anybody else. */
export class Certification {
  readonly #program: Program;
  readonly #patience: Patience;
  readonly #keys = new SequenceSet();
  // By key of what a CPU alone can distinguish.
  readonly #kept: (boolean | undefined)[] = [];
  readonly #promised = new Map<number, readonly Promised[]>();
  readonly #keeping = new Map<number, KeptCertification>();
  readonly #finding = new Map<number, Found>();
  /** By CPU. */
  readonly #forms: readonly NormalForms[];

  constructor(program: Program, patience: Patience) {
    this.#program = program;
    this.#patience = patience;
    this.#forms = program.hosts.map(
      (_, cpu) => new NormalForms(program, { cpus: [cpu], isAlone: true, observed: [] }),
    );
  }

  /**
   * Whether the CPU can execute all that it has promised, alone.
   *
   * Throws  Unanswered when patience is used up.
   */
  keeps(state: MachineState, cpu: number): boolean {
    if (isHopeless(state, cpu)) return false;
    const start = this.#alone(state, cpu);
    const startKey = this.#keyOf(start, cpu);
    const known = this.#kept[startKey];
    if (known !== undefined) return known;
    const { seen, todo } = resumed(this.#keeping, startKey, (): KeptCertification => ({
      seen: new Set(),
      todo: [start],
    }));
    let result = false;
    for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
      if (!hasPromises(one, cpu)) {
        result = true;
        break;
      }
      if (isHopeless(one, cpu)) continue;
      const key = this.#keyOf(one, cpu);
      if (seen.has(key)) continue;
      const before = this.#kept[key];
      if (before === false) continue;
      if (before === true) {
        result = true;
        break;
      }
      todo.push(one);
      this.#patience.look();
      todo.pop();
      seen.add(key);
      if (seen.size > mostAlone) throw tooMany;
      for (const processor of this.#acting(cpu))
        for (const run of this.#steps(one, processor))
          todo.push(this.#alone(stateAfter(one, processor, run), cpu));
    }
    this.#keeping.delete(startKey);
    if (result) this.#kept[startKey] = true;
    else for (const key of seen) this.#kept[key] = false;
    return result;
  }

  /**
   * The writes that the CPU may come to execute alone, behind an access that does not have to be performed before them.
   * Not all of them can be promised: that `keeps` decides.
   *
   * Throws  Unanswered when patience is used up.
   */
  candidates(state: MachineState, cpu: number): readonly Promised[] {
    const start = this.#alone(state, cpu);
    const startKey = this.#keyOf(start, cpu);
    const known = this.#promised.get(startKey);
    if (known !== undefined) return known;
    const { found, seen, todo } = resumed(this.#finding, startKey, (): Found => ({
      found: new Map(),
      seen: new Set(),
      todo: [{ state: start, isBehind: false }],
    }));
    for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
      const key = 2 * this.#keyOf(one.state, cpu) + Number(one.isBehind);
      if (seen.has(key)) continue;
      todo.push(one);
      this.#patience.look();
      todo.pop();
      seen.add(key);
      if (seen.size > mostAlone) throw tooMany;
      for (const processor of this.#acting(cpu))
        todo.push(
          ...this.#behind(one, processor, found).map(({ run, isBehind }) => ({
            state: this.#alone(stateAfter(one.state, processor, run), cpu),
            isBehind,
          })),
        );
    }
    const promised = [...found.values()];
    this.#finding.delete(startKey);
    this.#promised.set(startKey, promised);
    return promised;
  }

  /** Notes what a processor may promise to store next; returns the runs behind which it may promise more. */
  #behind(
    { state, isBehind: wasBehind }: Found['todo'][number],
    processor: number,
    found: Found['found'],
  ): readonly { readonly run: TransitionRun; readonly isBehind: boolean }[] {
    const location = state.copies[processor]!.locals[0]!;
    const { operations, accesses } = this.#program.processors[processor]!;
    return operations[location]!.flatMap((operation, at) => {
      const { reads, writes } = accesses[location]![at]!;
      const isBehind = wasBehind || reads.length + writes.length > 0;
      if (operation.kind === 'block') return [];
      // Nothing is performed before the first access, where that is a load which is an acquire.
      const isEnd = operation.order === 'acquire' && !operation.isUpdate && reads.length > 0;
      if (isEnd && !wasBehind) return [];
      return execute(this.#program, state, processor, operation).flatMap((run) => {
        if (run.error !== null) return [];
        const [store] = run.stores.filter(({ cell, promised }) => promised === null && !run.isOwn[cell]!);
        if (store !== undefined && wasBehind && operation.order !== 'release')
          found.set(`${store.cell} ${store.value}`, { cell: store.cell, value: store.value, by: operation });
        // Nothing behind a full barrier is performed before what stands before it.
        return isBehind && run.isFenced ? [] : [{ run, isBehind }];
      });
    });
  }

  /** The processors of a CPU that act in a certification. */
  #acting(cpu: number): readonly number[] {
    const { isInterrupted, onCpu, hosts } = this.#program;
    return isInterrupted[cpu]! ? onCpu[cpu]! : [hosts[cpu]!];
  }

  #keyOf(state: MachineState, cpu: number): number {
    return this.#keys.add(keyAlone(this.#program, state, cpu));
  }

  #alone(state: MachineState, cpu: number): MachineState {
    return this.#forms[cpu]!.of(state);
  }

  #steps(state: MachineState, processor: number): readonly TransitionRun[] {
    const location = state.copies[processor]!.locals[0]!;
    return this.#program.processors[processor]!.operations[location]!.flatMap((operation) =>
      execute(this.#program, state, processor, operation).filter(({ error }) => error === null),
    );
  }
}

const tooMany = new MachineLimit(
  `one CPU alone can be in more than ${mostAlone} states before it has executed a store that others might see earlier`,
);

export const hasPromises = (state: MachineState, cpu: number): boolean => promisesOf(state, cpu) > 0;

export function promisesOf({ writes }: MachineState, cpu: number): number {
  let count = 0;
  for (const list of writes)
    if (list.length > 1) for (const { promisedBy } of list) if (promisedBy === cpu) count++;
  return count;
}

/** Whether a promise is already behind something that it must not be behind. */
function isHopeless({ writes, cpus }: MachineState, cpu: number): boolean {
  const { wNew, cap, cells } = cpus[cpu]!;
  const least = Math.max(wNew, cap);
  return writes.some((list, cell) =>
    list.some(
      ({ promisedBy, time }) =>
        promisedBy === cpu && (time <= least || time <= cells[cell * perCell + coherence]!),
    ),
  );
}

/** The state with one more promise, which the next access of the CPU comes behind. */
export function withPromise(state: MachineState, cpu: number, { cell, value }: Promised): MachineState {
  const time = state.top + 1;
  const write: Write = { time, value, promisedBy: cpu, step: state.step };
  return {
    ...state,
    top: time,
    writes: withElement(state.writes, cell, [...state.writes[cell]!, write]),
    cpus: withElement(state.cpus, cpu, { ...state.cpus[cpu]!, fresh: time }),
  };
}
