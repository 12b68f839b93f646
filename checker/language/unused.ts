/** Finds what was written but never became part of a model. */
import { originOf, reportMistake, written } from './model-error.ts';

/** Watches over one kind of node: what is built must be used. */
interface Recorder {
  readonly built: <T extends object>(node: T, description: string) => T;
  readonly used: <T extends object>(node: T) => T;
  /** How many times it has been asked for this description while it watches, this time included; 0 while nobody watches. */
  readonly next: (description: string) => number;
  /**
   * What `body` returns; what it built and nobody used is a mistake: it would be a silently smaller model.
   */
  readonly whole: <T>(where: string, body: () => T) => T;
}

function recorder(remedy: string): Recorder {
  /** What was built and is in no list yet; null while nobody watches. */
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
          reportMistake(`${description} is written but is not in ${where}; ${remedy}`, originOf(node));
        return result;
      } finally {
        ({ pending, counts } = outer);
      }
    },
  };
}

/** The statements and effects of a thread's body. */
export const statementRecorder = recorder(
  'it would never happen: put it into the list, or use ifdef(...) where it belongs to some variants only',
);

/** The threads, properties and costs of a model. */
export const partRecorder = recorder(
  'it would be ignored: put it into the list, or build it only in the variants that have it',
);
