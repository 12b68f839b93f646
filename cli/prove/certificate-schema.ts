/** The form of a certificate: the file that `prove --certificate` writes and `verify` reads. */
import { z } from 'zod';
import { optionValues } from '../report/trace-schema.ts';

const value = z.union([z.boolean(), z.number(), z.string()]);
const list = z.array(value).readonly();
const numbers = z.array(z.int()).readonly();

const viewSet = z.strictObject({
  options: optionValues.describe('options that are kept; others have their fallbacks'),
  any: z.array(z.string()).readonly().describe('options that may be any number'),
  from: z.record(z.string(), z.int()).describe('by option: the least number that the views speak of'),
  element: z.string().nullable().describe('the option for whose elements one stands'),
  size: z.int().describe('copies of each group in a view'),
  most: z.int().describe('what copies outside hold together is exact below this number'),
  commonCells: z.array(z.string()).readonly().describe('the cells of the lists in common'),
  groups: z
    .array(z.strictObject({ thread: z.string(), cells: z.array(z.string()).readonly() }))
    .readonly()
    .describe("the cells of a copy's record; its shares of the counters stand behind them"),
  counters: z.array(z.string()).readonly(),
  common: z.array(list).readonly(),
  records: z.array(z.array(list).readonly()).readonly().describe('by group'),
  rests: z.array(numbers).readonly().describe('by counter, then by group'),
  views: z
    .array(z.tuple([z.int(), z.array(numbers).readonly(), z.int()]).readonly())
    .readonly()
    .describe('numbers of a list of common, of the records of each group, and of a list of rests'),
});

export const certificateFile = z.strictObject({
  format: z.literal('racewalk-certificate'),
  version: z.literal(1),
  model: z.string(),
  file: z.string().nullable().describe("the user's model file, relative to this file"),
  options: optionValues,
  any: z.array(z.string()),
  proofs: z
    .array(viewSet)
    .describe('the first is of most numbers, the others of those that it does not speak of'),
});

export type CertificateFile = z.infer<typeof certificateFile>;
