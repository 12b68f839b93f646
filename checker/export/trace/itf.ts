/** The export to ITF, the Informal Trace Format of TLA+ tools. */
import type { ThreadTable, TransitionSystem } from '../../program/transition-system.ts';
import type { AnyDomain, Value } from '../../language/domain.ts';
import type { Declarations } from '../../language/variable.ts';
import type { TraceStep } from '../../trace/trace.ts';
import type { Cells, State, ThreadState } from '../../interpreter/evaluate.ts';
import { textOf } from '../../report/author-words.ts';
import { cpuParts, localsOf, memoryOf } from '../../report/cpu-parts.ts';
import type { ExportedTrace } from './exported-trace.ts';
import { uniqueNames } from '../unique-names.ts';

/** A value of ITF; arrays and the copies of a thread are maps from their index. */
export type ItfValue =
  | Value
  | { readonly '#map': readonly (readonly [number, ItfValue])[] }
  | readonly ItfValue[]
  | { readonly [field: string]: ItfValue };

export interface ItfTrace {
  readonly '#meta': Readonly<Record<string, unknown>>;
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, unknown>>[];
  /** The position of the state to which the last one equals, if the run goes round and round. */
  readonly loop?: number;
}

/**
 * The states of a trace, the initial one first.
 *
 * A thread is a variable: a map from its copies to records of the location (its number and the text of the next
 * statement) and the locals. A memory model adds the variables `store_buffer_of_THREAD` and `old_values_of_THREAD`:
 * maps from the copies to lists of cells with values, as text.
 *
 * Source: Apalache, ADR 015, https://apalache-mc.org/docs/adr/015adr-trace.html. Integers are small enough for plain
 *         JSON.
 */
export function toItf({ system, trace, headline, end }: ExportedTrace): ItfTrace {
  const { model, threads } = system;
  const unique = uniqueNames();
  const shared = Object.keys(memoryOf(system)).map((name) => ({ name, variable: unique(name) }));
  const copies = threads
    .filter(({ thread }) => thread.ofMachine !== true)
    .map((thread) => ({ thread, variable: unique(thread.thread.name) }));
  const parts = [...new Set(cpuParts(system, trace.initial).map(({ thread }) => thread))].map((thread) => ({
    thread,
    variable: unique(`store_buffer_of_${thread}`),
  }));
  const partsIn = (state: State) => {
    const all = cpuParts(system, state);
    return parts.map(({ thread, variable }): [string, ItfValue] => {
      const own = all.filter((one) => one.thread === thread);
      return [
        variable,
        mapOf(own.map(({ stores }) => stores.map(({ cell, value }) => ({ cell, value: String(value) })))),
      ];
    });
  };
  const valuesIn = (state: State) => ({
    ...Object.fromEntries(partsIn(state)),
    ...Object.fromEntries(shared.map(({ name, variable }) => [variable, valueOf(state.shared[name]!)])),
    ...Object.fromEntries(
      copies.map(({ thread, variable }) => [
        variable,
        mapOf(state.threads[thread.thread.name]!.map((copy) => recordOf(copy, thread, system))),
      ]),
    ),
  });
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: model.name,
      description: headline,
      ...(end === null ? {} : { end }),
      varTypes: {
        ...Object.fromEntries(shared.map(({ name, variable }) => [variable, typesOf(model.shared)[name]!])),
        ...Object.fromEntries(copies.map(({ thread, variable }) => [variable, typeOfThread(thread, system)])),
        ...Object.fromEntries(
          parts.map(({ variable }) => [variable, 'Int -> Seq({ cell: Str, value: Str })']),
        ),
      },
    },
    vars: [...shared, ...copies, ...parts].map(({ variable }) => variable),
    states: [
      { '#meta': { index: 0 }, ...valuesIn(trace.initial) },
      ...trace.steps.map((step, at) => ({ '#meta': metaOf(step, at + 1), ...valuesIn(step.after) })),
    ],
    ...(trace.cycleFrom === undefined ? {} : { loop: trace.cycleFrom }),
  };
}

/** The step that led to a state. */
const metaOf = ({ thread, replica, edge }: TraceStep, index: number) => ({
  index,
  thread,
  copy: replica,
  line: edge.transition.statement.line,
  text: textOf(edge.transition),
});

const mapOf = (values: readonly ItfValue[]): ItfValue => ({
  '#map': values.map((value, index) => [index, value] as const),
});

const valueOf = (cell: Cells[string]): ItfValue => (typeof cell === 'object' ? mapOf(cell) : cell);

function recordOf(
  { location, locals }: ThreadState,
  { thread, locations, end }: ThreadTable,
  system: TransitionSystem,
): ItfValue {
  const next = location === end ? 'end' : [...new Set(locations[location]!.map(textOf))].join(' or ');
  const values = Object.keys(localsOf(system, thread.name)).map((name): [string, ItfValue] => [
    name,
    valueOf(locals[name]!),
  ]);
  return { location, next, locals: Object.fromEntries(values) };
}

/** The types of variables in Apalache's notation. */
const typesOf = (declarations: Declarations): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { domain, length }]) => [
      name,
      `${length === null ? '' : 'Int -> '}${typeOf(domain)}`,
    ]),
  );

function typeOf(domain: AnyDomain): string {
  switch (domain.kind) {
    case 'bool':
      return 'Bool';
    case 'values':
      return 'Str';
    case 'range':
      return 'Int';
  }
}

function typeOfThread({ thread }: ThreadTable, system: TransitionSystem): string {
  const locals = Object.entries(typesOf(localsOf(system, thread.name))).map(
    ([name, type]) => `${name}: ${type}`,
  );
  return `Int -> { location: Int, next: Str, locals: { ${locals.join(', ')} } }`;
}
