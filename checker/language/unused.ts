/** Finds nodes that were built but are not part of the model. */
import { originOf, reportModelError, written } from './model-error.ts';

/** Records the nodes of one kind: each must be used. */
interface Recorder {
  readonly built: <T extends object>(node: T, description: string) => T;
  readonly used: <T extends object>(node: T) => T;
  /** The number of calls with this description in the current `whole`, this one included; 0 outside of it. */
  readonly next: (description: string) => number;
  /** The result of `body`; reports nodes that it built but did not use. */
  readonly whole: <T>(where: string, body: () => T) => T;
}

function recorder(remedy: string): Recorder {
  /** Nodes that are not used yet; null outside of `whole`. */
  let pending: Map<object, string> | null = null;
  let counts = new Map<string, number>();
  return {
    built: (node, description) => {
      pending?.set(node, description);
      return written(node);
    },
    used: (node) => {
      pending?.delete(node);
      return node;
    },
    next: (description) => {
      if (pending === null) return 0;
      const count = (counts.get(description) ?? 0) + 1;
      counts.set(description, count);
      return count;
    },
    whole: (where, body) => {
      const outer = { pending, counts };
      pending = new Map();
      counts = new Map();
      try {
        const result = body();
        for (const [node, description] of pending)
          reportModelError(`${description} is not part of ${where}; ${remedy}`, originOf(node));
        return result;
      } finally {
        ({ pending, counts } = outer);
      }
    },
  };
}

/** The statements and effects of a thread's body. */
export const statementRecorder = recorder(
  'it would never run: put it into the list, or use ifdef(...) if only some variants have it',
);

/** The threads, properties and costs of a model. */
export const partRecorder = recorder(
  'it would be ignored: return it, or build it only in the variants that have it',
);
