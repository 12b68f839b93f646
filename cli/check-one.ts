/** Checks one variant of one model and says what came out. */
import { checking } from '../checker/search/check.ts';
import type { CheckOptions } from './check.ts';
import type { Report } from './check-report.ts';
import { originOf, reportText, verdictLine } from './check-report.ts';
import { exitCodeOf } from './exit-code.ts';
import { runWithin } from './limits.ts';
import { chosenOptions } from './model-options.ts';
import { buildModel, findModel } from './models.ts';
import { settingsOf } from './search-options.ts';
import { outputWidth, print } from './output.ts';

export async function checkOne(name: string, words: readonly string[], options: CheckOptions): Promise<void> {
  const source = await findModel(name);
  const chosen = chosenOptions(source, words);
  const model = buildModel(source, chosen);
  const { result, seconds } = await runWithin(options, (limits) =>
    checking(model, limits, settingsOf(options, 'one')),
  );
  const savedAs = await save({ ...result, source, chosen, seconds, savedAs: null }, options.saveTrace);
  const report = { ...result, source, chosen, seconds, savedAs };
  if (options.html !== undefined) {
    const { writeHtml } = await import('./html-report.ts');
    await writeHtml(report, options.html);
  }
  process.exitCode = exitCodeOf(result.outcome.verdict);
  print(await rendered(report, options));
}

async function save(report: Report, path: string | undefined): Promise<string | null> {
  if (path === undefined || report.trace === null) return null;
  const { saveTrace } = await import('./trace-file.ts');
  saveTrace(report, path);
  return path;
}

async function rendered(report: Report, options: CheckOptions): Promise<string> {
  if (options.quiet === true) return verdictLine(report);
  if (options.json === true) {
    const { checkJson } = await import('./check-json.ts');
    return JSON.stringify(checkJson(report), null, 2);
  }
  if (options.lkml === true) {
    const { table, outcome, trace } = report;
    if (trace === null) return verdictLine(report);
    const { changelogText } = await import('../checker/export/changelog-text.ts');
    const { exportedTrace } = await import('../checker/export/exported-trace.ts');
    return changelogText(exportedTrace(table, outcome, trace, originOf(report)));
  }
  return reportText(report, outputWidth());
}
