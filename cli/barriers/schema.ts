/** The form of what `barriers --json` prints. */
import { z } from 'zod';
import { untried } from '../report/check-schema.ts';
import { optionValues } from '../report/trace-schema.ts';

const barrier = z.strictObject({
  kind: z
    .enum(['barrier', 'ordering', 'implied', 'recheck'])
    .describe('implied: an atomic read-modify-write of which the model says nothing is a full barrier'),
  thread: z.string(),
  line: z.int().describe('the statement, counted from 1 in the thread'),
  text: z.string().describe('the text of the statement in the kernel'),
  ordering: z.enum(['full', 'acquire', 'release']).nullable().describe('of an access; null for the others'),
});

const tried = z.strictObject({
  memory: z.string().describe('the memory model'),
  verdict: z.enum(['holds', 'violated', 'deadlock', 'unreached', 'error', 'inconclusive']),
  states: z.int(),
  steps: z.int().nullable().describe('steps of the shortest trace; null where there is none'),
  reason: z.string().nullable().describe('why it is inconclusive'),
  untried: z.array(untried).describe('pairs of accesses that were not tried, where these are the reason'),
});

const trial = z.strictObject({
  barrier,
  inSets: z
    .boolean()
    .describe('false: it stays in its place while smallest sets are searched, as all rechecks do'),
  without: z.array(
    tried.extend({ idle: z.boolean().describe('true: with and without it the machine does the same') }),
  ),
});

const variant = z.strictObject({
  options: optionValues.describe('all options of the model'),
  repairs: optionValues.describe('the repairs that are switched on; empty where one variant was asked for'),
  whole: z.array(tried).describe('with everything in its place'),
  trials: z.array(trial),
  smallest: z.array(
    z.strictObject({
      memory: z.string(),
      sets: z
        .array(z.array(barrier))
        .describe('each suffices, and every smaller set fails; none: even all are too few'),
      undecided: z.boolean().describe('some trial remained open: sets may be missing'),
    }),
  ),
});

export const barriersResult = z.strictObject({
  kind: z.literal('barriers'),
  model: z.string(),
  variants: z.array(variant),
  undecided: z.boolean().describe('some variant was inconclusive: a smaller repair may have been missed'),
  seconds: z.number(),
});

export type BarriersResult = z.infer<typeof barriersResult>;
