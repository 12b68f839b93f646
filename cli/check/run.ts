/** Runs `racewalk check` for one variant. */
import { resolve } from 'node:path';
import { withEnds } from '../../checker/language/liveness.ts';
import type { Model } from '../../checker/language/model.ts';
import { runWithin, type LimitOptions } from '../options/limits.ts';
import type { SweepOptions } from '../sweep/options.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { checking } from '../../checker/search/check.ts';
import { originOf, reportText, verdictLine, type Report } from '../report/check-text.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel, namesFile } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { checkWritable, OutputError } from '../terminal/write-file.ts';

export async function checkOne(name: string, words: readonly string[], options: CheckOptions): Promise<void> {
  for (const path of [options.saveTrace, options.html]) if (path !== undefined) checkWritable(path);
  const source = await findModel(name);
  const chosen = chosenOptions(source, words);
  const model = askedModel(buildModel(source, chosen), options);
  const { result, seconds } = await runWithin(options, (limits) =>
    checking(model, limits, settingsOf(options, 'one', [namesFile(name) ? resolve(name) : name, ...words])),
  );
  const found: Report = { ...result, source, chosen, seconds, savedAs: null };
  const { savedAs, failure } = await written(found, options);
  process.exitCode = exitCodeOf(result.outcome.verdict);
  print(await rendered({ ...found, savedAs }, options));
  if (failure !== null) throw failure;
}

interface Written {
  readonly savedAs: string | null;
  readonly failure: OutputError | null;
}

/** Writes the requested files; a write error must not lose the result of a long search. */
async function written(report: Report, { saveTrace: path, html }: CheckOptions): Promise<Written> {
  let savedAs: string | null = null;
  try {
    if (path !== undefined && report.trace !== null) {
      const { saveTrace } = await import('../report/trace-file.ts');
      saveTrace(report, path);
      savedAs = path;
    }
    if (html !== undefined) {
      const { writeHtml } = await import('../report/html.ts');
      await writeHtml({ ...report, savedAs }, html);
    }
    return { savedAs, failure: null };
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return { savedAs, failure: error };
  }
}

async function rendered(report: Report, options: CheckOptions): Promise<string> {
  if (options.quiet === true) return verdictLine(report);
  if (options.json === true) {
    const { checkJson } = await import('../report/check-json.ts');
    return JSON.stringify(checkJson(report), null, 2);
  }
  if (options.lkml === true) {
    const { system, outcome, trace } = report;
    if (trace === null) return verdictLine(report);
    const { changelogText } = await import('../../checker/export/trace/changelog-text.ts');
    const { exportedTrace } = await import('../../checker/export/trace/exported-trace.ts');
    return changelogText(exportedTrace(system, outcome, trace, originOf(report)));
  }
  return reportText(report, outputWidth());
}

/** The model with the claims that the command line adds. */
export const askedModel = (model: Model, { ends }: Pick<CheckOptions, 'ends'>): Model =>
  ends === true ? withEnds(model) : model;

/** The options that commander parses. */
export interface CheckOptions extends LimitOptions, SearchOptions, SweepOptions {
  readonly all?: true;
  readonly ends?: true;
  readonly json?: true;
  readonly reporter?: 'text' | 'junit';
  readonly lkml?: true;
  readonly quiet?: true;
  readonly saveTrace?: string;
  readonly html?: string;
  readonly help?: true;
}
