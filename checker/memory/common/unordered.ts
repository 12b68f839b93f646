/** Atomic operations without a value of which their author says no order: under `weak` they order nothing. */
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
 * Those of a model before any memory model: atomic_inc() is meant to be one, atomic_dec_and_test() is not, and both are a
 * mere addition where the model does not look at the value. `relaxed(...)` says that it is meant.
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

/** The same of a variant of a definition that has the option `memory`; none where its memory keeps atomic operations in order. */
export const unorderedUnder = (
  { build }: AnyDefinition,
  options: Readonly<Record<string, OptionValue>>,
): readonly Unordered[] =>
  options[memoryKey] === 'weak' ? unorderedIn(build({ ...options, [memoryKey]: 'sc' })) : [];

export const unorderedSentence = ({ thread, line, text }: Unordered): string =>
  `${thread}: '${text}' (line ${line}) has no value and orders nothing: say full(...) if the kernel's returns one, else relaxed(...)`;
