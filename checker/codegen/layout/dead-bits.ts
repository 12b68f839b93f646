/** Patches that reset the dead locals of a copy in the words of a state. */
import { deadLocals } from '../../program/dead-locals.ts';
import type { Numbering } from '../../program/numbering.ts';
import { ordinalOf } from '../../language/domain.ts';
import { cellAt, type Fields } from './placement.ts';

/** The bits of `mask` become those of `bits`. */
export interface WordPatch {
  readonly word: number;
  readonly mask: bigint;
  readonly bits: bigint;
}

/**
 * By location: the patches that give the dead locals of a copy their initial values.
 *
 * Sound for:  all but the values of dead locals, as `deadLocals` says.
 */
export function deadBitPatches(
  numbering: Numbering,
  thread: number,
  fields: Fields,
): readonly (readonly WordPatch[])[] {
  const ranges = [...numbering.locals[thread]!];
  const { locals } = numbering.system.threads[thread]!.thread;
  return deadLocals(numbering, thread).map((dead) =>
    merged(
      dead.map(({ position }) => {
        const [name, { first }] = ranges.find(
          ([, range]) => range.first <= position && position < range.first + range.length,
        )!;
        const field = fields[name]!;
        const { word, shift } = cellAt(field, position - first);
        const ordinal = ordinalOf(field.domain, locals[name]!.initial[position - first]!);
        const at = BigInt(shift);
        return { word, mask: ((1n << BigInt(field.bits)) - 1n) << at, bits: BigInt(ordinal) << at };
      }),
    ),
  );
}

/** One patch for each word. */
function merged(patches: readonly WordPatch[]): readonly WordPatch[] {
  const byWord = new Map<number, WordPatch>();
  for (const { word, mask, bits } of patches) {
    const before = byWord.get(word) ?? { word, mask: 0n, bits: 0n };
    byWord.set(word, { word, mask: before.mask | mask, bits: before.bits | bits });
  }
  return [...byWord.values()].filter(({ mask }) => mask !== 0n);
}
