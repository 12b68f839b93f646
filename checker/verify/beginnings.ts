/** The initial partial states. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { ViewSet } from '../family/certificate.ts';
import type { Value } from '../language/domain.ts';
import type { AnyDeclaration } from '../language/variable.ts';
import { Wrong, type Meaning, type PartialState } from './meaning.ts';
import { copyOf, runCode } from './steps.ts';

interface StateVariable {
  readonly key: string;
  readonly thread: string | null;
  readonly name: string;
  readonly declaration: AnyDeclaration;
  /** The group whose copies each own the local, or -1. */
  readonly group: number;
}

/** The parts of the initial states. */
export function* beginnings(
  system: TransitionSystem,
  m: Meaning,
  set: ViewSet,
): Generator<PartialState, void> {
  const variables = variablesOf(system, m);
  let now: readonly PartialState[] = [beforeAll(system, m, set, variables)];
  if (set.element !== null) now = now.flatMap((part) => withElements(part, m, variables));
  for (const [counter, name] of set.counters.entries())
    if (name.endsWith(pointing)) now = now.flatMap((part) => withPointer(part, set, counter));
  for (const thread of system.threads) {
    const group = m.groupOf(thread.thread.name);
    for (const me of group < 0 ? [0] : now[0]!.copies[group]!.keys())
      now = now.flatMap((part) => [
        ...runCode(m, thread.entry, { part: copyOf(part), group, me, bound: [], set: new Set() }, thread),
      ]);
  }
  yield* now;
}

const pointing = ' points to';
const beenAt = (name: string) => `been at by ${name.slice(0, -pointing.length)}`;

const variablesOf = ({ model, threads }: TransitionSystem, m: Meaning): readonly StateVariable[] => [
  ...Object.entries(model.shared).map(([name, declaration]) => ({
    key: name,
    thread: null,
    name,
    declaration,
    group: -1,
  })),
  ...threads.flatMap(({ thread }) =>
    Object.entries(thread.locals).map(([name, declaration]) => ({
      key: `${thread.name}.${name}`,
      thread: thread.name,
      name,
      declaration,
      group: m.groupOf(thread.name),
    })),
  ),
];

/** All cells with their declared values, before the threads reach their first locations. */
function beforeAll(
  { threads }: TransitionSystem,
  m: Meaning,
  set: ViewSet,
  variables: readonly StateVariable[],
): PartialState {
  const { groups, counters, size, element } = set;
  const common: Record<string, Value> = {};
  const own: Record<string, Value>[] = groups.map(() => ({}));
  const cellsOf = (group: number) => (group < 0 ? common : own[group]!);
  for (const { thread } of threads) cellsOf(m.groupOf(thread.name))[`@${thread.name}`] = 0;
  for (const { key, declaration, group } of variables) {
    if (counters.includes(key + pointing)) continue;
    const owner = groups.findIndex(({ cells }) => cells.includes(key));
    const isElements = element !== null && m.world.grows(declaration, 'length').has(element);
    const { initial } = declaration;
    const values = isElements || (owner >= 0 && group < 0) ? initial.slice(0, 1) : initial;
    if (values.length < initial.length && new Set(initial).size > 1)
      throw new Wrong(`'${key}' does not begin alike`);
    for (const [at, value] of values.entries()) {
      const name = values.length > 1 ? `${key}[${at}]` : key;
      if (counters.includes(name)) common[`base of ${name}`] = Number(value);
      else cellsOf(Math.max(owner, group))[name] = m.stored(key, value);
    }
  }
  for (const name of counters.filter((one) => one.endsWith(pointing))) {
    common[`base of ${name}`] = 0;
    own[groups.findIndex(({ cells }) => cells.includes(beenAt(name)))]![beenAt(name)] = 0;
  }
  const copies = own.map((cells) =>
    Array.from({ length: size }, () => ({ cells: { ...cells }, shares: counters.map(() => 0) })),
  );
  return { common, copies, rest: counters.flatMap(() => groups.map(() => 0)) };
}

/** With and without elements before and after the tracked one; pointers start at the first. */
function withElements(
  part: PartialState,
  m: Meaning,
  variables: readonly StateVariable[],
): readonly PartialState[] {
  return [0, 1].flatMap((before) =>
    [0, 1].map((after) => {
      const next = copyOf({ ...part, common: { ...part.common, before, after } });
      for (const { key, thread, name, declaration, group } of variables) {
        if (thread === null || before === 1) continue;
        const reference = {
          kind: 'local',
          thread,
          name,
          index: null,
          replica: null,
          domain: declaration.domain,
        } as const;
        if (!m.isElementPointer(reference)) continue;
        for (const cells of group < 0 ? [next.common] : next.copies[group]!.map((copy) => copy.cells))
          cells[key] = 1;
      }
      return next;
    }),
  );
}

/** A pointer over copies points to one of them, inside or outside. */
function withPointer(
  part: PartialState,
  { groups, counters }: ViewSet,
  counter: number,
): readonly PartialState[] {
  const group = groups.findIndex(({ cells }) => cells.includes(beenAt(counters[counter]!)));
  return [-1, ...part.copies[group]!.keys()].map((me) => {
    const next = copyOf(part);
    if (me < 0) next.rest[counter * groups.length + group] = 1;
    else next.copies[group]![me]!.shares[counter] = 1;
    return next;
  });
}
