/** Runs a study: as a whole, as one shard, or from the reports of all shards. */
import { variantsOf, type Choices } from '../../checker/study/compare/compare.ts';
import type { Study } from '../../checker/study/study.ts';
import type { AnyDefinition, Model } from '../../checker/language/model.ts';
import { count } from '../../checker/report/numbers.ts';
import { runWithin, type LimitOptions } from '../options/limits.ts';
import { inconclusive } from '../terminal/exit-code.ts';
import { say } from '../terminal/help.ts';
import { print } from '../terminal/output.ts';
import { checkWritable } from '../terminal/write-file.ts';
import { dealt } from './deal.ts';
import { modelsIdentity, programIdentity } from './identity.ts';
import { checkSweepOptions, type SweepOptions } from './options.ts';
import { ShardError } from './shard-error.ts';
import { writeShard, type NewShard, type Shard } from './shard-file.ts';

/** A study, and the command line that asks for it. */
export interface AskedStudy<P, R, T> extends Pick<NewShard, 'command' | 'model' | 'words'> {
  /** The options of commander. */
  readonly options: SweepOptions;
  readonly study: Study<P, R, T>;
  /** The models that the result depends on. */
  readonly models: () => Iterable<Model>;
  /** The definitions, whose scenarios and explanations are part of the result. */
  readonly definitions: readonly AnyDefinition[];
  readonly limits: LimitOptions;
  /** Called for each result, in the order of the jobs. */
  readonly onResult?: (result: R) => void;
}

export interface Studied<T> {
  readonly result: T;
  /** Of all shards together. */
  readonly seconds: number;
}

/** The result of the study; null: this was a shard, whose report is written. */
export async function runStudy<P, R, T>(asked: AskedStudy<P, R, T>): Promise<Studied<T> | null> {
  const { shard, report, shards } = asked.options;
  if (shards !== undefined) return merged(asked, shards);
  checkSweepOptions(asked.options);
  if (shard === undefined || report === undefined) return await whole(asked);
  await runShard(asked, shard, report);
  return null;
}

async function whole<P, R, T>({ study, limits, onResult }: AskedStudy<P, R, T>): Promise<Studied<T>> {
  return await runWithin(limits, function* (within, clearProgress) {
    const { jobs, assembled } = study.sweep(yield* study.prepare(within));
    const results: R[] = [];
    for (const job of jobs) {
      results.push(yield* job.run(within));
      clearProgress();
      onResult?.(results.at(-1)!);
    }
    return assembled(results);
  });
}

async function runShard<P, R, T>(
  asked: AskedStudy<P, R, T>,
  shard: Shard['shard'],
  path: string,
): Promise<void> {
  checkWritable(path);
  const { command, model, words, options, study, limits } = asked;
  const identity = { racewalk: programIdentity(), models: identityOf(asked) };
  const { result, seconds, isInterrupted } = await runWithin(limits, function* (within) {
    const prepared = yield* study.prepare(within);
    const { jobs } = study.sweep(prepared);
    const names = jobs.map(({ name }) => name);
    const own = dealt(names, shard);
    const results: Record<string, R> = {};
    for (const job of jobs) if (own.has(job.name)) results[job.name] = yield* job.run(within);
    return { prepared, jobs: names, results };
  });
  if (isInterrupted) {
    process.exitCode = inconclusive;
    return say(`interrupted: no report written to ${path}`);
  }
  const kept = Object.entries(options).filter(([name]) => name !== 'shard' && name !== 'report');
  writeShard(path, {
    ...{
      kind: 'shard' as const,
      ...identity,
      command,
      model,
      words,
      options: Object.fromEntries(kept),
      shard,
      seconds,
    },
    ...result,
  });
  const jobs = `${count(Object.keys(result.results).length)} of ${count(result.jobs.length)} jobs`;
  print(`shard ${shard.index}/${shard.of}: ${jobs} in ${seconds.toFixed(1)} s, written to ${path}`);
}

const identityOf = <P, R, T>({ models, definitions }: AskedStudy<P, R, T>): string =>
  modelsIdentity([...definitions, ...models()]);

/** The models of all variants with the given options. */
export const allVariants = (definition: AnyDefinition, given: Choices): readonly Model[] =>
  variantsOf(definition.options, { vary: null, given }).map((options) => definition.build(options));

/**
 * The result from all shards, which belong together.
 *
 * Throws  ShardError if they are of other models or jobs.
 */
function merged<P, R, T>(asked: AskedStudy<P, R, T>, shards: readonly Shard[]): Studied<T> {
  const [first] = shards;
  if (first!.models !== identityOf(asked))
    throw new ShardError('the shards are of another version of the model: run them again');
  const { jobs, assembled } = asked.study.sweep(first!.prepared as P);
  const found = new Map(shards.flatMap(({ results }) => Object.entries(results)));
  if (JSON.stringify(jobs.map(({ name }) => name)) !== JSON.stringify(first!.jobs))
    throw new ShardError('the shards have other jobs than the command: run them again');
  const results = jobs.map(({ name }) => found.get(name) as R);
  for (const result of results) asked.onResult?.(result);
  const seconds = shards.reduce((sum, shard) => sum + shard.seconds, 0);
  return { result: assembled(results), seconds };
}
