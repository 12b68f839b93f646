/** Expands states by several workers in rounds; numbers, counts and findings come out as if one had done it all. */
import { takenAt, type MemoryMap, type outcomeAt } from '../codegen/memory-map.ts';
import { findingsEnough, largestPiece, outcomeOf, pieceOf, settled, type Crew, type Work } from './worker.ts';
import { addressOf, type VisitedMemory } from './visited-memory.ts';

/** Takes the findings from one address up to another, before the next round overwrites them. */
type Record = (from: number, to: number) => void;

/** The share of their room that the claims and findings of a round are to fill, as there may be more than expected. */
const full = 0.7;

/** So many times the claims that are expected have room in a round: to withdraw it costs more than to have the room early. */
const unexpected = 3;

/** What remains of the most claims for each state from one round to the next: the first states of a level have twice those of the last. */
const forgetting = 0.9;

export class Team {
  readonly #memory: VisitedMemory;
  readonly #map: MemoryMap;
  readonly #crew: Crew;
  /** States whose claims have room in the largest piece, and claims for each state of it, going by those before. */
  #portion: number;
  #claimsEach = 1;

  constructor(memory: VisitedMemory, map: MemoryMap, crew: Crew) {
    this.#memory = memory;
    this.#map = map;
    this.#portion = map.claimsEnough;
    this.#crew = crew;
  }

  /** Whether the others can begin. */
  get isReady(): boolean {
    return this.#crew.isReady();
  }

  expand(from: number, to: number, record: Record): void {
    this.#memory.rebuildBy(() => this.#rebuild());
    for (let at = from; at < to;) at = this.#round(at, to, record);
  }

  /** One round: workers claim side by side, in the order of the states; returns the first state left out. */
  #round(from: number, most: number, record: Record): number {
    const { pieces, room, claimsEnough } = this.#map;
    for (let piece = 0; piece < pieces; piece++) {
      this.#note(piece, 'lost', 0);
      this.#note(piece, 'progress', 0);
    }
    this.#note(0, 'first', this.#memory.count);
    const to = Math.min(most, from + Math.ceil((this.#portion * pieces) / largestPiece));
    const portion = Math.ceil(((to - from) * largestPiece) / pieces);
    const enough = Math.min(claimsEnough, Math.ceil(unexpected * portion * this.#claimsEach));
    this.#memory.makeRoom(pieces * (enough + room));
    const round = { from, to };
    this.#run({ kind: 'claim', ...round, enough });
    if (this.#outcome('stopped').some((stopped, piece) => stopped < pieceOf(piece, round, this.#map)[1])) {
      this.#run({ kind: 'withdraw' });
      this.#portion = Math.ceil(portion / 4);
      this.#claimsEach *= 2;
      return from;
    }
    const found = this.#settle(record);
    const claimed = Math.max(...this.#outcome('claimed'), 1);
    this.#claimsEach = Math.max(claimed / portion, this.#claimsEach * forgetting);
    const fill = Math.max(claimed / claimsEnough, found / findingsEnough(this.#map));
    const fitting = Math.floor((full * portion) / fill);
    this.#portion = Math.max(1, Math.min(fitting, Math.max(this.#portion, portion * 2)));
    return to;
  }

  /** Stores what is left of the claims, where that has not been done; returns the bytes of the findings of a piece at most. */
  #settle(record: Record): number {
    const { claimFindings, pieceDistance } = this.#map;
    const { globals } = this.#memory;
    const lost = this.#outcome('lost');
    let count = this.#memory.count;
    for (const [piece, claimed] of this.#outcome('claimed').entries()) {
      this.#note(piece, 'first', count);
      count += claimed - lost[piece]!;
    }
    if (this.#outcome('progress').some((progress) => progress !== settled)) this.#run({ kind: 'settle' });
    globals.count.value = count;
    let most = 0;
    for (const [piece, signed] of this.#outcome('findings').entries()) {
      const at = claimFindings.at + piece * pieceDistance;
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

  /** What is known of each piece. */
  #outcome(what: keyof typeof outcomeAt): readonly number[] {
    const { numbers } = this.#memory;
    return Array.from(
      { length: this.#map.pieces },
      (_, piece) => numbers[outcomeOf(this.#map, piece, what)]!,
    );
  }

  #note(piece: number, what: keyof typeof outcomeAt, value: number): void {
    this.#memory.numbers[outcomeOf(this.#map, piece, what)] = value;
  }

  #run(work: Work): void {
    const { shared, numbers } = this.#memory;
    numbers[takenAt / 4] = 0;
    this.#crew.run({ shared, work });
  }
}
