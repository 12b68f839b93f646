/** Which old values each CPU can read: of what others write and it loads, how many, and when it matters how old they are. */
import { or, partsOf, walk, type AnyExpr, type Expr } from '../../language/expression.ts';
import type { Model } from '../../language/model.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { accessesOf, accessStatements } from '../common/accesses.ts';
import { endlessText, mostAtOnce, storesOf, type Counting } from '../store-buffer/capacity.ts';
import type { ModelCpu } from '../common/cpu.ts';
import { readsBeforeBarrierAtLabels, readsBeforeBarrier } from '../store-buffer/reads-before-barrier.ts';
import { failureOf } from '../common/ordering.ts';
import type { BufferedVariable } from '../store-buffer/buffered-cells.ts';
import type { StaleList } from './stale-list.ts';
import { oldReadsOf, readingOf } from './weak-core.ts';
import { prefixFor } from '../store-buffer/with-store-buffers.ts';

/** Longer lists make models that nobody can check: what wants more is bounded. */
const longest = 8;

/** Times of the elements of longer arrays are not kept: their loads are ordered by less. */
const mostTimedCells = 8;

interface StaleSettings {
  /** How many old values a CPU keeps where there may be more; null: 8. */
  readonly bound: number | null;
}

/** The lists of the CPUs that can read something old. */
export const staleLists = (
  model: Model,
  cpus: readonly ModelCpu[],
  settings: StaleSettings,
): readonly StaleList[] => cpus.flatMap((cpu) => listOf(model, cpu, { cpus, ...settings }) ?? []);

function listOf(
  model: Model,
  cpu: ModelCpu,
  { cpus, bound }: StaleSettings & { readonly cpus: readonly ModelCpu[] },
): StaleList | null {
  const loaded = new Set(cpu.threads.flatMap(({ body }) => accessStatements(body).flatMap(oldReadsOf)));
  const writers = cpus.flatMap((other) => {
    const copies = other === cpu ? other.host.cpus - 1 : other.host.cpus;
    return copies === 0 ? [] : other.threads.map((thread) => ({ thread, copies }));
  });
  const written = new Set(writers.flatMap(({ thread }) => writtenIn(thread.body)));
  const names = new Set(Object.keys(model.shared).filter((name) => loaded.has(name) && written.has(name)));
  if (names.size === 0) return null;
  const timed = timedNames(cpu);
  const own = new Set(cpu.threads.flatMap(({ body }) => writtenIn(body)));
  // What the CPU only writes, if by atomic operations, is never old; it is here for its time, where that matters.
  const isPlace = (name: string) => names.has(name) || (timed.variables.has(name) && own.has(name));
  const places = placesFor(model, Object.keys(model.shared).filter(isPlace));
  const counting = allStores(names);
  const needs = writers.map(({ thread, copies }) => (mostAtOnce(thread, counting) ?? Infinity) * copies);
  const need = needs.reduce((sum, one) => sum + one, 0);
  const length = Math.min(need, bound ?? longest);
  return {
    cpu,
    places,
    kept: names,
    length,
    bounded: need > length,
    need:
      need > length
        ? needText(
            writers.map(({ thread }) => thread),
            needs,
            names,
          )
        : '',
    timedCells: timedCells(places, timed.variables),
    timedLocals: timed.locals,
    watched: watchedBy(cpu, names),
    uses: usesOf(cpu, places, timed.variables),
    prefix: prefixFor(cpu.host.name, 'old', model.shared),
  };
}

/** Which loops fill a list; where there is none, how many stores do. */
function needText(
  threads: readonly AnyThread[],
  needs: readonly number[],
  names: ReadonlySet<string>,
): string {
  const endless = threads.filter((_, at) => needs[at] === Infinity);
  if (endless.length > 0)
    return endless.map((thread) => endlessText(thread, allStores(names), names)).join(', ');
  const most = needs.reduce((sum, one) => sum + one, 0);
  return `others store ${most} times to ${[...names].join(', ')}`;
}

const writtenIn = (body: Block): readonly string[] =>
  [...statementsOf(body)].flatMap((one) => accessesOf(one).writes.map(({ name }) => name));

function placesFor(model: Model, variables: readonly string[]): readonly BufferedVariable[] {
  let first = 1;
  return variables.map((variable) => {
    const declaration = model.shared[variable]!;
    const cells = declaration.length ?? 1;
    const place: BufferedVariable = {
      variable,
      declaration,
      element: declaration.length === null ? 'none' : 'any',
      first,
      cells,
      values: null,
    };
    first += cells;
    return place;
  });
}

/** Every store to these variables, whether it waits or not. */
const allStores = (names: ReadonlySet<string>): Counting => ({
  adds: (statement) =>
    [statement, ...(statement.kind === 'atomically' ? statementsOf(statement.body) : [])].reduce(
      (sum, one) => sum + (one.kind === 'step' ? storesOf(one.effects, names) : 0),
      0,
    ),
  empties: () => false,
});

/**
 * The cells and locals of which it matters how old they are: what an acquire loads, what a pointer is loaded from, and
 * all that these are computed from.
 *
 * A time that is not kept counts as the earliest: it forbids nothing.
 */
