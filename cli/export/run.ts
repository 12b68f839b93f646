/** Exports one variant, or one trace of it. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { formatOf, type ExportFormat } from '../../checker/export/formats.ts';
import { eitherOf } from '../../checker/language/option.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { Graph } from '../../checker/state-space/state-graph.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { hasGrowing } from '../../checker/language/growing.ts';
import type { Model } from '../../checker/language/model.ts';
import {
  exportedTrace,
  unknownOrigin,
  type ExportedTrace,
  type Origin,
} from '../../checker/export/trace/exported-trace.ts';
import { originOf } from '../report/check-text.ts';
import { inFull } from '../../checker/memory/memory-models.ts';
import { checking } from '../../checker/search/check.ts';
import { settling } from '../../checker/search/settling.ts';
import { witnessed } from '../../checker/search/witness.ts';
import { quoted } from '../../checker/report/options-text.ts';
import { headline } from '../../checker/report/verdict.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { chosenOptions } from '../options/model-options.ts';
import { buildModel, findModel } from '../model-files/models.ts';
import { say } from '../terminal/help.ts';
import { print } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable, writeWhole } from '../terminal/write-file.ts';

export async function exportOne(
  name: string,
  words: readonly string[],
  options: ExportOptions,
): Promise<void> {
  if (options.output !== undefined) checkWritable(options.output);
  const text = name.endsWith('.litmus')
    ? await litmus(name, options)
    : await written(await subjectOf(name, words, options), options);
  if (text === null) return;
  if (options.output === undefined) return print(text);
  writeWhole(options.output, text.endsWith('\n') ? text : `${text}\n`);
}

/** The execution that shows the verdict of a litmus test; null: none, which has been reported. */
async function litmus(name: string, { to }: ExportOptions): Promise<string | null> {
  const { exportedLitmus } = await import('./litmus.ts');
  const text = await exportedLitmus(name, to);
  if (text !== null) return text;
  process.exitCode = 1;
  say(`nothing to export as ${to}: no execution of ${name}, allowed or forbidden, satisfies its condition`);
  return null;
}

/** A variant to export, with its trace if it was saved. */
interface Subject {
  readonly model: Model;
  readonly saved: ExportedTrace | null;
  readonly origin: Origin;
}

async function subjectOf(
  name: string,
  words: readonly string[],
  { witness }: ExportOptions,
): Promise<Subject> {
  if (!name.endsWith('.json')) {
    const source = await findModel(name);
    const chosen = chosenOptions(source, words);
    const origin = originOf({ source, chosen, savedAs: null });
    return { model: buildModel(source, chosen), saved: null, origin };
  }
  const [word] = words;
  if (word !== undefined || witness !== undefined)
    throw new UsageError(`${word ?? '--witness'} cannot be combined with a saved trace`);
  const { replayedTrace } = await import('../replay/run.ts');
  const { source, saved, system, answer, trace } = await replayedTrace(name);
  const origin = originOf({ source, chosen: saved.options, savedAs: null });
  return { model: system.model, saved: exportedTrace(system, answer, trace, origin), origin };
}

/** The exported text; null: nothing to export, which has been reported. */
async function written(subject: Subject, options: ExportOptions): Promise<string | null> {
  const { ofVariant, ofGraph, ofTrace } = formatOf(options.to);
  if (ofVariant !== undefined) return await ofVariant(await settledSystem(subject.model, options));
  if (ofGraph !== undefined) return await ofGraph(...(await graphWithTrace(subject, options)));
  const found = await traceOf(subject, options);
  if (found.trace !== null) return await ofTrace!(found.trace);
  process.exitCode = found.exitCode;
  say(`nothing to export as ${options.to}: ${found.why}`);
  return null;
}

/** The model with the domains that its values need; with all that they may have, where a search ends before it knows. */
async function settledSystem(model: Model, options: ExportOptions): Promise<TransitionSystem> {
  if (hasGrowing(model.written ?? model)) {
    const { result } = await runWithin(options, (limits) => settling(model, limits, settingsOf(options)));
    if (result.outcome.verdict !== 'inconclusive') return result.system;
  }
  return transitionSystem(inFull(model));
}

type FoundTrace =
  | { readonly trace: ExportedTrace }
  | { readonly trace: null; readonly exitCode: number; readonly why: string };

async function traceOf({ model, saved, origin }: Subject, options: ExportOptions): Promise<FoundTrace> {
  if (saved !== null) return { trace: saved };
  if (options.witness !== undefined) return await witnessOf(model, options.witness, options);
  const { result } = await runWithin(options, (limits) => checking(model, limits, settingsOf(options)));
  const { system, outcome, trace } = result;
  if (trace !== null) return { trace: exportedTrace(system, outcome, trace, origin) };
  const witnesses = outcome.verdict === 'holds' ? witnessNames(model) : [];
  const instead =
    witnesses.length === 0
      ? ''
      : `; ${witnesses.map((name) => `--witness ${quoted(name)}`).join(' or ')} exports a run that succeeds`;
  return {
    trace: null,
    exitCode: outcome.verdict === 'holds' ? 1 : exitCodeOf(outcome.verdict),
    why: `${model.name}: ${headline(outcome)}${instead}`,
  };
}

const witnessNames = (model: Model) =>
  model.properties
    .filter(({ kind, limit }) => kind === 'reachable' && limit !== true)
    .map(({ name }) => name);

async function witnessOf(model: Model, name: string, options: ExportOptions): Promise<FoundTrace> {
  const names = witnessNames(model);
  if (!names.includes(name))
    throw new UsageError(
      `${model.name} has no witness '${name}'${names.length === 0 ? '' : `: expected ${eitherOf(names.map(quoted))}`}`,
    );
  const { result } = await runWithin(options, (limits) =>
    checking(witnessed(model, name), limits, settingsOf(options)),
  );
  const { system, outcome, trace } = result;
  if (trace !== null && outcome.verdict === 'violated' && outcome.property === name) {
    const reached = `${model.name}: witness reached: ${name}`;
    return { trace: { system, trace, headline: reached, end: name, property: name, origin: unknownOrigin } };
  }
  const cut = outcome.verdict === 'inconclusive' || outcome.verdict === 'error';
  const why = outcome.verdict === 'holds' ? 'never reached' : headline(outcome);
  return {
    trace: null,
    exitCode: cut ? exitCodeOf(outcome.verdict) : 1,
    why: `'${name}' of ${model.name}: ${why}`,
  };
}

/** The default limit of dot: larger graphs are unreadable. */
const drawnStates = 500;

async function graphWithTrace(
  subject: Subject,
  options: ExportOptions,
): Promise<[TransitionSystem, Graph, Trace | null]> {
  const { graphOf } = await import('../../checker/state-space/state-graph.ts');
  const most = options.maxStates ?? drawnStates;
  const system = transitionSystem(inFull(subject.model));
  const { result: graph } = await runWithin(options, () => graphOf(system, most));
  if (graph === null)
    throw new UsageError(
      `${system.model.name} has more than ${most} states, too many for a readable graph: ` +
        `use fewer CPUs or ptes, or raise --max-states`,
    );
  const found = await traceOf(subject, options);
  return [system, graph, found.trace?.trace ?? null];
}

export interface ExportOptions extends LimitOptions, SearchOptions {
  readonly to: ExportFormat;
  readonly output?: string;
  readonly witness?: string;
}
