/** The state space that generated WebAssembly explores: packed states and their table in linear memory. */
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf, type Symmetry } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { decode, encode } from '../codegen/layout/packed-state.ts';
import {
  alone,
  deadlockFound,
  findingBytes,
  wrongCondition,
  wrongPropertyFound,
} from '../codegen/memory-map.ts';
import { mostNumberBits } from '../codegen/layout/compact-format.ts';
import { compileModel, type CompiledModel, type ModelOptions } from '../codegen/compile-model.ts';
import { spawnWorkers, spawnsFrom, type PendingWorkers, type Worker, type WorkerOptions } from './worker.ts';
import { edgesOutOf, leadsOn } from '../state-space/successors.ts';
import type { Schedule } from '../state-space/outcome.ts';
import type { Edge, Finding, Numbers } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { fairClasses } from '../program/fair-classes.ts';
import {
  goalConditions,
  isGoalTrue,
  noEdges,
  type LiveSpace,
  type StateEdges,
} from '../state-space/live-space.ts';
import { blameProperty, findingOf, type Recorded } from './recorded-finding.ts';
import { startsAs, isStuck, moves } from './restricted-copies.ts';
import { WorkerPool } from './worker-pool.ts';
import { type CompactingOptions } from './compaction.ts';
import { VisitedMemory, addressOf, canBeWide } from './visited-memory.ts';

export interface CompiledOptions {
  /** The most bytes that the states and their table may take. */
  readonly maxBytes?: number;
  /**
   * The address at which states begin in a memory of 64-bit addresses; default: such a memory if `maxBytes` exceeds 4
   * GiB.
   */
  readonly wideFrom?: number | null;
  /** The bits of a hash that count, for tests in which states collide. */
  readonly hashMask?: bigint;
  /** The successors of a batch, for tests with several batches; default: as `alone` says. */
  readonly batch?: number;
  /** As `WasmModule.fewLocals` says. */
  readonly fewLocals?: number;
  /** The workers that share the search; null: the calling thread works alone. */
  readonly parallel?: WorkerOptions | null;
  /** States are stored with these interchangeable copies in canonical order, one for all permutations. */
  readonly symmetry?: Symmetry | null;
  /** How to fold states that have wide arrays, which one worker alone does; null: they are stored as they are. */
  readonly fold?: ModelOptions['fold'];
  /** How to compact states once they are many; null: they are stored as they are, or folded. */
  readonly compact?: CompactingOptions | null;
  /** Whether dead locals are stored with their initial values. */
  readonly forget?: boolean;
  /**
   * Only the copies that move in this run may move; the others keep their initial state of the run. All remaining runs
   * are runs of the model, and a deadlock is one of all copies. Excludes `symmetry`.
   */
  readonly only?: Schedule | null;
  /** Whether the space will be asked for its edges and the conditions of goals. Excludes `symmetry` and `only`. */
  readonly live?: boolean;
}

/** States that the calling thread expands before it checks again whether the other workers are ready. */
const aloneAtATime = 4_096;

/** Fewer states than these the calling thread expands alone: two barriers cost as much. */
const fewStates = 1_024;

/** The fewest states between two checks of the limits, and the bytes of them for small states. */
const fewestInPortion = 32_768;
const portionBytes = 2 ** 21;

/** Compact states take half the memory and a fifth more time, so that only states wait for them that may not fit. */
const whenCompact = (maxBytes: number): Required<CompactingOptions> => ({
  from: Math.floor(maxBytes / 128),
  worth: 3 / 4,
  mostBits: mostNumberBits,
});

/** The numbers of an array within a window, which moves to the numbers behind it. */
class NumbersWithin implements Numbers {
  readonly #numbers: Int32Array;
  #from: number;
  #to: number;

  constructor(numbers: Int32Array, from: number) {
    this.#numbers = numbers;
    this.#from = this.#to = from;
  }

  get length(): number {
    return this.#to - this.#from;
  }

  moveTo(end: number): void {
    this.#from = this.#to;
    this.#to = end;
  }