function timedNames({ threads }: ModelCpu) {
  const all = threads.flatMap((thread) => accessStatements(thread.body));
  const [locals, variables] = [new Set<string>(), new Set<string>()];
  for (const statement of all) {
    if (statement.kind === 'step' && statement.ordering === 'acquire')
      for (const { name } of accessesOf(statement).reads) variables.add(name);
    for (const name of oldReadsOf(statement).length > 0 ? pointersIn(statement) : []) locals.add(name);
  }
  const flows = all.flatMap((statement) =>
    statement.kind === 'step' ? statement.effects.flatMap(flowsOf) : [],
  );
  for (let size = -1; size !== locals.size + variables.size;) {
    size = locals.size + variables.size;
    for (const { into, from } of flows) {
      if (!locals.has(into) && !variables.has(into)) continue;
      for (const name of from.locals) locals.add(name);
      for (const name of from.variables) variables.add(name);
    }
  }
  const scalars = threads.flatMap((thread) =>
    Object.entries(thread.locals).flatMap(([name, { length }]) =>
      length === null ? [`${thread.name}.${name}`] : [],
    ),
  );
  const loaded = new Set<string>();
  for (let size = -1; size !== loaded.size;) {
    size = loaded.size;
    for (const { into, from } of flows)
      if (from.variables.length > 0 || from.locals.some((name) => loaded.has(name))) loaded.add(into);
  }
  return { variables, locals: new Set(scalars.filter((name) => locals.has(name) && loaded.has(name))) };
}

const timedCells = (
  places: readonly BufferedVariable[],
  variables: ReadonlySet<string>,
): ReadonlySet<number> =>
  new Set(
    places
      .filter(({ variable, cells }) => variables.has(variable) && cells <= mostTimedCells)
      .flatMap(({ first, cells }) => Array.from({ length: cells }, (_, at) => first + at)),
  );

/** The conditions under which old values are read, for variables that only failing atomic operations read. */
function usesOf(
  { threads }: ModelCpu,
  places: readonly BufferedVariable[],
  timed: ReadonlySet<string>,
): ReadonlyMap<string, AnyExpr> {
  const all = threads.flatMap((thread) => accessStatements(thread.body));
  return new Map(
    places.flatMap(({ variable }): [string, AnyExpr][] => {
      const reading = all.filter((statement) => oldReadsOf(statement).includes(variable));
      const failures = reading.flatMap((one) => (one.kind === 'step' ? (failureOf(one) ?? []) : []));
      const isKnown = failures.length === reading.length && failures.every(isOfCell) && !timed.has(variable);
      return isKnown ? [[variable, or(...(failures as Expr<boolean>[]))]] : [];
    }),
  );
}

/** True of an expression over the value of one cell and constants. */
const isOfCell = (expr: AnyExpr): boolean =>
  expr.kind === 'shared' ||
  (!['local', 'self', 'bound'].includes(expr.kind) && partsOf(expr).every(isOfCell));

const localNames = (expr: AnyExpr): readonly string[] =>
  [...walk(expr)].flatMap((part) => (part.kind === 'local' ? [`${part.thread}.${part.name}`] : []));

/** The locals that the addresses in a statement come from. */
const pointersIn = (statement: Statement): readonly string[] =>
  accessesOf(statement).reads.flatMap(({ index, via = [] }) =>
    (index === null ? via : [index, ...via]).flatMap(localNames),
  );

interface ValueFlow {
  /** A local, as `thread.local`, or a variable. */
  readonly into: string;
  readonly from: { readonly locals: readonly string[]; readonly variables: readonly string[] };
}

function flowsOf(effect: Effect): readonly ValueFlow[] {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      const into = target.kind === 'local' ? `${target.thread}.${target.name}` : target.name;
      const pointers =
        target.kind === 'shared'
          ? [...(target.via ?? []), ...(target.index === null ? [] : [target.index])]
          : [];
      const cells = [...walk(value)].flatMap((part) => (part.kind === 'shared' ? [part] : []));
      const addresses = cells.flatMap(({ via = [] }) => via);
      const locals = [value, ...pointers, ...addresses].flatMap(localNames);
      return [{ into, from: { locals, variables: cells.map(({ name }) => name) } }];
    }
    case 'when':
    case 'each':
      return effect.effects.flatMap(flowsOf);
    case 'assert':
    case 'count':
      return [];
  }
}

/** Variables that only the host loads: for these it is known where it may still read an old value; whether at first. */
function watchedBy({ host, threads }: ModelCpu, names: ReadonlySet<string>): ReadonlyMap<string, boolean> {
  const others = new Set(
    threads
      .filter((thread) => thread !== host)
      .flatMap((thread: AnyThread) => accessStatements(thread.body).flatMap(oldReadsOf)),
  );
  const reading = readingOf(names);
  const labels = new Map(readsBeforeBarrierAtLabels(host.body, reading));
  const first = readsBeforeBarrier(host.body, new Set(), { ...reading, labels });
  return new Map([...names].filter((name) => !others.has(name)).map((name) => [name, first.has(name)]));
}
