/** Interned sequences of numbers of any length: equal sequences have the same number, counted from 0. */

/** Precedes the two halves of a number that is not a word, or is this one. */
const escape = -(2 ** 31);
const halves = new Int32Array(2);
const whole = new Float64Array(halves.buffer);

/** Numbers that are written one after another, each time anew: as words of 32 bits, where they are that small. */
export class Sequence {
  words = new Int32Array(1_024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(number: number): void {
    if (this.length + 3 > this.words.length) this.#grow();
    const word = number | 0;
    if (word === number && word !== escape) this.words[this.length++] = word;
    else this.#addEscaped(number);
  }

  #addEscaped(number: number): void {
    whole[0] = number;
    this.words[this.length++] = escape;
    this.words[this.length++] = halves[0]!;
    this.words[this.length++] = halves[1]!;
  }

  addAll(numbers: readonly number[]): void {
    for (let at = 0; at < numbers.length; at++) this.add(numbers[at]!);
  }

  #grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}

/** The sequences are stored whole: no hash stands for one. */
export class SequenceSet {
  count = 0;
  /** All sequences, one behind another; the one numbered n begins where n - 1 ends. */
  #words: Int32Array = new Int32Array(256);
  #ends: Int32Array = new Int32Array(64);
  #hashes: Int32Array = new Int32Array(64);
  #table = new Int32Array(128);

  get bytes(): number {
    return 4 * (this.#words.length + this.#ends.length + this.#hashes.length + this.#table.length);
  }

  /** The number of a sequence, which is copied where it is new. */
  add({ words, length }: Sequence): number {
    const hash = hashOf(words, length);
    const mask = this.#table.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#table[slot]! - 1;
      if (number < 0) {
        this.#table[slot] = this.count + 1;
        return this.#append(words, length, hash);
      }
      if (this.#hashes[number] === hash && this.#isAt(number, words, length)) return number;
    }
  }

  #isAt(number: number, words: Int32Array, length: number): boolean {
    const start = number === 0 ? 0 : this.#ends[number - 1]!;
    if (this.#ends[number]! - start !== length) return false;
    for (let at = 0; at < length; at++) if (this.#words[start + at] !== words[at]) return false;
    return true;
  }

  #append(words: Int32Array, length: number, hash: number): number {
    const number = this.count++;
    const start = number === 0 ? 0 : this.#ends[number - 1]!;
    if (start + length > this.#words.length) this.#words = grown(this.#words, start + length);
    if (this.count > this.#ends.length) {
      this.#ends = grown(this.#ends, this.count);
      this.#hashes = grown(this.#hashes, this.count);
    }
    for (let at = 0; at < length; at++) this.#words[start + at] = words[at]!;
    this.#ends[number] = start + length;
    this.#hashes[number] = hash;
    if (2 * this.count >= this.#table.length) this.#growTable();
    return number;
  }

  #growTable(): void {
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = this.#hashes[number]! & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = number + 1;
    }
    this.#table = table;
  }
}

function grown(words: Int32Array, least: number): Int32Array {
  const larger = new Int32Array(2 * least);
  larger.set(words);
  return larger;
}

/** 32-bit mixing (the finaliser of MurmurHash3), chained over the words. */
function hashOf(words: Int32Array, length: number): number {
  let hash = length;
  for (let at = 0; at < length; at++) {
    hash = Math.imul(hash ^ words[at]!, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash;
}
