/** The schema of `mutate --json`. */
import { z } from 'zod';

const fate = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('killed'),
    scenario: z.string().describe('the scenario that detected it'),
    verdict: z
      .enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'inconclusive', 'error', 'not built'])
      .describe('the verdict of the mutant'),
  }),
  z.strictObject({
    kind: z.literal('survives'),
    why: z.string().nullable().describe("the author's explanation; null: there is none"),
  }),
  z.strictObject({
    kind: z.literal('undecided'),
    scenario: z.string().describe('the first inconclusive scenario'),
    reason: z.string(),
  }),
]);

const mutant = z.strictObject({
  name: z.string().describe('the name used in the survivors of a model'),
  thread: z.string(),
  scenario: z.string().describe('the scenario that the line number refers to'),
  line: z.int().describe('the statement, counted from 1 in the thread'),
  source: z
    .strictObject({
      file: z.string().nullable().describe('a header; null: the file itself'),
      line: z.int().describe('counted from 1'),
    })
    .nullable()
    .describe('the line of C; null: the model is written in TypeScript'),
  text: z.string().describe('the text of the statement in the kernel'),
  change: z.string().describe('the mutation'),
  fate,
});

export const mutateResult = z.strictObject({
  kind: z.literal('mutate'),
  model: z.string(),
  file: z.string().nullable().describe("the user's model file; null for a model of the project"),
  scenarios: z.array(z.string()).describe('in the order of the checks; without scenarios, the given options'),
  mutants: z.array(mutant),
  stale: z.array(z.string()).describe('explanations of mutants that are killed or do not exist'),
  seconds: z.number(),
});

export type MutateResult = z.infer<typeof mutateResult>;
