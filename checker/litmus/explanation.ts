/** What shows a verdict: an execution of lkmm, allowed or forbidden, or a run of a machine. */
import { memoryModelNames, type MemoryModelName } from '../language/memory-name.ts';
import { LitmusError, LitmusLimit, type LitmusTest } from './litmus-test.ts';
import { defaultJudge } from './lkmm/judge.ts';
import { showOf, type ShownExecution } from './lkmm/why.ts';
import { printState } from './print.ts';
import { holds, valuesOf } from './proposition.ts';
import { defaultLitmus, runTest, type FinalState, type LitmusResult, type RunStep } from './run.ts';

export interface Explanation {
  /** A sentence that says what is shown, or why nothing is. */
  readonly title: string;
  /** The execution; null under a machine, and where there is none. */
  readonly shown: ShownExecution | null;
  /** The run of the machine that the test was run on, or null. */
  readonly run: readonly RunStep[] | null;
}

/** Where `tick` throws a LitmusLimit nothing is shown, and the title says so. */
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

/** The condition without its quantifier, as it is written. */
export const propositionText = ({ conditionText }: LitmusTest): string =>
  conditionText.replace(/^(?:not )?~?\s*(?:exists|forall)\s*/, '');

const nothing = { shown: null, run: null };

const witnessIn = ({ test, observed, states }: LitmusResult): FinalState | null =>
  states.find((one) => holds(test.condition, valuesOf(observed, one))) ?? null;

/** Whether a machine of racewalk ends like the witness of lkmm. */
export interface MachineRun {
  /** A sentence that says which does, or why nobody knows. */
  readonly title: string;
  readonly run: readonly RunStep[];
}

/**
 * The run of the strongest machine that ends in the state that witnesses the condition; null where no state does.
 * `tickOf` gives each machine a `tick` of its own, which may throw a LitmusLimit.
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