  some(test: (number: number) => boolean): boolean {
    for (let at = this.#from; at < this.#to; at++) if (test(this.#numbers[at]!)) return true;
    return false;
  }
}

/** A finding with the packed state that it is about. */
export interface PackedFinding {
  readonly finding: Finding;
  readonly state: Uint8Array;
}

/** A state space that finds the numbers of states. */
export interface CompiledSpace extends LiveSpace {
  /** For a search that keeps only a part of the states in memory: it replaces the stored states. */
  readonly compiled: { readonly model: CompiledModel; readonly memory: VisitedMemory };
  /** Removes the findings so far. */
  readonly takeFindings: () => readonly PackedFinding[];
  /** The numbers of the canonical forms of these states, -1 for one that is not stored. */
  readonly numbersOf: (states: readonly State[]) => readonly number[];
  /** By `Transition.id`: how often each fires in the states `from .. to - 1`; `fired` does not change. */
  readonly firings: (from: number, to: number) => readonly number[];
  /** Ends the threads of the workers. */
  readonly close: () => void;
}

/**
 * The state space of a model in generated code.
 *
 * Throws  ModelError for sums of more than 32 bits, which only the interpreter computes.
 */
export function compiledSpace(system: TransitionSystem, options: CompiledOptions = {}): CompiledSpace {
  const { parallel = null } = options;
  // The threads start while this one compiles the model.
  const pendingWorkers = parallel !== null && spawnsFrom(parallel) === 0 ? spawnWorkers(parallel) : null;
  try {
    return new PackedSpace(system, options, pendingWorkers);
  } catch (error) {
    pendingWorkers?.close();
    throw error;
  }
}

class PackedSpace implements CompiledSpace {
  /** Some hundredths of a second of work: workers wait for each other at its end. */
  readonly portion: number;
  readonly #system: TransitionSystem;
  readonly #memory: VisitedMemory;
  readonly #recorded: Recorded[] = [];
  readonly #findings: Finding[] = [];
  readonly #only: Schedule | null;
  readonly #workers: number;
  readonly #parallel: WorkerOptions | null;
  #pendingWorkers: PendingWorkers | null;
  #pool: WorkerPool | null = null;

