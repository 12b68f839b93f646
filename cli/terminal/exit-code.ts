/** Exit codes. */
import type { Answer } from '../../checker/state-space/outcome.ts';

export const usageFailure = 2;
export const inconclusive = 3;
/** Whatever the verdict, because the user may not have received it. */
export const notWritten = 4;
/** Of `racewalk merge`: the shards do not make up a sweep. */
export const notMerged = 5;

/** 0 holds; 1 violated, deadlock, livelock or unreached; 2 invalid model; 3 inconclusive. */
export function exitCodeOf(verdict: Answer['verdict']): 0 | 1 | 2 | 3 {
  switch (verdict) {
    case 'holds':
      return 0;
    case 'violated':
    case 'deadlock':
    case 'livelock':
    case 'unreached':
      return 1;
    case 'error':
      return usageFailure;
    case 'inconclusive':
      return inconclusive;
  }
}
