/** The schema of a certificate, which `prove --certificate` writes and `verify` reads. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

const value = z.union([z.boolean(), z.number(), z.string()]);
const list = z.array(value).readonly();
const numbers = z.array(z.int()).readonly();

const viewSet = z.strictObject({
  options: optionValues.describe('fixed options; the others have their fallbacks'),
  any: z.array(z.string()).readonly().describe('options that may be any number'),
  from: z.record(z.string(), z.int()).describe('by option: the least number that the views cover'),
  element: z.string().nullable().describe('the option whose elements are represented by one element'),
  size: z.int().describe('copies of each group in a view'),
  most: z.int().describe('shares of copies outside of a view are counted exactly below this number'),
  upTo: z
    .int()
    .nullable()
    .describe(
      'the largest number of copies of a thread that the views cover, so that no counter wraps; null: any',
    ),
  rough: z
    .strictObject({ variables: z.array(z.string()).readonly(), exact: z.int() })
    .describe(
      'variables that may hold the value of a counter: a number beyond `exact`, on either side of 0, stands for all further ones',
    ),
  commonCells: z.array(z.string()).readonly().describe('the cells of each list in common'),
  groups: z
    .array(z.strictObject({ thread: z.string(), cells: z.array(z.string()).readonly() }))
    .readonly()
    .describe("the cells of a copy's record, followed by its shares of the counters"),
  counters: z.array(z.string()).readonly(),
  common: z.array(list).readonly(),
  records: z.array(z.array(list).readonly()).readonly().describe('by group'),
  rests: z.array(numbers).readonly().describe('by counter, then by group'),
  views: z
    .array(z.tuple([z.int(), z.array(numbers).readonly(), z.int()]).readonly())
    .readonly()
    .describe('indices into common, into the records of each group, and into rests'),
});

export const certificateFile = z.strictObject({
  format: z.literal('racewalk-certificate'),
  version: z.literal(2),
  model: z.string(),
  file: z.string().nullable().describe("the user's model file, relative to this file"),
  options: optionValues,
  any: z.array(z.string()),
  proofs: z
    .array(viewSet)
    .describe('the main proof first, then the proofs for numbers that it does not cover'),
});

export type CertificateFile = z.infer<typeof certificateFile>;