  constructor(system: TransitionSystem, options: CompiledOptions, pendingWorkers: PendingWorkers | null) {
    const {
      maxBytes = 2 ** 32,
      wideFrom = maxBytes > 2 ** 32 && canBeWide() ? 0 : null,
      hashMask,
      batch = alone.batch,
      fewLocals,
      parallel = null,
      symmetry = null,
      fold = {},
      compact = {},
      forget = false,
      only = null,
      live = false,
    } = options;
    if (live && (symmetry !== null || only !== null))
      throw new Error('fairness is about all copies, and each of them counts');
    if (only !== null && symmetry !== null)
      throw new Error('copies that rest are not interchangeable with those that move');
    const together = compact === null ? null : symmetryOf(numberingOf(system));
    const wishes: ModelOptions = {
      together,
      hashMask,
      symmetry,
      fold,
      forget,
      labelOf: live ? fairClasses(system).of : null,
      conditions: live ? goalConditions(system) : [],
      mayMove: (copy) => only === null || moves(only, copy),
      wide: wideFrom !== null,
      fewLocals,
      share: { ...alone, batch, workers: parallel?.workers ?? 1, ...parallel?.small },
    };
    const model = compileModel(system, wishes);
    const { workers } = model;
    this.#workers = workers;
    this.#parallel = workers === 1 ? null : parallel;
    this.#pendingWorkers = pendingWorkers;
    this.portion = Math.max(fewestInPortion, Math.floor(portionBytes / model.map.stride));
    this.#system = system;
    this.#only = only;
    this.#memory = new VisitedMemory(model, {
      maxBytes,
      workers,
      wideFrom,
      compacting:
        compact === null
          ? null
          : {
              ...whenCompact(maxBytes),
              ...compact,
              compile: (how) => compileModel(system, { ...wishes, compact: how }),
            },
    });
  }

  get #model(): CompiledModel {
    return this.#memory.model;
  }

  get count(): number {
    return this.#memory.count;
  }

  get transitions(): number {
    return this.fired.reduce((sum, times) => sum + times, 0);
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  get fired(): readonly number[] {
    const { fired, distance } = this.#model.map;
    const { words } = this.#memory;
    return this.#system.transitions.map(({ id }) => {
      let times = 0;
      for (let worker = 0; worker < this.#workers; worker++)
        times += Number(words[(fired.at + worker * distance) / 8 + id]);
      return times;
    });
  }

  #byWorker<T>(read: (worker: number) => T): readonly T[] {
    return Array.from({ length: this.#workers }, (_, worker) => read(worker));
  }

  get reached(): ReadonlySet<number> {
    const { reached, distance } = this.#model.map;
    const seen = (property: number) =>
      this.#byWorker(
        (worker) => this.#memory.numbers[(reached.at + worker * distance) / 4 + property],
      ).includes(1);
    return new Set([...this.#system.model.properties.keys()].filter(seen));
  }

  get findings(): readonly Finding[] {
    for (const recorded of this.#recorded.slice(this.#findings.length))
      this.#findings.push(findingOf(recorded, this.#system, this.#model, (id) => this.state(id)));
    return this.#findings;
  }

  get compiled() {
    return { model: this.#model, memory: this.#memory };
  }

  takeFindings(): readonly PackedFinding[] {
    const taken = this.findings.map((finding) => ({
      finding,
      state: this.#memory.packed(finding.state, finding.state + 1).slice(),
    }));
    this.#recorded.length = 0;
    this.#findings.length = 0;
    return taken;
  }

  start(): void {
    const states = initialStates(this.#system);
    const given = this.#only === null ? states : startsAs(this.#system, states, this.#only);
    this.#inBatches(given, () => {
      this.#memory.left(this.#memory.gathered);
      this.#insert();
      this.#memory.beginRecent();
    });
  }

  #inBatches(states: readonly State[], work: () => void): void {
    const { map, layout } = this.#model;
    for (let at = 0; at < states.length; at += map.batch) {
      this.#memory.gather(states.slice(at, at + map.batch).map((state) => encode(layout, state)));
      work();
    }
  }

  numbersOf(states: readonly State[]): readonly number[] {
    const numbers: number[] = [];
    const first = this.#model.map.slots.at / 4;
    this.#inBatches(states, () => {
      this.#memory.lookUp();
      numbers.push(...this.#memory.numbers.subarray(first, first + this.#memory.gathered));
    });
    return numbers;
  }

  /** Expands states in ranges whose successors all have room; the ranges are the same for any number of workers. */
  expand(from: number, to: number): void {
    const { mostEdges } = this.#model;
    this.#memory.compactIfMany();
    for (let at = from; at < to;) {
      this.#memory.expanded = at;
      const fitting = Math.min(to, at + Math.floor(this.#memory.left(mostEdges) / mostEdges));
      const pool = this.#poolFor(fitting - at);
      const end = pool === null ? Math.min(fitting, at + aloneAtATime) : fitting;
      if (pool === null) this.#expandAlone(at, end);
      at = pool === null ? end : pool.expand(at, end, (first, last) => this.#record(first, last));
    }
  }

  #expandAlone(from: number, to: number): void {
    for (let at = from; at < to;) {
      const first = at;
      this.#recording(() => {
        at = this.#memory.expand(first, to);
      });
      this.#insert();
    }
  }

  /** The pool that expands so many states; null: the calling thread expands them alone. */
  #poolFor(states: number): WorkerPool | null {
    const parallel = this.#parallel;
    if (parallel === null) return null;
    if (this.count >= spawnsFrom(parallel)) this.#pendingWorkers ??= spawnWorkers(parallel);
    if (this.#pendingWorkers === null) return null;
    if (this.#pool?.isOutdated === true) {
      this.#pendingWorkers.close();
      this.#pool = null;
      this.#pendingWorkers = spawnWorkers(parallel)!;
    }
    this.#pool ??= this.#startWorkers(this.#pendingWorkers, parallel);
    if (parallel.small !== undefined) while (!this.#pool.isReady);
    return this.#pool.isReady && (states >= fewStates || parallel.small !== undefined) ? this.#pool : null;
  }

  #startWorkers({ start }: PendingWorkers, { workers }: WorkerOptions): WorkerPool {
    const { map } = this.#model;
    const { module, memory, states, code, globals } = this.#memory;
    const transitions = this.#system.transitions.length;
    const self: Worker = { areas: 0, map, transitions, memory, states, code, globals };
    const inits = Array.from({ length: workers - 1 }, (_, at) => ({
      module,
      areas: (at + 1) * map.distance,
    }));
    return new WorkerPool(this.#memory, map, start(self, inits));
  }

  /** Stores the candidates of this thread. */
  #insert(): void {
    this.#memory.makeRoom();
    this.#recording(() => this.#memory.code.insert());
  }

  /** Records the findings of `work` by this thread. */
  #recording(work: () => void): void {
    const { at } = this.#model.map.findings;
    this.#memory.globals.finding.value = at;
    work();
    this.#record(at, addressOf(this.#memory.globals.finding.value));
  }

  /** Reads the findings from `at` up to `end` in memory. */
  #record(at: number, end: number): void {
    for (let next = at; next < end; next += findingBytes) {
      const [what, state, detail] = this.#memory.numbers.subarray(next / 4, next / 4 + 3);
      if (what === deadlockFound && this.#only !== null && !isStuck(this.#system, this.state(state!)))
        continue;
      if (what === wrongPropertyFound) blameProperty(this.#system, detail!, this.state(state!));
      this.#recorded.push([what!, state!, detail!]);
    }
  }

  close(): void {
    this.#pendingWorkers?.close();
  }

  mark(from: number, to: number, marks: Uint8Array, isMarked: (successors: Numbers) => boolean): void {
    const { map } = this.#model;
    this.#withoutCounting(() => {
      for (let at = from; at < to;) {
        const first = at;
        at = this.#memory.generate(first, to);
        this.#memory.lookUp();
        const successors = new NumbersWithin(this.#memory.numbers, map.slots.at / 4);
        for (let id = first; id < at; id++) {
          const cursor = this.#memory.numbers[map.ends.at / 4 + id - first]!;
          successors.moveTo(map.slots.at / 4 + (cursor - map.candidates.at) / map.candidateStride);
          if (isMarked(successors)) marks[id] = 1;
        }
      }
    });
  }

  *edges(): Cooperative<StateEdges> {
    const { map } = this.#model;
    const all = noEdges(this.count, this.transitions, fairClasses(this.#system).classes.length);
    const counted = this.#fired();
    let end = 0;
    for (let at = 0; at < this.count;) {
      const from = at;
      at = this.#memory.generate(from, this.count);
      this.#memory.lookUp();
      const { numbers, gathered } = this.#memory;
      for (let id = from; id < at; id++) {
        const cursor = addressOf(numbers[map.ends.at / 4 + id - from]!);
        all.first[id + 1] = end + (cursor - map.candidates.at) / map.candidateStride;
      }
      all.to.set(numbers.subarray(map.slots.at / 4, map.slots.at / 4 + gathered), end);
      all.label.set(numbers.subarray(map.labels.at / 4, map.labels.at / 4 + gathered), end);
      end += gathered;
      yield;
    }
    this.#memory.words.set(counted, map.fired.at / 8);
    return all;
  }

  judge(condition: number): Uint8Array {
    const { batchStates, ends } = this.#model.map;
    const judging = this.#memory.code[`condition${condition}`]!;
    const values = new Uint8Array(this.count);
    for (let at = 0; at < this.count; at += batchStates) {
      const to = Math.min(at + batchStates, this.count);
      judging(at, to);
      const first = ends.at / 4;
      values.set(this.#memory.numbers.subarray(first, first + to - at), at);
    }
    const wrong = values.indexOf(wrongCondition);
    if (wrong >= 0 && isGoalTrue(this.#system, condition, this.state(wrong)))
      throw new Error('the interpreter can judge a condition in a state, where the generated code cannot');
    return values;
  }

  /** The firings of the calling thread. */
  #fired(): BigUint64Array {
    const first = this.#model.map.fired.at / 8;
    return this.#memory.words.slice(first, first + this.#system.transitions.length);
  }

  firings(from: number, to: number): readonly number[] {
    const counted = this.#fired();
    let now = counted;
    this.#withoutCounting(() => {
      for (let at = from; at < to;) at = this.#memory.generate(at, to);
      now = this.#fired();
    });
    return Array.from(now, (times, id) => Number(times - counted[id]!));
  }

  /** Runs `work`, which expands states again, and restores the counts of firings. */
  #withoutCounting(work: () => void): void {
    const counted = this.#fired();
    work();
    this.#memory.words.set(counted, this.#model.map.fired.at / 8);
  }

  successors(id: number): readonly { readonly edge: Edge; readonly to: number }[] {
    const edges = edgesOutOf(this.#system, this.state(id)).filter(leadsOn);
    const allowed = edges.filter(({ edge }) => this.#only === null || moves(this.#only, edge));
    const numbers = this.numbersOf(allowed.map(({ firing }) => firing.state));
    return allowed.map(({ edge }, at) => ({ edge, to: numbers[at]! }));
  }

  state(id: number): State {
    return decode(this.#model.layout, this.#memory.wordsOf(id));
  }
}
