/** The schema of `prove --json`. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

const numbers = z.record(z.string(), z.int());

const small = z.strictObject({
  sizes: optionValues.describe('the numbers that were checked'),
  verdict: z.enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'error', 'inconclusive']),
  summary: z.string(),
  states: z.int(),
});

const proof = z.strictObject({
  options: optionValues.describe('fixed options; the others have their fallbacks'),
  any: z.array(z.string()).describe('options that may be any number'),
  element: z.string().nullable().describe('the option whose elements are represented by one element'),
  views: z.int(),
  size: z.int().describe('copies of each thread in a view'),
  most: z.int().describe('shares of copies outside of a view are counted exactly below this number'),
  upTo: z
    .int()
    .nullable()
    .describe('the largest number of copies of a thread that the views cover; null: any'),
  counters: z.array(z.string()).describe('counters split into a base and one share per copy'),
  from: numbers.describe('by option: the least number that the views cover'),
  family: z
    .strictObject({ least: numbers, most: numbers })
    .describe('by option: the numbers between which the model has the same structure'),
});

const result = z.strictObject({
  model: z.string(),
  file: z.string().nullable().describe("the user's model file; null for a model of the project"),
  scenario: z.string().nullable(),
  options: optionValues.describe('all options of the model except those that may be any number'),
  any: z.array(z.string()),
  verdict: z.enum([
    'holds for any number',
    'holds up to a number',
    'violated',
    'deadlock',
    'livelock',
    'unreached',
    'error',
    'not proved',
  ]),
  summary: z.string().describe('the verdict in one line'),
  upTo: z
    .int()
    .nullable()
    .describe(
      'the largest number of copies of a thread that the proof covers, because a counter of the width of a type could wrap beyond; null: any, or not proved',
    ),
  ends: z
    .array(z.string())
    .describe(
      'the threads of which every copy ends, if it is proved: every run is finite, and none is a deadlock',
    ),
  reason: z.string().nullable().describe('why it is not proved; null: proved or refuted'),
  doubt: z.string().nullable().describe('the abstract counterexample'),
  refutedAt: optionValues.nullable().describe('the numbers at which "racewalk check" finds the race'),
  steps: z.int().nullable().describe('steps of its trace'),
  proofs: z.array(proof).describe('the proof, and the proofs for numbers that its views do not cover'),
  checked: z.array(small),
  notFor: z
    .array(z.strictObject({ any: z.array(z.string()), reason: z.string() }))
    .describe('larger claims that are not proved'),
  seconds: z.number(),
});

/** One proof, or with --all one row for each scenario. */
export const proveOutput = z.discriminatedUnion('kind', [
  result.extend({ kind: z.literal('prove') }),
  z.strictObject({
    kind: z.literal('all'),
    scenarios: z.array(
      z.strictObject({
        model: z.string(),
        scenario: z.string(),
        any: z.array(z.string()).describe('what the scenario declares'),
        verdict: result.shape.verdict,
        upTo: result.shape.upTo,
        reason: z.string().nullable(),
        mismatch: z.boolean(),
        seconds: z.number(),
      }),
    ),
  }),
]);

export type ProveOutput = z.infer<typeof proveOutput>;
export type ProveResult = Extract<ProveOutput, { kind: 'prove' }>;
export type ProveAllResult = Extract<ProveOutput, { kind: 'all' }>;
