/** Expands states by several workers in rounds; numbers, counts and findings come out as if one had done it all. */
import type { MemoryMap } from '../state/wasm-memory.ts';
import type { Crew, Work } from './crew.ts';
import type { VisitedMemory } from './visited-memory.ts';

/** Takes the findings from one address up to another, before the next round overwrites them. */
type Record = (from: number, to: number) => void;

/** The share of their room that the claims of a round are to fill, as there may be more than expected. */
const full = 0.7;

export class Team {
  readonly #memory: VisitedMemory;
  readonly #map: MemoryMap;
  readonly #crew: Crew;
  readonly #workers: number;
  /** States that a worker can expand in a round, going by those before. */
  #portion = 256;

  constructor(memory: VisitedMemory, map: MemoryMap, crew: Crew, workers: number) {
    this.#memory = memory;
    this.#map = map;
    this.#crew = crew;
    this.#workers = workers;
  }

  /** Whether the others can begin. */
  get isReady(): boolean {
    return this.#crew.isReady();
  }

  expand(from: number, to: number, record: Record): void {
    this.#memory.rebuildBy(() => this.#rebuild());
    for (let at = from; at < to;) at = this.#round(at, to, record);
  }

  close(): void {
    this.#crew.close();
  }

  /** One round: workers claim side by side, in the order of the states; returns the first state left out. */
  #round(from: number, to: number, record: Record): number {
    // Claimed numbers run through the areas of all workers, so that there must be states for all of them.
    this.#memory.makeRoom(this.#workers * this.#map.claimsRoom);
    const portion = Math.min(this.#portion, Math.ceil((to - from) / this.#workers));
    const limit = (worker: number) => Math.min(to, from + worker * portion);
    const replies = this.#run((worker) => ({ kind: 'claim', from: limit(worker), to: limit(worker + 1) }));
    const most = Math.max(...replies.map((reply) => reply[1]!));
    if (replies.some((reply, worker) => reply[0]! < limit(worker + 1))) {
      this.#run(() => ({ kind: 'withdraw' }));
      this.#portion = Math.ceil(portion / 4);
      return from;
    }
    const fitting = Math.floor((this.#map.claimsEnough * full * portion) / Math.max(most, 1));
    this.#portion = Math.max(1, Math.min(fitting, Math.max(this.#portion, portion * 2)));
    this.#settle(
      replies.map((reply) => reply[1]!),
      record,
    );
    return limit(this.#workers);
  }

  /** Stores what is left of the claims, so many of each worker. */
  #settle(claimed: readonly number[], record: Record): void {
    const { lost, findings, distance } = this.#map;
    const { numbers, globals } = this.#memory;
    const added = claimed.map((more, worker) => more - numbers[(lost.at + worker * distance) / 4]!);
    const { count } = this.#memory;
    const firsts = added.map((_, area) => added.slice(0, area).reduce((sum, more) => sum + more, count));
    const ends = this.#run((worker) => ({ kind: 'settle', first: firsts[worker]! })).map(
      (reply) => reply[0]!,
    );
    globals.count.value = added.reduce((sum, more) => sum + more, count);
    for (const [worker, end] of ends.entries()) record(findings.at + worker * distance, end);
  }

  #rebuild(): void {
    this.#run(() => ({ kind: 'clear' }));
    this.#run(() => ({ kind: 'enter' }));
  }

  #run(work: (worker: number) => Work): readonly Int32Array[] {
    const { shared } = this.#memory;
    return this.#crew.run(
      Array.from({ length: this.#workers }, (_, worker) => ({ shared, work: work(worker) })),
    );
  }
}
