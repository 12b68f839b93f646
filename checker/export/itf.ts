/** The export to ITF, the Informal Trace Format that the tools of the TLA+ world read: state by state. */
import type { ThreadTable } from '../analysis/transition-table.ts';
import type { AnyDomain, Value } from '../language/domain.ts';
import type { Declarations } from '../language/variable.ts';
import type { TraceStep } from '../search/trace.ts';
import type { Cells, State, ThreadState } from '../state/evaluate.ts';
import { textOf } from '../telling/verdict-text.ts';
import type { ExportedTrace } from './exported-trace.ts';
import { uniqueNames } from './unique-names.ts';

/** A value of ITF, as far as a model has it: arrays, and the copies of a thread, are maps from their index. */
export type ItfValue =
  | Value
  | { readonly '#map': readonly (readonly [number, ItfValue])[] }
  | { readonly [field: string]: ItfValue };

export interface ItfTrace {
  readonly '#meta': Readonly<Record<string, unknown>>;
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The states of a trace, the initial one first.
 *
 * A thread is a variable too: a map from its copies to records of the location, as a number and as the text of what comes
 * next there, and the locals.
 *
 * Source: Apalache, ADR 015, https://apalache-mc.org/docs/adr/015adr-trace.html. Integers are small enough for plain JSON.
 */
export function toItf({ table, trace, headline, end }: ExportedTrace): ItfTrace {
  const { model, threads } = table;
  const unique = uniqueNames();
  const shared = Object.keys(model.shared).map((name) => ({ name, variable: unique(name) }));
  const copies = threads.map((thread) => ({ thread, variable: unique(thread.thread.name) }));
  const valuesIn = (state: State) => ({
    ...Object.fromEntries(shared.map(({ name, variable }) => [variable, valueOf(state.shared[name]!)])),
    ...Object.fromEntries(
      copies.map(({ thread, variable }) => [
        variable,
        mapOf(state.threads[thread.thread.name]!.map((copy) => recordOf(copy, thread))),
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
        ...Object.fromEntries(copies.map(({ thread, variable }) => [variable, typeOfThread(thread)])),
      },
    },
    vars: [...shared, ...copies].map(({ variable }) => variable),
    states: [
      { '#meta': { index: 0 }, ...valuesIn(trace.initial) },
      ...trace.steps.map((step, at) => ({ '#meta': metaOf(step, at + 1), ...valuesIn(step.after) })),
    ],
  };
}

/** Which step led to a state. */
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

function recordOf({ location, locals }: ThreadState, { locations, end }: ThreadTable): ItfValue {
  const next = location === end ? 'end' : locations[location]!.map(textOf).join(' or ');
  const values = Object.entries(locals).map(([name, cell]): [string, ItfValue] => [name, valueOf(cell)]);
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

function typeOfThread({ thread }: ThreadTable): string {
  const locals = Object.entries(typesOf(thread.locals)).map(([name, type]) => `${name}: ${type}`);
  return `Int -> { location: Int, next: Str, locals: { ${locals.join(', ')} } }`;
}
