/** The schema of a saved trace, which `check --save-trace` writes and `replay` reads. */
import { z } from 'zod';

export const optionValues = z.record(z.string(), z.union([z.boolean(), z.number(), z.string()]));

export const traceFile = z.strictObject({
  format: z.literal('racewalk-trace'),
  version: z.literal(1).describe('rises when older programs can no longer read the file'),
  model: z.string().describe('name of the model'),
  file: z
    .string()
    .nullable()
    .describe("the user's model file, relative to the folder of the trace; null for a model of the project"),
  options: optionValues.describe('all options of the model'),
  verdict: z.enum(['violated', 'deadlock', 'livelock', 'error']),
  claim: z
    .string()
    .describe(
      'the property, assertion, claim about runs or model error in which the trace ends; empty for a deadlock',
    ),
  initial: z.int().min(0).describe('position among the initial states'),
  steps: z.array(
    z.strictObject({
      thread: z.string(),
      replica: z.int().min(0).describe('which copy of the thread'),
      line: z.int().min(0).describe('the statement, counted from 1 in the thread; 0 at its end'),
      text: z.string().describe('the text of the statement in the kernel'),
      transition: z.int().min(0).describe('position among the transitions of the model'),
      choice: z.int().min(0).describe('position among the values that the step may choose'),
    }),
  ),
  cycleFrom: z
    .int()
    .min(0)
    .optional()
    .describe('of a livelock: the number of steps before the cycle; the last step leads back there'),
  goal: z
    .int()
    .min(0)
    .optional()
    .describe('of a livelock: the position among the copies or values that the claim is about'),
});
