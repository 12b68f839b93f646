/** The schema of `compare A B --json`. */
import { z } from 'zod';
import { memoryModelNames } from '../../../checker/language/memory-name.ts';
import { barrier } from '../../barriers/schema.ts';
import { optionValues } from '../../report/trace-schema.ts';
import { row } from '../schema.ts';
import { needs } from './barriers.ts';
import { sides } from './study.ts';

const difference = z
  .strictObject({
    step: z.int().describe('the step of the race, from 1'),
    kind: z.enum(['extra', 'gone', 'waits', 'other', 'stops']),
    sentence: z.string(),
  })
  .nullable();

const race = z.strictObject({
  of: z.enum(sides).describe('the version that has the race'),
  headline: z.string(),
  steps: z.int(),
  follows: z.int().describe('how many of these steps the other version follows'),
  first: difference.describe('the first difference; null: none'),
  end: difference.describe('where the other version cannot follow; null: it follows to the end'),
  wrong: z.string().nullable().describe('what is wrong there after all steps; null: nothing'),
  next: z.string().nullable().describe('where the CPU of the last step is there after all steps'),
});

const version = row.omit({ varied: true, anyNumberOf: true, anyNumberUpTo: true });

export const versionsResult = z.strictObject({
  kind: z.literal('compare-versions'),
  before: z.string(),
  after: z.string(),
  rows: z.array(
    z.strictObject({
      memory: z.enum(memoryModelNames),
      varied: optionValues.describe('the varied options of both versions'),
      before: version,
      after: version,
      races: z.array(race),
    }),
  ),
  barriers: z.array(
    z.strictObject({
      memory: z.enum(memoryModelNames),
      barriers: z.array(
        z.strictObject({
          barrier,
          nth: z.int().describe('counts from 1 those of the same text in its thread'),
          before: z.enum(needs).describe('idle: no effect under this memory model; fails: not judged'),
          after: z.enum(needs),
        }),
      ),
    }),
  ),
  seconds: z.number(),
});

export type VersionsResult = z.infer<typeof versionsResult>;
