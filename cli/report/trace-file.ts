/** Traces as files: saved by `check --save-trace`, read by `replay`. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import type { Answer, Schedule } from '../../checker/state-space/outcome.ts';
import type { Edge } from '../../checker/state-space/state-space.ts';
import type { Report } from './check-text.ts';
import type { TraceFile } from './trace-schema.ts';
import { textOf } from '../../checker/report/author-words.ts';
import { whyUnreadable } from '../model-files/unreadable.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { writeWhole } from '../terminal/write-file.ts';

type SavedStep = TraceFile['steps'][number];
type AnswerWithTrace = Extract<Answer, { readonly schedule: Schedule }>;

/** Throws  OutputError when the file cannot be written. */
export function saveTrace(report: Report, path: string): void {
  const { outcome } = report;
  if (!('schedule' in outcome)) return;
  writeWhole(path, `${JSON.stringify(traceToSave(report, outcome, path), null, 2)}\n`);
}

function traceToSave({ source, chosen, system }: Report, answer: AnswerWithTrace, path: string): TraceFile {
  const { definition, file } = source;
  return {
    format: 'racewalk-trace',
    version: 1,
    model: definition.name,
    file: file === null ? null : relative(dirname(resolve(path)), file),
    options: withFallbacks(definition.options, chosen),
    verdict: answer.verdict,
    claim: claimOf(answer),
    initial: answer.schedule.initial,
    steps: answer.schedule.edges.map((edge) => savedStep(edge, system)),
  };
}

function claimOf(answer: AnswerWithTrace): string {
  if (answer.verdict === 'violated') return answer.property;
  return answer.verdict === 'error' ? answer.message : '';
}

const savedStep = (edge: Edge, { threads }: TransitionSystem): SavedStep => ({
  thread: threads[edge.thread]!.thread.name,
  replica: edge.replica,
  line: edge.transition.statement.line,
  text: textOf(edge.transition),
  transition: edge.transition.id,
  choice: edge.choice,
});

/**
 * What a file holds.
 *
 * Throws  UsageError when it is unreadable or no trace.
 */
export async function readTrace(path: string): Promise<TraceFile> {
  const { traceFile } = await import('./trace-schema.ts');
  const { z } = await import('zod');
  const content = parsed(path);
  const { format, version } = (content ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'racewalk-trace')
    throw new UsageError(`${path} is no trace of racewalk: "racewalk check --save-trace FILE" writes them`);
  if (version !== 1)
    throw new UsageError(
      `${path} is a trace of version ${String(version)}, and this program reads version 1`,
    );
  const result = traceFile.safeParse(content);
  if (result.success) return result.data;
  throw new UsageError(
    `${path} is damaged:\n${z.prettifyError(result.error).split('\n').slice(0, 6).join('\n')}`,
  );
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${whyUnreadable(code)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no trace of racewalk: it is not JSON`);
  }
}

/**
 * The schedule of a saved trace in the model as it is now.
 *
 * Throws  UsageError where the model has changed since.
 */
export function scheduleOf({ initial, steps }: TraceFile, system: TransitionSystem): Schedule {
  return { initial, edges: steps.map((step, at) => edgeOf(step, at, system)) };
}

function edgeOf(step: SavedStep, at: number, system: TransitionSystem): Edge {
  const thread = system.threads.findIndex((other) => other.thread.name === step.thread);
  const transition = system.transitions[step.transition];
  if (thread < 0 || transition?.statement.line !== step.line || textOf(transition) !== step.text)
    throw new UsageError(
      `step ${at + 1}: the model no longer has '${step.text}' in line ${step.line} of '${step.thread}': ` +
        'it has changed since the trace was saved; check it again',
    );
  return { thread, replica: step.replica, transition, choice: step.choice };
}
