/** The export to Graphviz: the state graph of a small model, with a trace through it. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Graph, GraphStep, Standing } from '../state-space/state-graph.ts';
import { keyOfState } from '../state-space/successors.ts';
import type { Trace } from '../trace/trace.ts';
import type { State } from '../interpreter/evaluate.ts';
import type { Access } from '../interpreter/interpreter.ts';
import { textOf } from '../report/author-words.ts';
import { cpuParts, memoryOf } from '../report/cpu-parts.ts';
import { numberIn } from '../report/cpus.ts';

/**
 * States are numbered `s0`, `s1` ... in search order; failing steps lead to nodes `f0`, `f1` ... The edges of the
 * trace are thick.
 */
export function toDot(system: TransitionSystem, graph: Graph, trace: Trace | null): string {
  const path = trace === null ? nowhere : pathOf(graph, trace);
  const states = [...graph.numbers.keys()];
  return [
    `digraph ${quoted(system.model.name)} {`,
    '  node [shape=circle, style=filled, fontname="monospace", fontsize=10];',
    '  edge [fontname="monospace", fontsize=9];',
    ...graph.nodes.map(({ depth, standing }, at) => {
      const initial = depth === 0 ? ', shape=doublecircle' : '';
      return `  s${at} [label="${at}", ${looks[standing]}${initial}, tooltip=${quoted(cellsIn(system, states[at]!))}${path.states.has(at) ? thick : ''}];`;
    }),
    ...graph.failures.map(
      ({ claim }, at) => `  f${at} [label=${quoted(claim)}, shape=box, ${looks.violated}];`,
    ),
    ...graph.edges.map((edge) => arrow(system, edge, `s${edge.to}`, path)),
    ...graph.failures.map((failure, at) => arrow(system, failure, `f${at}`, path)),
    '}',
    '',
  ].join('\n');
}

const looks: Readonly<Record<Standing, string>> = {
  violated: 'fillcolor="#f28b82"',
  failing: 'fillcolor="#fbc187"',
  deadlock: 'fillcolor="#d7aefb"',
  witness: 'fillcolor="#a8dab5"',
  end: 'fillcolor="#dadce0"',
  plain: 'fillcolor="#ffffff"',
};

const thick = ', color="#b3261e", penwidth=3';

interface TracePath {
  readonly states: ReadonlySet<number>;
  /** As `keyOfStep` gives them. */
  readonly steps: ReadonlySet<string>;
}

const nowhere: TracePath = { states: new Set(), steps: new Set() };

function pathOf({ numbers }: Graph, { initial, steps }: Trace): TracePath {
  const numberOf = (state: State) => numbers.get(keyOfState(state));
  const from = [initial, ...steps.map(({ after }) => after)].map(numberOf);
  return {
    states: new Set(from.flatMap((state) => state ?? [])),
    steps: new Set(
      steps.map(({ edge }, at) => keyOfStep({ ...edge, transition: edge.transition.id, from: from[at]! })),
    ),
  };
}

const keyOfStep = ({ from, thread, replica, transition, choice }: GraphStep) =>
  [from, thread, replica, transition, choice].join(' ');

function arrow(system: TransitionSystem, step: GraphStep, to: string, { steps }: TracePath): string {
  const { thread } = system.threads[step.thread]!;
  const copy = thread.cpus > 1 ? `[${step.replica}]` : '';
  const text = `${thread.name}${copy}: ${textOf(system.transitions[step.transition]!)}`;
  return `  s${step.from} -> ${to} [label=${quoted(text)}${steps.has(keyOfStep(step)) ? thick : ''}];`;
}

/** The shared memory and CPU state of a state, by its key. */
function cellsIn(system: TransitionSystem, key: string): string {
  const state = JSON.parse(key) as State;
  const cells = Object.keys(memoryOf(system)).map((name) => {
    const cell = state.shared[name]!;
    return `${name} = ${typeof cell === 'object' ? cell.join(' ') : cell}`;
  });
  const parts = cpuParts(system, state).flatMap(({ thread, replica, stores }) => {
    const cpu = `CPU ${numberIn(system)(thread, replica)}`;
    return stores.length === 0 ? [] : [`store buffer of ${cpu}: ${listed(stores)}`];
  });
  return [...cells, ...parts].join('\n');
}

const listed = (accesses: readonly Access[]) =>
  accesses.map(({ cell, value }) => `${cell} = ${String(value)}`).join(', ');

/** Graphviz reads entities and line ends in labels. */
const quoted = (text: string): string =>
  `"${text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
