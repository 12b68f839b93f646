/** Expands states by several workers in rounds; numbers, counts and findings come out as if one had done it all. */
import { takenAt, type MemoryMap, type outcomeAt } from '../codegen/memory-map.ts';
import {
  findingsEnough,
  largestChunk,
  outcomeOf,
  chunkOf,
  committed,
  type WorkerGroup,
  type WorkerTask,
} from './worker.ts';
import { addressOf, type VisitedMemory } from './visited-memory.ts';

/** Takes the findings from one address up to another, before the next round overwrites them. */
type Record = (from: number, to: number) => void;

/** The share of their room that the claims and findings of a round are to fill, as there may be more than expected. */
const full = 0.7;

/** So many times the claims that are expected have room in a round: to roll it back costs more than to have the room early. */
const unexpected = 3;

/** What remains of the most claims for each state from one round to the next: the first states of a level have twice those of the last. */
const forgetting = 0.9;

export class WorkerPool {
  readonly #memory: VisitedMemory;
  readonly #map: MemoryMap;
  readonly #workers: WorkerGroup;
  /** States whose claims have room in the largest chunk, and claims for each state of it, going by those before. */
  #portion: number;
  #claimsEach = 1;

  constructor(memory: VisitedMemory, map: MemoryMap, workers: WorkerGroup) {
    this.#memory = memory;
    this.#map = map;
    this.#portion = map.claimsEnough;
    this.#workers = workers;
  }

  /** Whether the others can begin. */
  get isReady(): boolean {
    return this.#workers.isReady();
  }

  expand(from: number, to: number, record: Record): void {
    this.#memory.rebuildBy(() => this.#rebuild());
    for (let at = from; at < to;) at = this.#round(at, to, record);
  }

  /** One round: workers claim side by side, in the order of the states; returns the first state left out. */
  #round(from: number, most: number, record: Record): number {
    const { chunks, room, claimsEnough } = this.#map;
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.#note(chunk, 'lost', 0);
      this.#note(chunk, 'progress', 0);
    }
    this.#note(0, 'first', this.#memory.count);
    const to = Math.min(most, from + Math.ceil((this.#portion * chunks) / largestChunk));
    const portion = Math.ceil(((to - from) * largestChunk) / chunks);
    const enough = Math.min(claimsEnough, Math.ceil(unexpected * portion * this.#claimsEach));
    this.#memory.makeRoom(chunks * (enough + room));
    const round = { from, to };
    this.#run({ kind: 'claim', ...round, enough });
    if (this.#outcome('stopped').some((stopped, chunk) => stopped < chunkOf(chunk, round, this.#map)[1])) {
      this.#run({ kind: 'rollback' });
      this.#portion = Math.ceil(portion / 4);
      this.#claimsEach *= 2;
      return from;
    }
    const found = this.#commit(record);
    const claimed = Math.max(...this.#outcome('claimed'), 1);
    this.#claimsEach = Math.max(claimed / portion, this.#claimsEach * forgetting);
    const fill = Math.max(claimed / claimsEnough, found / findingsEnough(this.#map));
    const fitting = Math.floor((full * portion) / fill);
    this.#portion = Math.max(1, Math.min(fitting, Math.max(this.#portion, portion * 2)));
    return to;
  }

  /** Stores what is left of the claims, where that has not been done; returns the bytes of the findings of a chunk at most. */
  #commit(record: Record): number {
    const { claimFindings, chunkDistance } = this.#map;
    const { globals } = this.#memory;
    const lost = this.#outcome('lost');
    let count = this.#memory.count;
    for (const [chunk, claimed] of this.#outcome('claimed').entries()) {
      this.#note(chunk, 'first', count);
      count += claimed - lost[chunk]!;
    }
    if (this.#outcome('progress').some((progress) => progress !== committed)) this.#run({ kind: 'commit' });
    globals.count.value = count;
    let most = 0;
    for (const [chunk, signed] of this.#outcome('findings').entries()) {
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

  /** What is known of each chunk. */
  #outcome(what: keyof typeof outcomeAt): readonly number[] {
    const { numbers } = this.#memory;
    return Array.from(
      { length: this.#map.chunks },
      (_, chunk) => numbers[outcomeOf(this.#map, chunk, what)]!,
    );
  }

  #note(chunk: number, what: keyof typeof outcomeAt, value: number): void {
    this.#memory.numbers[outcomeOf(this.#map, chunk, what)] = value;
  }

  #run(work: WorkerTask): void {
    const { shared, numbers } = this.#memory;
    numbers[takenAt / 4] = 0;
    this.#workers.run({ shared, work });
  }
}
