/** The schema of `barriers --json`. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

export const barrier = z.strictObject({
  kind: z
    .enum(['barrier', 'ordering', 'implied', 'recheck'])
    .describe('implied: an atomic read-modify-write without a declared ordering is a full barrier'),
  thread: z.string(),
  line: z.int().describe('the statement, counted from 1 in the thread'),
  text: z.string().describe('the text of the statement in the kernel'),
  ordering: z.enum(['full', 'acquire', 'release']).nullable().describe('of an access; null for the others'),
});

const tried = z.strictObject({
  memory: z.string().describe('the memory model'),
  verdict: z.enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'error', 'inconclusive']),
  states: z.int(),
  steps: z.int().nullable().describe('steps of the shortest trace; null where there is none'),
  reason: z.string().nullable().describe('why it is inconclusive'),
});

const trial = z.strictObject({
  barrier,
  inSets: z.boolean().describe('false: it is part of every set, as all rechecks are'),
  without: z.array(
    tried.extend({ idle: z.boolean().describe('true: it has no effect under this memory model') }),
  ),
});

const variant = z.strictObject({
  options: optionValues.describe('all options of the model'),
  repairs: optionValues.describe('the enabled fixes; empty if one variant was requested'),
  whole: z.array(tried).describe('the verdict with all barriers'),
  trials: z.array(trial),
  smallest: z.array(
    z.strictObject({
      memory: z.string(),
      sets: z
        .array(z.array(barrier))
        .describe('each is safe, and every proper subset fails; none: all barriers together fail'),
      undecided: z.boolean().describe('some trial is inconclusive: sets may be missing'),
    }),
  ),
});

export const barriersResult = z.strictObject({
  kind: z.literal('barriers'),
  model: z.string(),
  variants: z.array(variant),
  undecided: z.boolean().describe('some variant is inconclusive: a smaller set of fixes may exist'),
  seconds: z.number(),
});

export type BarriersResult = z.infer<typeof barriersResult>;
