/** The schema of `compare --json`. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

const extremes = z
  .strictObject({
    least: z.int(),
    most: z.int().nullable().describe('null: there is no bound'),
  })
  .nullable()
  .describe('over all executions; null: not counted');

export const row = z.strictObject({
  varied: optionValues.describe('the options that are varied'),
  options: optionValues.describe('all options of the model'),
  verdict: z.enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'error', 'inconclusive']),
  steps: z.int().nullable().describe('steps of the shortest trace; null where there is none'),
  states: z.int(),
  transitions: z.int(),
  reason: z.string().nullable().describe('why it is inconclusive'),
  costs: z.record(z.string(), extremes),
  anyNumberOf: z
    .array(z.string())
    .nullable()
    .describe('the options for which it is proved for any number; null: not tried'),
  anyNumberUpTo: z
    .int()
    .nullable()
    .describe('the largest number of copies of a thread that this proof covers; null: any, or no proof'),
});

const smallest = z.strictObject({
  setting: optionValues.describe('the varied options that are not fixes'),
  sets: z.array(optionValues).describe('each holds, and every proper subset fails'),
  spoiled: z.array(optionValues).describe('unsafe supersets of a safe set'),
  undecided: z.boolean().describe('some variant is inconclusive: a smaller set may exist'),
});

export const compareResult = z.strictObject({
  kind: z.literal('compare'),
  model: z.string(),
  kept: optionValues.describe('the options that are not varied'),
  rows: z.array(row),
  smallest: z.array(smallest),
  seconds: z.number(),
});

export type CompareResult = z.infer<typeof compareResult>;
