/** Two opinions on which steps commute: the engine's footprints, and the accesses that the interpreter sees. */
import { conflicting, read, type Footprint } from '../../checker/reduction/analysis/access.ts';
import { visibilityOf } from '../../checker/reduction/analysis/conjuncts.ts';
import { stepOf } from '../../checker/reduction/analysis/footprint.ts';
import { numberingOf, numberOf, type Numbering } from '../../checker/program/numbering.ts';
import type { ThreadTable } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Value } from '../../checker/language/domain.ts';
import type { Model } from '../../checker/language/model.ts';
import { isTrue, type Cells, type State } from '../../checker/interpreter/evaluate.ts';
import { fire, initialStates } from '../../checker/interpreter/interpreter.ts';
import type { NextStep, Program } from './count-traces.ts';

interface CellsTouched {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** The program as the interpreter runs it; steps commute unless one writes a cell that the other reads or writes. */
export function byInterpreter(model: Model): Program<State> {
  const { threads } = transitionSystem(model);
  const copies = threads.flatMap((thread) =>
    Array.from({ length: thread.thread.cpus }, (_, replica) => ({ thread, replica })),
  );
  const meet = (a: readonly string[], b: readonly string[]) => a.some((cell) => b.includes(cell));
  const key = (state: State) => JSON.stringify(state);
  const same = new Map<string, State>();
  const known = new Map<State, readonly (NextStep<State> | null)[]>();
  // Equal states become one, so that each is worked out once.
  const unique = (state: State): State => {
    const text = key(state);
    const first = same.get(text) ?? state;
    same.set(text, first);
    return first;
  };
  const stepsOf = (state: State) =>
    copies.map((copy) => {
      const step = interpretedStep(state, copy);
      return step === null || step.to === null ? step : { ...step, to: unique(step.to) };
    });
  return {
    initial: unique(onlyOne(initialStates(transitionSystem(model)))),
    key,
    steps: (state) => {
      const steps = known.get(state) ?? stepsOf(state);
      known.set(state, steps);
      return steps;
    },
    independent: (a, b) => {
      const [one, other] = [a as CellsTouched, b as CellsTouched];
      return (
        !meet(one.writes, other.reads) && !meet(one.writes, other.writes) && !meet(one.reads, other.writes)
      );
    },
  };
}

/** These programs leave nothing to choose but whose turn it is. */
function onlyOne<T>(list: readonly T[]): T {
  if (list.length !== 1) throw new Error(`expected one and found ${list.length}`);
  return list[0]!;
}

function interpretedStep(
  state: State,
  { thread, replica }: { readonly thread: ThreadTable; readonly replica: number },
): NextStep<State> | null {
  const { location } = state.threads[thread.thread.name]![replica]!;
  if (location === thread.end) return null;
  const transition = onlyOne(thread.locations[location]!);
  const reads: string[] = [];
  const place = {
    state,
    thread: thread.thread.name,
    replica,
    bound: [],
    ends: {},
    onRead: (cell: string) => reads.push(cell),
  };
  if (transition.guard !== null && !isTrue(transition.guard, place))
    return { to: null, footprint: { reads, writes: [] } };
  const { state: to, events } = onlyOne(fire(state, { thread, replica, transition }));
  const cells = (kind: 'reads' | 'writes') => [
    ...new Set(events.flatMap((event) => event[kind].map(({ cell }) => cell))),
  ];
  return { to, footprint: { reads: cells('reads'), writes: cells('writes') } };
}

interface Numbers {
  readonly cells: readonly number[];
  /** By copy, location first. */
  readonly locals: readonly (readonly number[])[];
}

/** The program as the footprints of the reduction see it. */
export function byFootprints(model: Model): Program<Numbers> {
  const system = transitionSystem(model);
  const numbering = numberingOf(system);
  const visibility = visibilityOf(numbering, []);
  const step = (state: Numbers, copy: number): NextStep<Numbers> | null => {
    const { table: thread } = numbering.copies[copy]!;
    const locals = state.locals[copy]!;
    if (locals[0] === thread.end) return null;
    const readShared = (cell: number) => state.cells[cell]!;
    const { enabled, outcomes, footprint, blockers } = stepOf(
      { numbering, visibility, copy, locals, readShared },
      onlyOne(thread.locations[locals[0]!]!),
    );
    if (!enabled) return { to: null, footprint: readsOf(blockers.flatMap(({ cells }) => cells)) };
    const outcome = onlyOne(outcomes);
    return {
      to: {
        cells: outcome.cells.reduce(
          (cells, cell, at) => cells.with(cell, outcome.values[at]!),
          state.cells as number[],
        ),
        locals: state.locals.with(copy, outcome.locals),
      },
      footprint,
    };
  };
  return {
    initial: numbersOf(numbering, onlyOne(initialStates(system))),
    key: ({ cells, locals }) => `${cells.join()} ${locals.join()}`,
    steps: (state) => numbering.copies.map((_, copy) => step(state, copy)),
    independent: (a, b) => commute(a as Footprint, b as Footprint),
  };
}

const readsOf = (elements: readonly number[]): Footprint => ({
  elements,
  kinds: elements.map(() => read),
  steady: null,
  constant: null,
});

function commute(a: Footprint, b: Footprint): boolean {
  return !a.elements.some((element, at) => {
    const other = b.elements.indexOf(element);
    return other >= 0 && (conflicting[a.kinds[at]!]! & b.kinds[other]!) !== 0;
  });
}

function numbersOf({ names, copies }: Numbering, state: State): Numbers {
  const numbers = (cells: Cells) =>
    Object.values(cells)
      .flat<(Value | readonly Value[])[]>()
      .map((value) => numberOf(names, value));
  return {
    cells: numbers(state.shared),
    locals: copies.map(({ table: { thread }, replica }) => {
      const { location, locals } = state.threads[thread.name]![replica]!;
      return [location, ...numbers(locals)];
    }),
  };
}
