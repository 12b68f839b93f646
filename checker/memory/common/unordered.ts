/** Atomic operations without a used value and without a mark: under `arm64` they order nothing. */
import { memoryKey } from '../../language/memory-name.ts';
import type { AnyDefinition, Model } from '../../language/model.ts';
import type { OptionValue } from '../../language/option.ts';
import { printText } from '../../language/print.ts';
import { accessStatements } from './accesses.ts';
import { isReadModifyWrite, usesWhatItReads } from './ordering.ts';

export interface Unordered {
  readonly thread: string;
  readonly line: number;
  readonly text: string;
}

/**
 * Those of a model before the memory model rewrites it. atomic_inc() is intentionally unordered, atomic_dec_and_test() is not,
 * but both are a plain addition if the model ignores the value. `relaxed(...)` states the intention.
 *
 * Source:  Documentation/atomic_t.txt, ORDERING
 */
export const unorderedIn = ({ threads }: Model): readonly Unordered[] =>
  threads.flatMap(({ name, body }) =>
    accessStatements(body).flatMap((one) =>
      one.kind === 'step' && one.ordering === null && isReadModifyWrite(one) && !usesWhatItReads(one)
        ? [{ thread: name, line: one.line, text: printText(one) }]
        : [],
    ),
  );

/** Those of a variant with the option `memory`; none under memory models that order atomic operations. */
export const unorderedUnder = (
  { build }: AnyDefinition,
  options: Readonly<Record<string, OptionValue>>,
): readonly Unordered[] =>
  options[memoryKey] === 'arm64' ? unorderedIn(build({ ...options, [memoryKey]: 'sc' })) : [];

export const unorderedSentence = ({ thread, line, text }: Unordered): string =>
  `${thread}: '${text}' (line ${line}) has no value and orders nothing: say full(...) if the kernel's returns one, else relaxed(...)`;
