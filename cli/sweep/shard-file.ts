/** The report of a shard: its results, and all that decides whether they belong together. */
import { z } from 'zod';
import { readText } from '../terminal/read-file.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { writeWhole } from '../terminal/write-file.ts';

export const shardFile = z.strictObject({
  kind: z.literal('shard'),
  racewalk: z.string().describe('the version of racewalk, with a hash of its code and models'),
  command: z.enum(['check', 'prove', 'compare', 'mutate', 'barriers', 'confirm']),
  model: z.string().nullable().describe('the model as named on the command line; null: all models'),
  words: z.array(z.string()).describe("the model's own options on the command line"),
  options: z.record(z.string(), z.json()).describe('the other options of the command line'),
  shard: z.strictObject({
    index: z.int().min(1).describe('counted from 1'),
    of: z.int().min(1).describe('the number of shards'),
  }),
  models: z.string().describe('a hash of the models'),
  prepared: z.json().describe('what decides the list of jobs; every shard computes it'),
  jobs: z.array(z.string()).describe('the jobs of all shards'),
  results: z.record(z.string(), z.json()).describe('the results of this shard, by job'),
  seconds: z.number(),
});

export type Shard = z.infer<typeof shardFile>;

/** A shard whose results are plain data. */
export type NewShard = Omit<Shard, 'options' | 'prepared' | 'results' | 'words'> & {
  readonly words: readonly string[];
  readonly options: object;
  readonly prepared: unknown;
  readonly results: Readonly<Record<string, unknown>>;
};

/** Throws  OutputError; the file is then unchanged. */
export const writeShard = (path: string, shard: NewShard): void =>
  writeWhole(path, `${JSON.stringify(shard)}\n`);

/** The shard, or why the file is none. */
export function readShard(path: string): Shard | string {
  try {
    const shard = shardFile.safeParse(JSON.parse(readText(path)));
    return shard.success ? shard.data : `${path} is not the report of a shard`;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    if (error instanceof SyntaxError) return `${path} is not the report of a shard: not JSON, or cut short`;
    throw error;
  }
}
