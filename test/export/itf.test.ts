/** The ITF of a trace has the documented form, and its states are those of the interpreter. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { toItf } from '../../checker/export/trace/itf.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { traces } from './traces.ts';

// As Apalache documents it: docs/src/adr/015adr-trace.md. JSON knows booleans too, and Apalache writes them.
const field = z.string().regex(/^[^#]/);
const value: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.boolean(),
    z.int(),
    z.strictObject({ '#bigint': z.string().regex(/^-?[0-9]+$/) }),
    z.strictObject({ '#tup': z.array(value) }),
    z.strictObject({ '#set': z.array(value) }),
    z.strictObject({ '#map': z.array(z.tuple([value, value])) }),
    z.array(value),
    z.record(field, value),
  ]),
);
const itf = z.strictObject({
  '#meta': z.record(z.string(), z.unknown()).optional(),
  params: z.array(z.string()).optional(),
  vars: z.array(field),
  states: z.array(z.looseObject({ '#meta': z.looseObject({ index: z.int() }).optional() })),
  loop: z.int().optional(),
});

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Maps from 0, 1, 2 ... as the arrays that they stand for. */
function plain(json: Json): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(plain);
  const { '#map': map, ...fields } = json as Readonly<Record<string, Json>>;
  if (map === undefined)
    return Object.fromEntries(Object.entries(fields).map(([key, part]) => [key, plain(part)]));
  const entries = map as readonly (readonly [number, Json])[];
  expect(entries.map(([key]) => key)).toEqual([...entries.keys()]);
  return entries.map(([, part]) => plain(part));
}

describe.each(traces)('%s', (_, exported) => {
  const written = JSON.parse(JSON.stringify(toItf(exported))) as z.infer<typeof itf>;

  test('has the documented form', () => {
    const { vars, states } = itf.parse(written);
    expect(new Set(vars).size).toBe(vars.length);
    for (const [index, { '#meta': meta, ...values }] of states.entries()) {
      expect(meta!.index).toBe(index);
      expect(Object.keys(values).toSorted()).toEqual(vars.toSorted());
      for (const one of Object.values(values)) value.parse(one);
    }
  });

  test('has the states of the interpreter, and of store buffers what waits in them', () => {
    const { system, trace } = exported;
    const { model } = system;
    const own = (model.written ?? model).threads;
    const shared = Object.keys((model.written ?? model).shared);
    const states = [trace.initial, ...trace.steps.map(({ after }) => after)];
    const expected = states.map((state): State => ({
      shared: Object.fromEntries(shared.map((name) => [name, state.shared[name]!])),
      threads: Object.fromEntries(own.map(({ name }) => [name, state.threads[name]!])),
    }));
    const all = written.states.map((values) => written.vars.map((name) => plain(values[name] as Json)));
    const read = all.map((parts): State => {
      const copies = own.map(({ name }, at): [string, State['threads'][string]] => [
        name,
        (
          parts[shared.length + at] as unknown as readonly (State['threads'][string][number] & {
            next: string;
          })[]
        ).map(({ location, locals }) => ({ location, locals })),
      ]);
      return {
        shared: Object.fromEntries(shared.map((name, at) => [name, parts[at]])) as State['shared'],
        threads: Object.fromEntries(copies),
      };
    });
    const slots = Object.keys(model.shared).filter((name) => model.shared[name]!.cellNames !== undefined);
    const used = states.map((state) =>
      slots.flatMap((name) => [state.shared[name]!].flat()).filter((cell) => cell !== 0),
    );
    const held = all.map((parts) => parts.slice(shared.length + own.length).flat(2));
    expect(held.map(({ length }) => length)).toEqual(used.map(({ length }) => length));
    expect(read).toEqual(expected);
  });
});
