/** The schema of `check --json`. */
import { z } from 'zod';
import { optionValues } from './trace-schema.ts';

const value = z.union([z.boolean(), z.number(), z.string()]);
const access = z.strictObject({ cell: z.string().describe("such as 'pte[0]'"), value });

const since = z.int().describe('a step, counted from 1; 0 is the beginning');

const outOfOrder = z.strictObject({
  old: z
    .array(z.strictObject({ cell: z.string(), value, newest: value, since, overwritten: since }))
    .describe(
      'loads of old values: what others see of the cell and since when, and the step that overwrote the value',
    ),
  early: z.array(z.string()).describe('cells whose stores others see before this CPU executes them'),
  seenBefore: z
    .array(z.strictObject({ cell: z.string(), since }))
    .describe('stores executed now that others have seen since a step'),
  late: z
    .array(z.strictObject({ cell: z.string(), since }))
    .describe('stores of a step that have not reached memory when the trace ends'),
});

const change = z.strictObject({ cell: z.string(), from: value, to: value });

const event = z.strictObject({
  line: z.int().describe('the statement, counted from 1 in the thread'),
  text: z.string().describe('the text of the statement in the kernel'),
  taken: z.boolean().nullable().describe('whether a branch was taken; null for other statements'),
  chosen: value.nullable().describe('the value that a choice took; null for other statements'),
  reads: z
    .array(
      access.extend({ memory: value.describe('the value in memory; if it differs, see forwarded and old') }),
    )
    .describe('shared cells read, with the value read'),
  changes: z.array(change).describe('shared cells changed'),
  locals: z.array(change).describe('locals changed that a property reads'),
  waits: z.array(access).describe('stores put into the store buffer of its CPU'),
  forwarded: z.array(z.string()).describe("cells read from the CPU's own store buffer"),
  old: z.array(z.string()).describe('cells of which it read a stale value'),
  outOfOrder: outOfOrder
    .nullable()
    .describe('under arm64: accesses performed out of program order; null: none'),
});

const step = z.strictObject({
  thread: z.string(),
  replica: z.int().describe('index of the copy of the thread'),
  cpu: z.int().describe('the CPU on which it runs; handlers share that of their thread'),
  events: z.array(event).describe('the statement that the step is named after, then local computation'),
});

const race = z.strictObject({
  cell: z.string(),
  stale: z.boolean().describe('the second access reads what the cell was before the first wrote it'),
  first: z.strictObject({ step: z.int().describe('counted from 1'), writes: z.boolean() }),
  second: z.strictObject({ step: z.int().describe('counted from 1'), writes: z.boolean() }),
});

const lateStore = z.strictObject({
  cell: z.string(),
  cpu: z.int(),
  stored: z.int().describe('the step in which the CPU executed it, counted from 1'),
  arrived: z.int().nullable().describe('the step in which it reached memory; null: it still waits'),
  missedBy: z
    .array(z.strictObject({ cpu: z.int(), step: z.int(), value }))
    .describe('reads of other CPUs in between'),
});

const statistics = z.strictObject({
  states: z.int(),
  transitions: z.int(),
  depth: z.int().describe('steps from the initial state to the states farthest from it'),
  bytes: z.number().describe('memory of the states; 0: another engine has them'),
  seconds: z.number(),
  endless: z.int().nullable().describe('states from which no run ends (livelock); null: not computed'),
  method: z.string().describe('how the states were explored'),
});

const verdict = z.enum(['holds', 'violated', 'deadlock', 'livelock', 'unreached', 'error', 'inconclusive']);

const result = z.strictObject({
  model: z.string(),
  file: z.string().nullable().describe("the user's model file; null for a model of the project"),
  scenario: z.string().nullable(),
  options: optionValues.describe('all options of the model'),
  verdict,
  summary: z.string().describe('the verdict in one line'),
  covers: z
    .string()
    .nullable()
    .describe("what 'holds' covers under the chosen memory model; null: no restriction"),
  stubs: z
    .array(
      z.strictObject({
        name: z.string(),
        source: z.string().describe('the file of the kernel that it follows'),
      }),
    )
    .describe("the functions of the kernel of which the verdict rests on racewalk's model"),
  property: z.string().nullable().describe('the property, assertion or claim about runs that is violated'),
  outside: z
    .strictObject({
      variable: z.string(),
      thread: z.string().nullable().describe('whose local it is; null: shared memory'),
      value: z.union([z.boolean(), z.number(), z.string()]),
    })
    .nullable()
    .describe('the value outside of its domain that is the error'),
  witnesses: z.array(z.string()).describe('reachable(...) properties that were never reached'),
  harm: z.string().nullable().describe('description of the violation in the last state of the trace'),
  minimal: z.boolean().nullable().describe('whether the trace is known to be a shortest one; null: no trace'),
  statistics,
  toldApart: z
    .array(z.string())
    .describe('why copies of a thread are not interchangeable, a sentence for each such thread'),
  neverFired: z
    .array(z.strictObject({ thread: z.string(), line: z.int(), text: z.string() }))
    .describe('statements that never ran in the search'),
  atOnce: z
    .array(z.string())
    .describe('variables of properties whose stores bypass the store buffer: only one CPU accesses them'),
  trace: z.array(step).nullable(),
  cycle: z
    .strictObject({ first: z.int(), last: z.int() })
    .nullable()
    .describe('the steps, counted from 1, that are made round and round; null: the trace ends'),
  races: z.array(race).describe('pairs of accesses of the trace that nothing else orders'),
  unordered: z
    .array(z.strictObject({ thread: z.string(), line: z.int(), text: z.string() }))
    .describe('under arm64: atomic operations without a return value and without a declared ordering'),
  lateStores: z
    .array(lateStore)
    .describe('stores that other CPUs missed while they waited in a store buffer'),
});

const declared = z.strictObject({
  model: z.string(),
  scenario: z.string(),
  verdict,
  mismatches: z.array(z.string()).describe('differences from what the scenario declares'),
  statistics,
});

/** One check, or with --all one row for each scenario. */
export const checkOutput = z.discriminatedUnion('kind', [
  result.extend({ kind: z.literal('check') }),
  z.strictObject({ kind: z.literal('all'), scenarios: z.array(declared) }),
]);

export type CheckOutput = z.infer<typeof checkOutput>;
export type JsonCheckResult = Extract<CheckOutput, { kind: 'check' }>;
export type AllResult = Extract<CheckOutput, { kind: 'all' }>;
