/** Proofs for any number of CPUs in a report, which looks for none. */
import { signal } from '@preact/signals';
import type { AnyNumber } from '../state/proof.ts';

export const anyNumber = signal<AnyNumber>({ kind: 'none' });

export const keepProving = (): (() => void) => () => undefined;

export const stopProving = (): void => undefined;
