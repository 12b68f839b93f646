/** The states of a model under ARMv8: the Promising-ARM machine behind the interface of every search. */
import type { Transition, TransitionSystem } from '../../program/transition-system.ts';
import { valueFrom } from '../../program/numbering.ts';
import { authored } from '../../language/model-error.ts';
import type { Value } from '../../language/domain.ts';
import { printText } from '../../language/print.ts';
import type { Symmetry } from '../../program/symmetry.ts';
import { Interchange } from './interchange.ts';
import { MachineLimit } from './machine-limit.ts';
import type { MachineState, Time } from './machine-state.ts';
import { hasPromises } from './certify.ts';
import { Completion } from './completion.ts';
import { Unanswered } from './patience.ts';
import { defaultProgram, programOf, type Program, type ProgramSettings } from './program.ts';
import { observedCells, propertiesOf, timesToLook, writeAt, type CompiledProperty } from './properties.ts';
import { StoredStates, type StateWords } from './stored-states.ts';
import { defaultMachine, Arm64Machine, type MachineSettings, type MachineStep } from './successors.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { NumberList } from '../../state-space/number-list.ts';
import {
  CapacityError,
  type Edge,
  type Finding,
  type Numbers,
  type StateSpace,
  type StateStep,
} from '../../state-space/state-space.ts';

/** V8 keeps a list of small numbers as pointers. */
const bytesPerNumber = 8;

/** States between two looks at the limits: each takes some tenths of a millisecond. */
const portion = 16;

export class Arm64Space implements StateSpace {
  readonly portion = portion;
  readonly fired: Float64Array;
  readonly reached = new Set<number>();
  readonly findings: Finding[] = [];
  transitions = 0;
  readonly machine: Arm64Machine;
  readonly #program: Program;
  readonly #interchange: Interchange | null;
  readonly #properties: readonly CompiledProperty[];
  readonly #observed: readonly boolean[];
  readonly #stored: StoredStates;
  /** By state that is expanded: where its steps stand in the list of all. */
  readonly #firstSteps: number[] = [];
  /** Of a state: how many, then two numbers a step: the state, and twice the edge, plus 1 where it is out of order. */
  readonly #steps = new NumberList();
  readonly #edges: Edge[] = [];
  /** By processor, transition and choice. */
  readonly #edgeNumbers: readonly Map<Transition, Map<number, number>>[];
  readonly #completion: Completion;
  readonly #patience: number;

