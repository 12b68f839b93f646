/** Expands states by several workers in rounds; numbers, counts and findings come out as if one had done it all. */
import type { MemoryMap } from '../state/wasm-memory.ts';
import type { Crew, Work } from './crew.ts';
import type { VisitedMemory } from './visited-memory.ts';

/** Successors that a worker gathers in a round. */
export const togetherBatch = 8_192;

/** Takes the findings from one address up to another, before the next round overwrites them. */
type Record = (from: number, to: number) => void;

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
    memory.rebuildBy(() => this.#run(() => ({ kind: 'enter' })));
  }

  expand(from: number, to: number, record: Record): void {
    for (let at = from; at < to;) at = this.#round(at, to, record);
  }

  /** Stores what this thread has gathered. */
  store(record: Record): void {
    const { gathered } = this.#memory;
    this.#makeRoom();
    this.#memory.code.hashAll();
    this.#memory.code.findSlots();
    this.#settle([gathered], record);
  }

  close(): void {
    this.#crew.close();
  }

  /** One round: workers gather side by side, in the order of the states; returns the first state left out. */
  #round(from: number, to: number, record: Record): number {
    this.#makeRoom();
    const portion = Math.min(this.#portion, Math.ceil((to - from) / this.#workers));
    const limit = (worker: number) => Math.min(to, from + worker * portion);
    const replies = this.#run((worker) => ({ kind: 'generate', from: limit(worker), to: limit(worker + 1) }));
    const gathered: number[] = [];
    let [next, successors] = [from, 0];
    // What lies behind a worker that had no room for all its successors is left for the next round.
    for (const [worker, reply] of replies.entries()) {
      gathered.push(reply[1]!);
      successors += reply[2]!;
      next = reply[0]!;
      if (next < limit(worker + 1)) break;
    }
    this.#adapt(next - from, successors);
    this.#settle(gathered, record);
    return next;
  }

  #adapt(states: number, successors: number): void {
    const each = (successors + 1) / states;
    const fitting = Math.floor((this.#map.batch * 0.8) / Math.max(each, 0.5));
    this.#portion = Math.max(4, Math.min(fitting, this.#portion * 2));
  }

  /** Claims and stores what is new among the candidates of the first workers, so many of each. */
  #settle(gathered: readonly number[], record: Record): void {
    const claims = this.#run(() => ({ kind: 'claim', gathered }));
    const added = gathered.map((_, area) => claims.reduce((sum, reply) => sum + reply[area]!, 0));
    const { count } = this.#memory;
    const firsts = added.map((_, area) => added.slice(0, area).reduce((sum, more) => sum + more, count));
    const total = added.reduce((sum, more) => sum + more, count);
    const ends = this.#run((worker) => ({ kind: 'settle', first: firsts[worker] ?? -1 }));
    this.#memory.globals.count.value = total;
    const { findings, distance } = this.#map;
    for (const worker of gathered.keys()) record(findings.at + worker * distance, ends[worker]![0]!);
  }

  /** Claimed numbers run through the areas of all workers, so there must be states for all of them. */
  #makeRoom(): void {
    this.#memory.makeRoom(this.#workers * this.#map.room);
  }

  #run(work: (worker: number) => Work): readonly Int32Array[] {
    const { shared } = this.#memory;
    return this.#crew.run(
      Array.from({ length: this.#workers }, (_, worker) => ({ shared, work: work(worker) })),
    );
  }
}
