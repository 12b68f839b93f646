/** The schema of `confirm --json`. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

const verdict = z.enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'error', 'inconclusive']);

const side = z.strictObject({
  summary: z.string().describe('the verdict in one line'),
  states: z.int().nullable().describe('all states; null: not all were seen'),
  transitions: z.int().nullable(),
  steps: z.int().nullable().describe('steps of the trace, which racewalk has replayed; null: none'),
});

const confirmation = z.strictObject({
  model: z.string(),
  scenario: z.string().nullable(),
  options: optionValues.describe('all options of the model'),
  by: z.string().describe('the other model checker, with its version'),
  verdict: verdict.describe('of racewalk, for states alone: witnesses and claims about runs are not asked'),
  result: z.enum(['confirmed', 'differs', 'inconclusive', 'refused']),
  reasons: z.array(z.string()).describe('the differences, or why nothing is confirmed'),
  racewalk: side,
  other: side,
});

export const confirmOutput = z.discriminatedUnion('kind', [
  confirmation.extend({ kind: z.literal('confirm') }),
  z.strictObject({ kind: z.literal('all'), scenarios: z.array(confirmation) }),
]);

export type Confirmation = z.infer<typeof confirmation>;
export type ConfirmOutput = z.infer<typeof confirmOutput>;