  /** `symmetry`: one state for all that differ by these; null: each state is one. */
  constructor(
    system: TransitionSystem,
    settings: MachineSettings = defaultMachine,
    program: ProgramSettings = defaultProgram,
    symmetry: Symmetry | null = null,
  ) {
    this.#program = programOf(system, program);
    this.#interchange = symmetry === null ? null : new Interchange(this.#program, symmetry);
    this.#observed = observedCells(this.#program);
    this.#properties = propertiesOf(this.#program);
    this.machine = new Arm64Machine(this.#program, this.#observed, settings);
    this.#edgeNumbers = this.#program.processors.map(() => new Map());
    this.#stored = new StoredStates(this.#program);
    this.#completion = new Completion(this.machine);
    this.#patience = settings.patience;
    this.fired = new Float64Array(system.transitions.length);
  }

  get count(): number {
    return this.#stored.count;
  }

  get bytes(): number {
    return this.#stored.bytes + this.#firstSteps.length * bytesPerNumber + this.#steps.bytes;
  }

  start(): void {
    within(() => {
      for (const state of this.machine.initial()) this.#store(this.#entered(state));
    });
  }

  expand(from: number, to: number): void {
    within(() => {
      for (let id = from; id < to; id++) this.#expandOne(id);
    });
  }

  expandSome(from: number, to: number): number {
    let id = from;
    within(() => {
      try {
        for (; id < to; id++) {
          this.machine.patience.left = this.#patience;
          this.#expandOne(id);
        }
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
      } finally {
        this.machine.patience.left = Infinity;
      }
    });
    return id;
  }

  #expandOne(id: number): void {
    const state = this.#stored.state(id);
    const steps = this.machine.enough(state);
    const outcomes = steps.map((step) => this.#outcomeOf(state, step));
    // All questions are answered, and nothing has been stored yet.
    if (isDeadlock(this.#program, state, steps)) this.findings.push({ kind: 'deadlock', state: id });
    const first = this.#steps.length;
    this.#firstSteps[id] = first;
    this.#steps.push(0);
    for (const [at, step] of steps.entries()) {
      const number = this.#edgeNumberOf(step);
      const edge = this.#edges[number]!;
      const outcome = outcomes[at]!;
      this.transitions += 1;
      if (step.run !== null) this.fired[edge.transition.id]! += 1;
      if (outcome.kind === 'state') {
        this.#steps.push(this.#store(outcome));
        this.#steps.push(2 * number + Number(step.isStale || step.run === null));
        continue;
      }
      if (!outcome.isPossible) continue;
      const { error, failed } = step.run!;
      if (error !== null)
        this.findings.push({ kind: 'error', state: id, edge, message: blame(this.#program, step, error) });
      else this.findings.push({ kind: 'assertion', state: id, edge, claim: failed! });
    }
    this.#steps.set(first, (this.#steps.length - first - 1) / 2);
  }

  /** What a step leads to. Throws  Unanswered when patience is used up. */
  #outcomeOf(state: MachineState, { run, after }: MachineStep): StepOutcome {
    if (run === null || (run.error === null && run.failed === null)) return this.#entered(after);
    const last = run.isOver ? state : this.machine.normal(after);
    return { kind: 'stop', isPossible: this.#completion.isPossible(last) };
  }

  #entered(given: MachineState): EnteredState {
    const state = this.#canonical(given);
    const words = this.#stored.wordsOf(state);
    const known = this.#stored.find(words);
    if (known >= 0) return { kind: 'state', known, words: null, shown: [] };
    return { kind: 'state', known, words: words.slice(), shown: this.#shownIn(state) };
  }

  #canonical(given: MachineState): MachineState {
    const state = this.machine.normal(given);
    return this.#interchange === null ? state : this.#interchange.canonical(state);
  }

  /** The number under which a state is stored, or -1. */
  numberOf(given: MachineState): number {
    return this.#stored.find(this.#stored.wordsOf(this.#canonical(given)));
  }

  edgeOf(step: MachineStep): Edge {
    return this.#edges[this.#edgeNumberOf(step)]!;
  }

  #edgeNumberOf({ processor, operation: { transition }, choice }: MachineStep): number {
    const numbers = this.#edgeNumbers[processor]!;
    const ofTransition = numbers.get(transition) ?? new Map<number, number>();
    numbers.set(transition, ofTransition);
    const known = ofTransition.get(choice);
    if (known !== undefined) return known;
    const { thread, replica } = this.#program.processors[processor]!;
    const number = this.#edges.push({ thread, replica, transition, choice }) - 1;
    ofTransition.set(choice, number);
    return number;
  }

  #store({ known, words, shown }: EnteredState): number {
    if (words === null) return known;
    const { count } = this.#stored;
    const id = this.#stored.add(words);
    if (id < count) return id;
    for (const property of shown)
      if (this.#properties[property]!.kind === 'reachable') this.reached.add(property);
      else this.findings.push({ kind: 'invariant', state: id, property });
    return id;
  }

  /** The invariants that are false in a state, and the witnesses that are true. Throws  Unanswered when patience is used up. */
  #shownIn(state: MachineState): readonly number[] {
    const times = timesToLook(state, this.#observed);
    const shown = this.#properties.flatMap(({ kind, name, isTrue, isMixed }, property) => {
      if (kind === 'reachable' && this.reached.has(property)) return [];
      const isShown = (at: Time) =>
        authored(`property '${name}'`, () => isTrue(state, at)) === (kind === 'reachable');
      return (isMixed ? times : [state.top]).some(isShown) ? [property] : [];
    });
    // A run that cannot be completed shows nothing.
    return shown.length === 0 || this.#completion.isPossible(state) ? shown : [];
  }

  successors(id: number): readonly StateStep[] {
    const { [id]: first } = this.#firstSteps;
    if (first === undefined) return [];
    return Array.from({ length: this.#steps.at(first) }, (_, step): StateStep => {
      const at = first + 1 + 2 * step;
      const way = this.#steps.at(at + 1);
      return { edge: this.#edges[way >> 1]!, to: this.#steps.at(at), isOutOfOrder: way % 2 === 1 };
    });
  }

  mark(from: number, to: number, marks: Uint8Array, isMarked: (successors: Numbers) => boolean): void {
    for (let id = from; id < to; id++) {
      const { [id]: first } = this.#firstSteps;
      const next: number[] = [];
      if (first !== undefined)
        for (let at = first + 1; at < first + 2 * this.#steps.at(first); at += 2)
          next.push(this.#steps.at(at));
      if (isMarked(next)) marks[id] = 1;
    }
  }

  state(id: number): State {
    const state = this.#stored.state(id);
    return plainState(this.#program, state, state.top);
  }

  /** As the machine has it. */
  machineState(id: number): MachineState {
    return this.#stored.state(id);
  }
}

/** A step leads to a state, or stops with a mistake or a failed assertion, which shows where the run can be completed. */
type StepOutcome = EnteredState | { readonly kind: 'stop'; readonly isPossible: boolean };

interface EnteredState {
  readonly kind: 'state';
  /** The number of a state that is stored, or -1. */
  readonly known: number;
  /** Those of a state that is not; null: it is. */
  readonly words: StateWords | null;
  /** Positions of the properties that show in a new state. */
  readonly shown: readonly number[];
}

/** Runs something that may meet a bound of the machine: the search ends there, and proves nothing. */
function within(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof MachineLimit) throw new CapacityError(error.message);
    throw error;
  }
}

/**
 * Nobody can go on with the newest values: a wait is a loop that reads, and does not live on an old value for ever. Who has
 * promised something can always go on.
 */
export const isStuck = (program: Program, state: MachineState, steps: readonly MachineStep[]): boolean =>
  steps.every(({ isStale, run }) => run !== null && isStale) &&
  !program.hosts.some((_, cpu) => hasPromises(state, cpu));

/** All are stuck, and a thread that must not wait forever has not ended. */
export const isDeadlock = (program: Program, state: MachineState, steps: readonly MachineStep[]): boolean =>
  isStuck(program, state, steps) &&
  program.processors.some(
    ({ table: { thread, end } }, processor) =>
      !thread.mayBlockForever && state.copies[processor]!.locals[0] !== end,
  );

/** The state with memory as it is at a time. */
export function plainState({ system, numbering, isOwn }: Program, state: MachineState, at: Time): State {
  const { names } = numbering;
  const shared = Object.fromEntries(
    [...numbering.shared].map(([name, { first, length, isArray, domain }]) => {
      const values = Array.from({ length }, (_, element) => {
        const cell = first + element;
        const number = isOwn[cell]! ? state.own[cell]! : writeAt(state.writes[cell]!, at).value;
        return valueFrom(names, domain, number);
      });
      return [name, isArray ? values : values[0]!];
    }),
  );
  const threads = system.threads.map(({ thread }, position): [string, State['threads'][string]] => {
    const copy = numbering.firstCopy.get(thread.name)!;
    return [
      thread.name,
      Array.from({ length: thread.cpus }, (_, replica) => {
        const { locals } = state.copies[copy + replica]!;
        const named = [...numbering.locals[position]!].map(
          ([name, { first, length, isArray, domain }]): [string, Value | readonly Value[]] => {
            const values = locals
              .slice(first, first + length)
              .map((number) => valueFrom(names, domain, number));
            return [name, isArray ? values : values[0]!];
          },
        );
        return { location: locals[0]!, locals: Object.fromEntries(named) };
      }),
    ];
  });
  return { shared, threads: Object.fromEntries(threads) };
}

/** A mistake of the author with the statement that made it, in the interpreter's words. */
export function blame(
  { processors }: Program,
  { processor, operation, run }: MachineStep,
  message: string,
): string {
  const { table, replica } = processors[processor]!;
  const { thread } = table;
  const statement = run?.mistaken ?? operation.transition.statement;
  const copy = thread.cpus > 1 ? ` (copy ${replica})` : '';
  return `thread '${thread.name}'${copy}, line ${statement.line} '${printText(statement)}': ${message}`;
}
