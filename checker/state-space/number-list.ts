/** A list of 32-bit numbers that grows. */
export class NumberList {
  length = 0;
  #items = new Int32Array(256);

  get bytes(): number {
    return this.#items.byteLength;
  }

  /** A view of the items; it is valid until the list grows. */
  get numbers(): Int32Array {
    return this.#items.subarray(0, this.length);
  }

  push(item: number): void {
    if (this.length === this.#items.length) {
      const items = new Int32Array(this.length * 2);
      items.set(this.#items);
      this.#items = items;
    }
    this.#items[this.length++] = item;
  }

  at(position: number): number {
    return this.#items[position]!;
  }

  set(position: number, item: number): void {
    this.#items[position] = item;
  }
}
