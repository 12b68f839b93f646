/** The state of the litmus page: test, result and address. */
import LitmusWorker from './worker.ts?worker';
import { signal } from '@preact/signals';
import type { MachineRun } from '../../../checker/litmus/explanation.ts';
import { litmusModels, type LitmusModel } from '../../../checker/litmus/litmus-model.ts';
import type { LitmusQuestion, ShownVerdict, LitmusVerdict } from './answer.ts';
import { examples, firstExample } from './examples.ts';
import type { FromLitmusWorker } from './worker.ts';

export interface Failure {
  readonly kind: 'error' | 'limit' | 'bug';
  readonly message: string;
}

export interface LitmusAnswerState {
  readonly question: LitmusQuestion;
  readonly isRunning: boolean;
  readonly seconds: number;
  readonly verdict?: LitmusVerdict;
  readonly shown?: ShownVerdict;
  readonly machine?: MachineRun;
  readonly failure?: Failure;
  /** The reader has stopped it. */
  readonly isStopped?: true;
}

export const source = signal(examples.get(firstExample)!);
export const memory = signal<LitmusModel>('lkmm');
/** Time limit of a search. */
export const seconds = signal(10);
export const answer = signal<LitmusAnswerState | null>(null);

let worker: Worker | null = null;
let clock = 0;

/** Runs the test of the page; cancels the previous run. */
export function ask(): void {
  if (answer.value?.isRunning === true) dismiss();
  const question: LitmusQuestion = { source: source.value, memory: memory.value, seconds: seconds.value };
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1_000;
  answer.value = { question, isRunning: true, seconds: 0 };
  history.replaceState(null, '', addressOf(question));
  clearInterval(clock);
  clock = setInterval(() => update({ seconds: elapsed() }), 250);
  worker ??= new LitmusWorker();
  worker.onmessage = ({ data }: MessageEvent<FromLitmusWorker>) => hear(data, elapsed());
  worker.onerror = ({ message }) => {
    dismiss();
    update({ failure: { kind: 'bug', message } });
  };
  worker.postMessage(question);
}

/** Stops the search; keeps its results. */
export function stop(): void {
  dismiss();
  update({ isStopped: true });
}

function hear(message: FromLitmusWorker, elapsed: number): void {
  switch (message.kind) {
    case 'verdict':
      return update({ verdict: message.verdict, seconds: elapsed });
    case 'shown':
      return update({ shown: message.shown });
    case 'machine':
      return update({ machine: message.machine });
    case 'error':
    case 'limit':
      return update({ failure: message });
    case 'done':
      clearInterval(clock);
      return update({ isRunning: false });
  }
}

function update(change: Partial<LitmusAnswerState>): void {
  if (answer.value !== null) answer.value = { ...answer.value, ...change };
}

function dismiss(): void {
  clearInterval(clock);
  worker?.terminate();
  worker = null;
  update({ isRunning: false });
}

/** `#memory=tso&example=SB`, or `test=` and its text: the part after `#` is not sent to a server. */
function addressOf(question: LitmusQuestion): string {
  const example = [...examples].find(([, text]) => text === question.source);
  const parts = new URLSearchParams({
    memory: question.memory,
    ...(example === undefined ? { test: question.source } : { example: example[0] }),
  });
  return `#${parts.toString()}`;
}

/** Shows and runs the test of the address. */
export function followAddress(): void {
  const parts = new URLSearchParams(location.hash.slice(1));
  source.value = parts.get('test') ?? examples.get(parts.get('example') ?? '') ?? source.value;
  memory.value = litmusModels.find((name) => name === parts.get('memory')) ?? memory.value;
  ask();
}
