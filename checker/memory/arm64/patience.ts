/** Questions that may take long are asked again until they are answered, so that a search can look at its limits. */

/** A question is not answered yet: whoever asks it again goes on where it stopped. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** States that may be looked at before whoever asks is made to ask again. */
export class Patience {
  left = Infinity;

  /** Takes a look at one more state. Throws  Unanswered where no more may be looked at. */
  look(): void {
    if (this.left <= 0) throw new Unanswered('a question of the ARMv8 machine is not answered yet');
    this.left -= 1;
  }
}

/** What has been begun under a key, or a beginning. */
export function resumed<T>(begun: Map<number, T>, key: number, begin: () => T): T {
  const known = begun.get(key);
  if (known !== undefined) return known;
  const one = begin();
  begun.set(key, one);
  return one;
}
