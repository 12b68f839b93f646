/** The steps out of a state of the machine: what each copy may execute, and what its CPU may promise. */
import { Certification, hasPromises, promisesOf, withPromise, type Promised } from './certify.ts';
import type { Accessed } from './access-cells.ts';
import { beginning, enter, execute, stateAfter } from './execute.ts';
import { MachineLimit } from './machine-limit.ts';
import type { MachineState } from './machine-state.ts';
import { NormalForms, type Rule } from './normal-form.ts';
import type { Operation } from './operation.ts';
import { Patience } from './patience.ts';
import type { Program } from './program.ts';
import type { TransitionRun } from './run.ts';
import { Usefulness } from './usefulness.ts';

export interface MachineStep {
  readonly processor: number;
  readonly operation: Operation;
  /** Position among the steps of the processor with this operation. */
  readonly choice: number;
  /** What was executed; null where a write was promised. */
  readonly run: TransitionRun | null;
  readonly promised: Promised | null;
  readonly after: MachineState;
  /** Whether it read a value that was not the newest. */
  readonly isStale: boolean;
}

/** What tests leave out to compare with, and what bounds the machine. */
export interface MachineSettings {
  readonly without: ReadonlySet<Rule | 'useful' | 'locks' | 'alone'>;
  /** Promises of one CPU at a time. */
  readonly mostPromises: number;
  /** Writes to one cell that can be read at a time. */
  readonly mostWrites: number;
  /** States that are looked at to answer questions between two looks at the limits of a search; at least 2. */
  readonly patience: number;
}

export const defaultMachine: MachineSettings = {
  without: new Set(),
  mostPromises: 5,
  mostWrites: 12,
  patience: 2_000,
};

export class Arm64Machine {
  readonly program: Program;
  /** How long its questions may take. */
  readonly patience = new Patience();
  readonly #settings: MachineSettings;
  readonly #certification: Certification;
  readonly #usefulness: Usefulness;
  readonly #forms: NormalForms;
  readonly #isObserved: boolean;

  constructor(program: Program, observed: readonly boolean[], settings: MachineSettings = defaultMachine) {
    this.program = program;
    this.#settings = settings;
    this.#certification = new Certification(program, this.patience);
    this.#usefulness = new Usefulness(program, !settings.without.has('locks'));
    const { without } = settings;
    const cpus = program.hosts.map((_, cpu) => cpu);
    this.#forms = new NormalForms(program, { cpus, isAlone: false, observed, without });
    this.#isObserved = observed.some((one) => one);
  }

  /** The states in which a run may begin, in normal form; several where threads begin with choices. */
  initial(): readonly MachineState[] {
    const { processors, initial, cpus, numbering, noViews } = this.program;
    let states: MachineState[] = [
      {
        writes: initial.map((value) => [{ time: 0, value, promisedBy: -1, step: -1 }]),
        own: initial,
        ownData: initial.map(() => 0),
        top: 0,
        seen: 0,
        cpus: Array.from({ length: cpus }, () => noViews),
        copies: processors.map(({ thread, table }) => {
          const width = numbering.widths[thread]!;
          const zeros = Array.from({ length: width }, () => 0);
          return {
            locals: initialLocals(table, this.program, thread),
            data: zeros,
            control: zeros,
            inside: 0,
            isSettled: false,
          };
        }),
        step: -1,
      },
    ];
    for (const processor of processors.keys())
      states = states.flatMap((state) =>
        enter(this.program, state, processor).map((run) => {
          const wrong = run.error ?? run.failed;
          if (wrong !== null) throw new MachineLimit(`before the first step: ${wrong}`);
          return stateAfter(state, processor, run);
        }),
      );
    return states;
  }

