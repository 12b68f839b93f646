/** Expands states by several workers in rounds; numbers, counts and findings equal those of one worker. */
import { takenAt, type MemoryMap } from '../codegen/memory-map.ts';
import {
  ChunkOutcomes,
  chunkOf,
  committed,
  findingsEnough,
  largestChunk,
  type WorkerGroup,
  type WorkerTask,
} from './worker.ts';
import { addressOf, type GeneratedCode, type VisitedMemory } from './visited-memory.ts';

/** Reads the findings from one address up to another, before the next round overwrites them. */
type Record = (from: number, to: number) => void;

/** The share of their room that the expected claims and findings of a round fill. */
const full = 0.7;

/** The room of a round, as a multiple of the expected claims: a rollback costs more than early room. */
const unexpected = 3;

/**
 * The decay of the most claims a state, from round to round: the first states of a level have twice those of the
 * last.
 */
const forgetting = 0.9;

export class WorkerPool {
  readonly #memory: VisitedMemory;
  readonly #map: MemoryMap;
  readonly #workers: WorkerGroup;
  /** The code that the workers run. */
  readonly #code: GeneratedCode;
  /**
   * States whose claims have room in the largest chunk, and claims for each of its states, estimated from past
   * rounds.
   */
  #portion: number;
  #claimsEach = 1;

  constructor(memory: VisitedMemory, map: MemoryMap, workers: WorkerGroup) {
    this.#memory = memory;
    this.#map = map;
    this.#portion = map.claimsEnough;
    this.#workers = workers;
    this.#code = memory.code;
  }

  /** Whether the other workers can begin. */
  get isReady(): boolean {
    return this.#workers.isReady();
  }

  /** Whether states have another format, for which the workers lack the code. */
  get isOutdated(): boolean {
    return this.#code !== this.#memory.code;
  }

  /** Returns the first state that is not expanded: it stops where states get another format. */
  expand(from: number, to: number, record: Record): number {
    this.#memory.rebuildBy(() => this.#rebuild());
    let at = from;
    while (at < to && !this.isOutdated) at = this.#round(at, to, record);
    return at;
  }

  /** One round: workers claim new states in parallel; returns the first state left out. */
  #round(from: number, most: number, record: Record): number {
    const { chunks, room, claimsEnough } = this.#map;
    const to = Math.min(most, from + Math.ceil((this.#portion * chunks) / largestChunk));
    const portion = Math.ceil(((to - from) * largestChunk) / chunks);
    const enough = Math.min(claimsEnough, Math.ceil(unexpected * portion * this.#claimsEach));
    this.#memory.makeRoom(chunks * (enough + room));
    const round = { from, to };
    const outcomes = this.#cleared();
    this.#run({ kind: 'claim', ...round, enough });
    if (outcomes.all('stopped').some((stopped, chunk) => stopped < chunkOf(chunk, round, this.#map)[1])) {
      this.#run({ kind: 'rollback' });
      this.#memory.widen();
      this.#portion = Math.ceil(portion / 4);
      this.#claimsEach *= 2;
      return from;
    }
    const found = this.#commit(outcomes, record);
    const claimed = Math.max(...outcomes.all('claimed'), 1);
    this.#claimsEach = Math.max(claimed / portion, this.#claimsEach * forgetting);
    const fill = Math.max(claimed / claimsEnough, found / findingsEnough(this.#map));
    const fitting = Math.floor((full * portion) / fill);
    this.#portion = Math.max(1, Math.min(fitting, Math.max(this.#portion, portion * 2)));
    return to;
  }

  /** Stores the claims that workers have not stored yet; returns the most bytes of findings that a chunk has. */
  #commit(outcomes: ChunkOutcomes, record: Record): number {
    const { claimFindings, chunkDistance } = this.#map;
    const { globals } = this.#memory;
    let count = this.#memory.count;
    for (const [chunk, claimed] of outcomes.all('claimed').entries()) {
      outcomes.set(chunk, 'first', count);
      count += claimed - outcomes.get(chunk, 'lost');
    }
    if (outcomes.all('progress').some((progress) => progress !== committed)) this.#run({ kind: 'commit' });
    globals.count.value = count;
    let most = 0;
    for (const [chunk, signed] of outcomes.all('findings').entries()) {
      const at = claimFindings.at + chunk * chunkDistance;
      const end = addressOf(signed);
      record(at, end);
      most = Math.max(most, end - at);
    }
    return most;
  }

  #rebuild(): void {
    this.#run({ kind: 'clear' });
    this.#run({ kind: 'enter' });
  }

  /** The outcomes of a round that begins. */
  #cleared(): ChunkOutcomes {
    const outcomes = new ChunkOutcomes(this.#map, this.#memory.numbers);
    for (let chunk = 0; chunk < this.#map.chunks; chunk++) {
      outcomes.set(chunk, 'lost', 0);
      outcomes.set(chunk, 'progress', 0);
    }
    outcomes.set(0, 'first', this.#memory.count);
    return outcomes;
  }

  #run(work: WorkerTask): void {
    const { shared, numbers } = this.#memory;
    numbers[takenAt / 4] = 0;
    this.#workers.run({ shared, work });
  }
}
