/**
 * Packed states as words of text for other engines: base64url of the bytes and of a checksum that depends on the
 * search, so that a damaged state, and one of another model, option or racewalk, is refused.
 */
import { crc32 } from 'node:zlib';

const sumBytes = 4;

export class StateText {
  readonly #stateBytes: number;
  readonly #seed: number;
  readonly #bytes: Buffer;
  readonly #state: Uint8Array;
  /** The characters of a state. */
  readonly length: number;

  /** `identity` is that of the search. */
  constructor(stateBytes: number, identity: string) {
    this.#stateBytes = stateBytes;
    this.#seed = crc32(identity);
    this.#bytes = Buffer.alloc(stateBytes + sumBytes);
    this.#state = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, stateBytes);
    this.length = Math.ceil(((stateBytes + sumBytes) * 4) / 3);
  }

  write(state: Uint8Array): string {
    this.#bytes.set(state);
    this.#bytes.writeUInt32LE(crc32(state, this.#seed), this.#stateBytes);
    return this.#bytes.toString('base64url');
  }

  /** The packed state, valid until the next call; or what is wrong with the text. */
  read(text: string): Uint8Array | string {
    if (text.length !== this.length) return `expected ${this.length} characters, found ${text.length}`;
    const length = this.#bytes.write(text, 'base64url');
    const isWhole = length === this.#bytes.length && this.#bytes.toString('base64url') === text;
    return isWhole && crc32(this.#state, this.#seed) === this.#bytes.readUInt32LE(this.#stateBytes)
      ? this.#state
      : 'it is damaged, or of another model, other options or another version of racewalk';
  }
}