  normal(state: MachineState): MachineState {
    const normal = this.#forms.of(state);
    for (const [cell, list] of normal.writes.entries())
      if (list.length > this.#settings.mostWrites)
        throw new MachineLimit(
          `more than ${this.#settings.mostWrites} values of '${cellName(this.program, cell)}' can be read at a time`,
        );
    return normal;
  }

  /** All steps out of a state, in an order that depends on nothing else; those after which a promise could not be kept are left out. */
  steps(state: MachineState, isTraced = false): readonly MachineStep[] {
    return this.program.processors.flatMap((_, processor) => [
      ...this.#executed(state, processor, isTraced),
      ...this.#promised(state, processor),
    ]);
  }

  /**
   * The steps that are enough out of a state: a plain store that was promised is executed alone, where its copy can do nothing else.
   *
   * Sound for:  what it changes is known to its CPU alone, no property sees it, and others neither hinder it nor are hindered. It leaves one
   *             promise fewer, so that no cycle consists of such steps.
   */
  enough(state: MachineState): readonly MachineStep[] {
    if (!this.#settings.without.has('alone'))
      for (const [cpu, processor] of this.program.hosts.entries()) {
        if (this.program.isInterrupted[cpu]!) continue;
        const step = hasPromises(state, cpu) ? this.#kept(state, processor) : null;
        if (step !== null) return [step];
      }
    return this.steps(state);
  }

  /** The step of a copy that does nothing but to keep a promise, or null. */
  #kept(state: MachineState, processor: number): MachineStep | null {
    const { operations, accesses, table } = this.program.processors[processor]!;
    const location = state.copies[processor]!.locals[0]!;
    const [operation, ...others] = operations[location]!;
    if (operation === undefined || others.length > 0 || operation.kind !== 'access') return null;
    const [{ reads, writes }] = accesses[location]! as [Accessed];
    if (reads.length > 0 || writes.length === 0 || operation.isUpdate || operation.guard !== null)
      return null;
    if (this.#usefulness.shows(state, processor)) return null;
    const [step, ...more] = this.#executed(state, processor, false);
    if (step === undefined || more.length > 0) return null;
    const { run, after } = step;
    const isKept =
      run!.error === null &&
      run!.failed === null &&
      run!.stores.length > 0 &&
      run!.stores.every(({ promised }) => promised !== null);
    const isSeen = after.seen !== state.seen || after.copies[processor]!.locals[0] === table.end;
    return isKept && !isSeen && this.#promised(state, processor).length === 0 ? step : null;
  }

  #executed(state: MachineState, processor: number, isTraced: boolean): readonly MachineStep[] {
    const { operations, cpu } = this.program.processors[processor]!;
    const location = state.copies[processor]!.locals[0]!;
    const steps: MachineStep[] = [];
    for (const operation of operations[location]!)
      for (const [choice, run] of execute(this.program, state, processor, operation, isTraced).entries()) {
        const after = this.#looked(stateAfter(state, processor, run), cpu);
        if (!run.isOver && hasPromises(after, cpu) && !this.#certification.keeps(after, cpu)) continue;
        steps.push({ processor, operation, choice, run, promised: null, after, isStale: run.isStale });
      }
    return steps;
  }

  /** What a CPU has read or fenced is seen from outside too. */
  #looked(state: MachineState, cpu: number): MachineState {
    if (!this.#isObserved) return state;
    const { rOld, rNew, blind } = state.cpus[cpu]!;
    const seen = Math.max(state.seen, rOld, rNew, blind);
    return seen === state.seen ? state : { ...state, seen };
  }

  #promised(state: MachineState, processor: number): readonly MachineStep[] {
    const { cpu, isHandler } = this.program.processors[processor]!;
    if (isHandler) return [];
    const cells = this.#usefulness.cells(state, processor, this.#settings.without.has('useful'));
    if (cells.length === 0) return [];
    const steps: MachineStep[] = [];
    for (const promised of this.#certification.candidates(state, cpu)) {
      if (!cells.includes(promised.cell)) continue;
      const after = withPromise(state, cpu, promised);
      if (!this.#certification.keeps(after, cpu)) continue;
      if (promisesOf(after, cpu) > this.#settings.mostPromises)
        throw new MachineLimit(
          `a CPU may let others see more than ${this.#settings.mostPromises} stores before it executes them`,
        );
      const choice = firstPromise + steps.length;
      steps.push({ processor, operation: promised.by, choice, run: null, promised, after, isStale: false });
    }
    return steps;
  }
}

/** The choices of an operation from here on are promises. */
export const firstPromise = 1000;

function initialLocals(
  table: Program['processors'][number]['table'],
  program: Program,
  thread: number,
): number[] {
  const locals = [0];
  const { names } = program.numbering;
  for (const [name, { first }] of program.numbering.locals[thread]!)
    for (const [at, value] of table.thread.locals[name]!.initial.entries())
      locals[first + at] = typeof value === 'string' ? names.get(value)! : Number(value);
  return locals;
}

export function cellName({ numbering }: Program, cell: number): string {
  for (const [name, { first, length, isArray }] of numbering.shared)
    if (cell >= first && cell < first + length) return isArray ? `${name}[${cell - first}]` : name;
  throw new Error(`there is no cell ${cell}`);
}

export { beginning, hasPromises, MachineLimit };
