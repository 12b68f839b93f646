/** Finds statements and effects that were written but never became part of a thread. */
import { ModelError } from './model-error.ts';

/** What was built while a thread's body runs and is in no list yet; null outside of a body. */
let pending: Map<object, string> | null = null;

export function recordBuilt<T extends object>(node: T, description: string): T {
  pending?.set(node, description);
  return node;
}

export function recordUsed<T extends object>(node: T): T {
  pending?.delete(node);
  return node;
}

/**
 * What `body` returns, when everything it built has been used.
 *
 * Throws  ModelError naming what was written and then dropped: it would be a silently smaller model.
 */
export function withNothingUnused<T>(place: string, body: () => T): T {
  const outer = pending;
  pending = new Map();
  try {
    const result = body();
    const [dropped] = pending.values();
    if (dropped !== undefined)
      throw new ModelError(
        `${place}: ${dropped} is written but is in no list of statements, so it would never happen; ` +
          'put it into the list, or use ifdef(...) where it belongs to some variants only',
      );
    return result;
  } finally {
    pending = outer;
  }
}
