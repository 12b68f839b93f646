/** A trace: the steps of a run and what each does. */
import type { Edge } from '../state-space/state-space.ts';
import type { ExecutedStatement } from '../interpreter/interpreter.ts';
import type { Outside } from '../language/model-error.ts';
import type { State } from '../interpreter/evaluate.ts';

export interface TraceStep {
  readonly edge: Edge;
  readonly thread: string;
  readonly replica: number;
  /** The statements executed: the one the step is named after, then local computation. */
  readonly events: readonly ExecutedStatement[];
  readonly after: State;
}

export interface Trace {
  readonly initial: State;
  readonly steps: readonly TraceStep[];
  /** What stopped the last step, if something did: the claim of an assertion or a model error. */
  readonly stopped: string | null;
  /** The value outside of its domain that stopped it. */
  readonly outside?: Outside;
  /** The steps from this position on lead back to the state before them, for ever; absent: the run ends. */
  readonly cycleFrom?: number;
}

/** The message of a model error without its copy: interchangeable copies have the same errors. */
export const ofAnyCopy = (message: string): string => message.replace(/ \(copy \d+\)/, '');

/** A schedule that the model does not allow. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}
