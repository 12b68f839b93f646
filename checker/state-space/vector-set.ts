/** Interned vectors of numbers: equal vectors have the same id, ids count from 0 in order of insertion. */

/** Numbers of 32 bits, or any of 53. */
export type Vector = Int32Array | Float64Array;
export type VectorType = Int32ArrayConstructor | Float64ArrayConstructor;

/** A hash with one more number: 32-bit mixing (the finaliser of MurmurHash3). */
export function mixed(hash: number, number: number): number {
  let next = Math.imul(hash ^ number, 0x85ebca6b);
  next = Math.imul(next ^ (next >>> 13), 0xc2b2ae35);
  return next ^ (next >>> 16);
}

function hashOf(words: Vector, at: number, width: number): number {
  let hash = width;
  for (let word = at; word < at + width; word++) hash = mixed(hash, words[word]!);
  return hash;
}

/**
 * A set of vectors of one width, stored whole: no fingerprint stands for a vector.
 *
 * Units:  `bytes` counts the vectors and the table, allocated, used or not.
 */
export class VectorSet {
  readonly width: number;
  count = 0;
  readonly #type: VectorType;
  #words: Vector;
  #table: Int32Array;

  constructor(width: number, type: VectorType = Int32Array) {
    this.width = width;
    this.#type = type;
    this.#words = new type(width * 64);
    this.#table = new Int32Array(128);
  }

  get bytes(): number {
    return this.#words.byteLength + this.#table.byteLength;
  }

  /** The id of the vector that `words` begins with; a new one when it is not there yet. */
  add(words: Vector): number {
    const { width } = this;
    if (this.count * width + width > this.#words.length) this.#growWords();
    if (this.count * 2 >= this.#table.length) this.#growTable();
    const mask = this.#table.length - 1;
    const own = this.#words;
    for (let slot = hashOf(words, 0, width) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#table[slot]! - 1;
      if (id < 0) {
        this.#table[slot] = this.count + 1;
        const at = this.count * width;
        for (let word = 0; word < width; word++) own[at + word] = words[word]!;
        return this.count++;
      }
      let word = 0;
      while (word < width && own[id * width + word] === words[word]) word++;
      if (word === width) return id;
    }
  }

  /** The id of the vector that `words` begins with, or -1. */
  find(words: Vector): number {
    const { width } = this;
    const mask = this.#table.length - 1;
    for (let slot = hashOf(words, 0, width) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#table[slot]! - 1;
      if (id < 0) return -1;
      let word = 0;
      while (word < width && this.#words[id * width + word] === words[word]) word++;
      if (word === width) return id;
    }
  }

  word(id: number, at: number): number {
    return this.#words[id * this.width + at]!;
  }

  /** A view of a vector; it is valid until the next vector is added. */
  vector(id: number): Vector {
    return this.#words.subarray(id * this.width, (id + 1) * this.width);
  }

  copyInto(id: number, target: Vector): void {
    const from = id * this.width;
    for (let word = 0; word < this.width; word++) target[word] = this.#words[from + word]!;
  }

  #growWords(): void {
    const words = new this.#type(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }

  #growTable(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = hashOf(this.#words, id * this.width, this.width) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id + 1;
    }
    this.#table = table;
  }
}

const arity = 16;

/**
 * Interned vectors kept as trees of blocks of 16 words, so that vectors which differ in one word share all other blocks.
 *
 * Source: Blom, Lisser, van de Pol, Weber, A database approach to distributed state space generation (2007).
 */
export class VectorTree {
  readonly width: number;
  readonly #type: VectorType;
  readonly #blocks: VectorSet;
  /** Words below one word of the root: 1, 16, 256 and so on. */
  readonly #reach: number;
  readonly #scratch: readonly Vector[];

  constructor(width: number, type: VectorType = Int32Array) {
    this.width = width;
    this.#type = type;
    this.#blocks = new VectorSet(arity, type);
    let reach = 1;
    let levels = 1;
    for (; reach * arity < width; reach *= arity) levels += 1;
    this.#reach = reach;
    this.#scratch = Array.from({ length: levels }, () => new type(arity));
  }

  get bytes(): number {
    return this.#blocks.bytes;
  }

  add(words: ArrayLike<number>): number {
    return this.#build(words, 0, this.#reach);
  }

  #build(words: ArrayLike<number>, from: number, reach: number): number {
    const block = new this.#type(arity);
    for (let at = 0; at < arity; at++) {
      const start = from + at * reach;
      if (reach === 1) block[at] = words[start] ?? 0;
      else block[at] = start < this.width ? this.#build(words, start, reach / arity) : 0;
    }
    return this.#blocks.add(block);
  }

  get(id: number, at: number): number {
    let block = id;
    for (let reach = this.#reach; reach > 1; reach >>>= 4)
      block = this.#blocks.word(block, Math.trunc(at / reach) & 15);
    return this.#blocks.word(block, at & 15);
  }

  /** The id of the vector with one word replaced. */
  with(id: number, at: number, value: number): number {
    return this.#with(id, at, value, this.#reach, 0);
  }

  #with(id: number, at: number, value: number, reach: number, level: number): number {
    const slot = reach === 1 ? at & 15 : Math.trunc(at / reach) & 15;
    const before = this.#blocks.word(id, slot);
    const after = reach === 1 ? value : this.#with(before, at, value, reach >>> 4, level + 1);
    if (after === before) return id;
    const block = this.#scratch[level]!;
    this.#blocks.copyInto(id, block);
    block[slot] = after;
    return this.#blocks.add(block);
  }
}
