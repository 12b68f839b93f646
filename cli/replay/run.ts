/** Replays a saved trace and says whether it still ends in what was found. */
import { dirname, resolve } from 'node:path';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Answer, Schedule } from '../../checker/state-space/outcome.ts';
import { ReplayError, confirms, replay } from '../../checker/trace/replay.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { traceSections, verdictLine, type Report } from '../report/check-text.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { chosenFrom } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { readTrace, scheduleOf } from '../report/trace-file.ts';
import type { TraceFile } from '../report/trace-schema.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable } from '../terminal/write-file.ts';

export interface ReplayedFile {
  readonly source: ModelSource;
  readonly saved: TraceFile;
  readonly system: TransitionSystem;
  readonly answer: Answer;
  readonly trace: Trace;
}

/** Throws  UsageError unless the trace is one of this model and ends in what it says. */
export async function replayedTrace(path: string): Promise<ReplayedFile> {
  const saved = await readTrace(path);
  const source = await findModel(saved.file === null ? saved.model : resolve(dirname(path), saved.file));
  const system = tableOf(path, source, saved);
  const schedule = scheduleOf(saved, system);
  const answer = answerOf(saved, schedule, system);
  const trace = replayed(path, system, schedule);
  if (!confirms(system, answer, trace))
    throw new UsageError(
      `${path}: the trace no longer ends as it did (${saved.verdict}): the model has changed; check it again`,
    );
  return { source, saved, system, answer, trace };
}

/** Throws  as `replayedTrace`. */
export async function replayTrace(path: string, html?: string): Promise<void> {
  if (html !== undefined) checkWritable(html);
  const replayed = await replayedTrace(path);
  const { source, system, answer, trace } = replayed;
  process.exitCode = exitCodeOf(answer.verdict);
  const sections = traceSections({ system, outcome: answer, trace }, outputWidth());
  print(
    [
      verdictLine({ source, outcome: answer }),
      ...sections,
      system.model.machine === undefined ? 'the interpreter confirms it' : 'the machine confirms it',
    ].join('\n\n'),
  );
  if (html === undefined) return;
  const { writeHtml } = await import('../report/html.ts');
  await writeHtml(reportOf(replayed, path), html);
}

/** What a check would have said, but for the search: nothing has been seen beside the trace. */
function reportOf({ source, saved, system, answer, trace }: ReplayedFile, path: string): Report {
  const { length } = trace.steps;
  const statistics = {
    states: length + 1,
    transitions: length,
    depth: length,
    bytes: 0,
    unfired: [],
    endless: null,
    method: 'replayed',
  };
  const outcome = { ...answer, statistics };
  return { system, outcome, trace, source, chosen: saved.options, seconds: 0, savedAs: path };
}

function tableOf(path: string, source: ModelSource, saved: TraceFile): TransitionSystem {
  if (source.definition.name !== saved.model)
    throw new UsageError(
      `${path} is a trace of '${saved.model}', and the file has '${source.definition.name}' now`,
    );
  return transitionSystem(buildModel(source, chosenFrom(source.definition.options, saved.options)));
}

function answerOf({ verdict, claim }: TraceFile, schedule: Schedule, { model }: TransitionSystem): Answer {
  switch (verdict) {
    case 'deadlock':
      return { verdict, schedule, minimal: true };
    case 'error':
      return { verdict, message: claim, schedule };
    case 'violated': {
      const isProperty = model.properties.some(({ kind, name }) => kind === 'always' && name === claim);
      return {
        verdict,
        kind: isProperty ? 'invariant' : 'assertion',
        property: claim,
        schedule,
        minimal: true,
      };
    }
  }
}

function replayed(path: string, system: TransitionSystem, schedule: Schedule): Trace {
  try {
    return replay(system, schedule);
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    throw new UsageError(`${path} does not fit the model: ${error.message}`);
  }
}
