/** Runs `racewalk replay`. */
import { dirname, resolve } from 'node:path';
import { ReplayError } from '../../checker/trace/trace.ts';
import { traceSections, verdictLine, type Report } from '../report/check-text.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { chosenFrom } from '../options/model-options.ts';
import { buildModel, findModel, type ModelSource } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { replaySaved, type ReplayedTrace, type SavedTrace } from '../../checker/report/saved-trace.ts';
import { readTrace } from '../report/trace-file.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable } from '../terminal/write-file.ts';

export interface ReplayedFile extends ReplayedTrace {
  readonly source: ModelSource;
  readonly saved: SavedTrace;
}

/** Throws  UsageError unless the model still has the trace and its verdict. */
export async function replayedTrace(path: string): Promise<ReplayedFile> {
  const saved = await readTrace(path);
  const source = await findModel(saved.file === null ? saved.model : resolve(dirname(path), saved.file));
  const { definition } = source;
  if (definition.name !== saved.model)
    throw new UsageError(
      `${path} is a trace of '${saved.model}', but the model file now defines '${definition.name}'`,
    );
  const model = buildModel(source, chosenFrom(definition.options, saved.options));
  try {
    return { source, saved, ...replaySaved(saved, model) };
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error;
    throw new UsageError(`${path} does not fit the model: ${error.message}`);
  }
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
      system.model.machine === undefined ? 'confirmed by the interpreter' : 'confirmed by the arm64 machine',
    ].join('\n\n'),
  );
  if (html === undefined) return;
  const { writeHtml } = await import('../report/html.ts');
  await writeHtml(reportOf(replayed, path), html);
}

/** The report of a check whose search saw only the trace. */
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
