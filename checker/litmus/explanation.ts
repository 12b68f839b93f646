/** The evidence for a verdict: an allowed or forbidden execution of lkmm, or a run of a machine. */
import { memoryModelNames, type MemoryModelName } from '../language/memory-name.ts';
import { LitmusError, LitmusLimit, type LitmusTest } from './litmus-test.ts';
import { defaultJudge } from './lkmm/judge.ts';
import { showOf, type ShownExecution } from './lkmm/why.ts';
import { printState } from './print.ts';
import { holds, valuesOf } from './proposition.ts';
import { defaultLitmus, runTest, type FinalState, type LitmusResult, type RunStep } from './run.ts';

export interface Explanation {
  /** A sentence about the evidence, or the reason why there is none. */
  readonly title: string;
  /** The execution, or null under a machine or without one. */
  readonly shown: ShownExecution | null;
  /** The run of the machine, or null. */
  readonly run: readonly RunStep[] | null;
}

/** If `tick` throws a LitmusLimit, there is no evidence, and the title gives the reason. */
export function explanationOf(result: LitmusResult, tick: () => void): Explanation {
  const { test, memory, observed, states } = result;
  const condition = propositionText(test);
  const row = witnessIn(result);
  const ending = row === null ? '' : printState(result, row);
  if (memory !== 'lkmm') {
    const run = row === null ? null : result.runTo(row);
    if (run === null) return { ...nothing, title: `No run of ${memory} makes ${condition} true.` };
    return { ...nothing, title: `A run of ${memory} that ends in ${ending}`, run };
  }
  try {
    const shown = showOf(test, observed, states, { ...defaultJudge, tick });
    if (shown === null)
      return { ...nothing, title: `No execution, not even a forbidden one, makes ${condition} true.` };
    const title =
      shown.broken === null
        ? `An execution that ends in ${ending}`
        : `Every execution that makes ${condition} true is forbidden, such as this one:`;
    return { ...nothing, title, shown };
  } catch (error) {
    if (!(error instanceof LitmusLimit)) throw error;
    return { ...nothing, title: 'No execution is shown: the time to search for one is over.' };
  }
}

/** The source text of the condition without its quantifier. */
export const propositionText = ({ conditionText }: LitmusTest): string =>
  conditionText.replace(/^(?:not )?~?\s*(?:exists|forall)\s*/, '');

const nothing = { shown: null, run: null };

const witnessIn = ({ test, observed, states }: LitmusResult): FinalState | null =>
  states.find((one) => holds(test.condition, valuesOf(observed, one))) ?? null;

/** A machine run that reaches the final state of the lkmm witness. */
export interface MachineRun {
  /** A sentence that names the machine, or the reason why the answer is unknown. */
  readonly title: string;
  readonly run: readonly RunStep[];
}

/**
 * The run of the strongest machine that ends in the state that satisfies the condition; null if no state does.
 * `tickOf` returns the `tick` of each machine, which may throw a LitmusLimit.
 */
export function machineRunOf(
  result: LitmusResult,
  tickOf: (memory: MemoryModelName) => () => void,
): MachineRun | null {
  const row = witnessIn(result);
  if (row === null) return null;
  for (const memory of memoryModelNames) {
    try {
      const run = runTest(result.test, memory, { ...defaultLitmus, tick: tickOf(memory) }).runTo(row);
      if (run !== null) return { title: `The machine ${memory} gets there:`, run };
    } catch (error) {
      if (!(error instanceof LitmusError)) throw error;
      return { title: `The machine ${memory} cannot say whether it gets there: ${error.message}`, run: [] };
    }
  }
  const title = 'No machine of racewalk gets there: only another architecture, or a compiler, can.';
  return { title, run: [] };
}
