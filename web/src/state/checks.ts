/** Checks the shown variant after every change. */
import { effect, untracked } from '@preact/signals';
import { Checker, type Running, type WorkError } from '../check/client.ts';
import { outcomeIn } from '../check/messages.ts';
import { noRuns, startingWith, withFound } from '../walk/runs.ts';
import { decodeRun } from '../walk/run-code.ts';
import type { EmbeddedReport } from '../check/embedded-report.ts';
import { report } from './report.ts';
import { built, check, notice, runs, type Check } from './session.ts';
import type { Built } from './variant.ts';

const checker = new Checker();
let running: Running<'check'> | null = null;

/** The run of a link, before its model is loaded. */
interface Awaited {
  readonly code: string;
  readonly fingerprint: string | null;
  readonly at: number | null;
}

let awaited: Awaited | null = null;
/** Where in the found run a link points. */
let awaitedAt: number | null = null;

/** Sets the run of a link, or the position in the run to be found, for the next variant. */
export function awaitRun(run: Awaited | null, at: number | null): void {
  awaited = run;
  awaitedAt = at;
}

export const stopChecking = (): void => running?.stop();

/** Starts checking every shown variant. */
export const keepChecking = (): (() => void) =>
  effect(() => {
    const variant = built.value;
    running?.stop();
    running = null;
    if (variant !== null) untracked(() => void checkVariant(variant));
  });

async function checkVariant(variant: Built): Promise<void> {
  showAwaited(variant);
  check.value = { kind: 'running', progress: null };
  if (report !== null) return finished(variant, report);
  const mine = checker.run({ kind: 'check', model: variant.model, maxStates: Infinity }, (progress) => {
    if (running === mine) check.value = { kind: 'running', progress };
  });
  running = mine;
  const ended = await ending(mine, variant);
  if (running !== mine) return;
  running = null;
  show(ended);
}

/** Shows the result of a report. */
const finished = ({ system }: Built, { outcome, seconds }: EmbeddedReport) =>
  show({ kind: 'done', outcome: outcomeIn(outcome, system), seconds });

function show(ended: Check): void {
  check.value = ended;
  const steps = awaitedAt ?? undefined;
  awaitedAt = null;
  if (ended.kind === 'done' && 'schedule' in ended.outcome)
    runs.value = withFound(runs.value, ended.outcome.schedule, steps);
}

async function ending(work: Running<'check'>, { system }: Built): Promise<Check> {
  try {
    const { outcome, seconds } = await work.result;
    return { kind: 'done', outcome: outcomeIn(outcome, system), seconds };
  } catch (error) {
    const { message, kind } = error as WorkError;
    return { kind: 'failed', message, why: kind };
  }
}

function showAwaited({ system, fingerprint }: Built): void {
  const schedule = awaited === null ? null : decodeRun(system, awaited.code);
  if (awaited !== null && awaited.fingerprint !== fingerprint)
    notice.value = 'The model has changed since this link was made: the run below may differ.';
  runs.value =
    schedule === null
      ? noRuns
      : startingWith({ schedule, origin: 'link', shared: 0 }, awaited?.at ?? undefined);
  awaited = null;
}
