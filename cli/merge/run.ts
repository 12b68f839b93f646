/** Runs `racewalk merge`: the command that the shards are of, with their results. */
import { optionName } from '../../checker/language/option.ts';
import type { ConfirmOptions } from '../confirm/run.ts';
import { dealt } from '../sweep/deal.ts';
import { programIdentity } from '../sweep/identity.ts';
import { ShardError } from '../sweep/shard-error.ts';
import { readShard, type Shard } from '../sweep/shard-file.ts';

/** The exit code is that of the command; throws ShardError, naming every shard that is missing or does not belong. */
export async function mergeShards(paths: readonly string[]): Promise<void> {
  const read = paths.map((path) => ({ path, shard: readShard(path) }));
  const unread = read.flatMap(({ shard }) => (typeof shard === 'string' ? [shard] : []));
  const found = read.flatMap(({ path, shard }) => (typeof shard === 'string' ? [] : [{ path, shard }]));
  const problems = [...unread, ...(found.length === 0 ? [] : problemsOf(found))];
  if (problems.length > 0) throw new ShardError(problems.join('\n'));
  const shards = found.map(({ shard }) => shard);
  const { command, model, words, options } = shards[0]!;
  const run = await commands[command]();
  await run(model, words, { ...options, shards });
}

interface Merging {
  readonly shards: readonly Shard[];
}

type Run = (model: string | null, words: readonly string[], options: Merging) => Promise<void>;

const named =
  (run: (model: string, words: readonly string[], options: Merging) => Promise<void>): Run =>
  (model, words, options) =>
    run(model ?? '', words, options);

const commands: Readonly<Record<Shard['command'], () => Promise<Run>>> = {
  check: async () => (await import('../check/all.ts')).checkAll,
  prove: async () => (await import('../prove/all.ts')).proveAll,
  compare: async () => named((await import('../compare/run.ts')).compareModel),
  mutate: async () => named((await import('../mutate/run.ts')).mutateModel),
  barriers: async () => named((await import('../barriers/run.ts')).barriersOfModel),
  confirm: async () => {
    const { confirmAll } = await import('../confirm/run.ts');
    return (model, words, options) => confirmAll(model, words, options as ConfirmOptions);
  },
};

interface ShardAt {
  readonly path: string;
  readonly shard: Shard;
}

/** A sentence for each shard that is of another program or command, incomplete, repeated or missing. */
function problemsOf(found: readonly ShardAt[]): readonly string[] {
  const racewalk = programIdentity();
  const old = found.filter(({ shard }) => shard.racewalk !== racewalk);
  const current = found.filter(({ shard }) => shard.racewalk === racewalk);
  const [first] = current;
  const strangers = current.flatMap(({ path, shard }) => {
    const difference = differenceOf(shard, first!.shard);
    return difference === null ? [] : [{ path, difference }];
  });
  const own = current.filter(({ path }) => !strangers.some((stranger) => stranger.path === path));
  return [
    ...old.map(
      ({ path, shard }) => `${path} is of racewalk ${shard.racewalk}, not ${racewalk}: run it again`,
    ),
    ...strangers.map(({ path, difference }) => `${path} does not belong to ${first!.path}: ${difference}`),
    ...own.filter(isIncomplete).map(({ path }) => `${path} does not have the results of its jobs`),
    ...(first === undefined ? [] : numberProblems(own, first.shard.shard.of)),
  ];
}

/** In what a shard differs from another of the same sweep; null: in nothing. */
function differenceOf(shard: Shard, other: Shard): string | null {
  const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const [own, expected] = [shard, other].map(({ command, model, words }) =>
    ['racewalk', command, ...(model === null ? [] : [model]), ...words].join(' '),
  );
  if (own !== expected) return `it is of '${own}', not of '${expected}'`;
  const keys = [...new Set([shard, other].flatMap(({ options }) => Object.keys(options)))];
  const changed = keys.filter((key) => !isSame(shard.options[key], other.options[key]));
  if (changed.length > 0) return `--${changed.map(optionName).join(' and --')} differs`;
  if (shard.shard.of !== other.shard.of)
    return `it is one of ${shard.shard.of} shards, not of ${other.shard.of}`;
  if (shard.models !== other.models) return 'it is of another version of the model';
  return isSame([shard.prepared, shard.jobs], [other.prepared, other.jobs])
    ? null
    : 'its list of jobs differs';
}

function isIncomplete({ shard: { jobs, shard, results } }: ShardAt): boolean {
  const own = dealt(jobs, shard);
  return own.size !== Object.keys(results).length || [...own].some((name) => !Object.hasOwn(results, name));
}

function numberProblems(own: readonly ShardAt[], of: number): readonly string[] {
  const pathsOf = Map.groupBy(own, ({ shard }) => shard.shard.index);
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !pathsOf.has(index));
  return [
    ...[...pathsOf]
      .filter(([, same]) => same.length > 1)
      .map(
        ([index, same]) => `shard ${index}/${of} is there twice: ${same.map(({ path }) => path).join(', ')}`,
      ),
    ...(missing.length === 0 ? [] : [`missing of ${of} shards: ${missing.join(', ')}`]),
  ];
}
