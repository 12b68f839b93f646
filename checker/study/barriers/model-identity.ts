/** What a model does, as text: equal for models that no search can tell apart. */
import type { Model } from '../../language/model.ts';

/**
 * The model as text, without the barriers and orderings that a memory model has left in it: they have no effect of their own.
 *
 * Shape:  all of the text, and no hash of it: what is told apart by it may be called equal.
 */
export const identityOf = ({ shared, threads, properties, ledger = [], machine }: Model): string =>
  JSON.stringify({ shared, threads, properties, ledger, machine }, (key, value: unknown) => {
    // There they have.
    if (machine !== undefined) return value;
    if (key === 'ordering') return undefined;
    return Array.isArray(value) ? (value as readonly unknown[]).filter((part) => !isBarrier(part)) : value;
  });

/** The same without the numbers of lines, so that variants can be compared. */
export const meaningOf = (model: Model): string => identityOf(model).replaceAll(/"(?:line|nth)":\d+,?/g, '');

const isBarrier = (part: unknown) => (part as { readonly kind?: unknown } | null)?.kind === 'barrier';
