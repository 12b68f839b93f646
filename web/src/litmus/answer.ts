/** The result of a litmus test as plain data: the verdict, then its explanation. */
import { executionSvg } from '../../../checker/export/litmus/execution-svg.ts';
import {
  explanationOf,
  machineRunOf,
  propositionText,
  type MachineRun,
} from '../../../checker/litmus/explanation.ts';
import { modelTitle, type LitmusModel } from '../../../checker/litmus/litmus-model.ts';
import { LitmusError, LitmusLimit } from '../../../checker/litmus/litmus-test.ts';
import {
  axiomSentence,
  cycleSteps,
  lanesOf,
  readSentences,
} from '../../../checker/litmus/lkmm/explanation-text.ts';
import { pictureOf } from '../../../checker/litmus/lkmm/picture.ts';
import type { ShownExecution } from '../../../checker/litmus/lkmm/why.ts';
import { observation, printLitmus } from '../../../checker/litmus/print.ts';
import { defaultLitmus, runLitmus, type LitmusResult, type RunStep } from '../../../checker/litmus/run.ts';

export interface LitmusQuestion {
  readonly source: string;
  readonly memory: LitmusModel;
  /** For the verdict, for the execution that shows it, and for each machine. */
  readonly seconds: number;
}

export interface LitmusVerdict {
  readonly name: string;
  readonly observation: ReturnType<typeof observation>;
  /** The condition that is counted in the final states. */
  readonly proposition: string;
  readonly positive: number;
  readonly negative: number;
  readonly isComplete: boolean;
  /** Whether the quantifier of the test is satisfied. */
  readonly ok: boolean;
  readonly quantifier: string;
  readonly memory: string;
  readonly flags: readonly string[];
  readonly notes: readonly string[];
  /** What `racewalk litmus` prints. */
  readonly text: string;
}

export interface ShownVerdict {
  readonly title: string;
  /** The execution of lkmm, or null. */
  readonly execution: DrawnAnswer | null;
  /** The run of the machine that the test was run on, or null. */
  readonly run: readonly RunStep[] | null;
}

export interface DrawnAnswer {
  readonly svg: string;
  readonly lanes: readonly { readonly title: string; readonly events: readonly string[] }[];
  readonly reads: readonly string[];
  /** The axiom that forbids it, in a sentence, with the cycle; null where it is allowed. */
  readonly forbidden: {
    readonly axiom: string;
    readonly cycle: readonly { readonly arrow: string; readonly why: string }[];
  } | null;
}

export type Reply =
  | { readonly kind: 'verdict'; readonly verdict: LitmusVerdict }
  | { readonly kind: 'shown'; readonly shown: ShownVerdict }
  | { readonly kind: 'machine'; readonly machine: MachineRun }
  /** The test cannot be read or run. */
  | { readonly kind: 'error'; readonly message: string }
  /** There is no verdict. */
  | { readonly kind: 'limit'; readonly message: string };

/** Yields results as soon as they are known. */
export function* repliesTo({ source, memory, seconds }: LitmusQuestion): Generator<Reply, void> {
  try {
    const result = runLitmus(source, memory, { ...defaultLitmus, tick: deadline(memory, seconds) });
    yield { kind: 'verdict', verdict: verdictOf(result) };
    const { title, shown, run } = explanationOf(result, deadline(memory, seconds));
    yield {
      kind: 'shown',
      shown: { title, run, execution: shown === null ? null : drawn(shown, result.test.name) },
    };
    if (memory !== 'lkmm') return;
    const machine = machineRunOf(result, (other) => deadline(other, seconds));
    if (machine !== null) yield { kind: 'machine', machine };
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    // A limit has no line of its own.
    if (error instanceof LitmusLimit)
      yield { kind: 'limit', message: error.message.replace(/^line \d+: /, '') };
    else yield { kind: 'error', message: error.message };
  }
}

function verdictOf(result: LitmusResult): LitmusVerdict {
  const { test, positive, negative, isComplete, ok, memory, flags, notes } = result;
  return {
    name: test.name,
    observation: observation(result),
    proposition: propositionText(test),
    positive,
    negative,
    isComplete,
    ok,
    quantifier: test.quantifier,
    memory: modelTitle(memory),
    flags,
    notes,
    text: printLitmus(result),
  };
}

function drawn(shown: ShownExecution, name: string): DrawnAnswer {
  const picture = pictureOf(shown);
  const { broken } = shown;
  return {
    svg: executionSvg(picture, name),
    lanes: lanesOf(picture),
    reads: readSentences(picture),
    forbidden: broken === null ? null : { axiom: axiomSentence(broken.axiom), cycle: cycleSteps(picture) },
  };
}

function deadline(memory: LitmusModel, seconds: number): () => void {
  const until = performance.now() + seconds * 1_000;
  return () => {
    if (performance.now() > until)
      throw new LitmusLimit(`inconclusive under ${memory}: the limit of ${seconds} seconds was reached`);
  };
}
