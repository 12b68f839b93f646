/** The identity of models as text: equal for models with equal behaviour. */
import type { Model } from '../../language/model.ts';

/**
 * The model as text, without remaining barriers and orderings, which have no effect after a memory model has rewritten
 * it.
 *
 * Shape:  the full text, not a hash, because equal identities share a verdict.
 */
export const identityOf = ({ shared, threads, properties, liveness, machine }: Model): string =>
  JSON.stringify({ shared, threads, properties, liveness, machine }, (key, value: unknown) => {
    // The machine orders memory itself.
    if (machine !== undefined) return value;
    if (key === 'ordering') return undefined;
    return Array.isArray(value) ? (value as readonly unknown[]).filter((part) => !isBarrier(part)) : value;
  });

/** The same without line numbers, to compare variants. */
export const meaningOf = (model: Model): string => identityOf(model).replaceAll(/"(?:line|nth)":\d+,?/g, '');

const isBarrier = (part: unknown) => (part as { readonly kind?: unknown } | null)?.kind === 'barrier';
