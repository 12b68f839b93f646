/** The family as a machine on configurations: steps of a copy or of the single threads, invariants and deadlocks. */
import { computed, conditionsIn, effectsIn } from '../program/code-walk.ts';
import type { Code, ThreadTable, Transition } from '../program/transition-system.ts';
import { walk, type AnyExpr } from '../language/expression.ts';
import { printText } from '../language/print.ts';
import type { Statement } from '../language/statement.ts';
import {
  contextOf,
  copyOf,
  counterIn,
  type Configuration,
  type Precision,
  type StepConfiguration,
} from './configuration.ts';
import { compileChoice, goesOn, refuseQuantifiers, type Execute } from './run.ts';
import { compileChoose, compileEffects, keysSetIn } from './effects.ts';
import { compileExpr, witnesses, type Compiling, type Evaluate } from './expressions.ts';
import type { Family } from './family.ts';
import type { ProverFaults } from './faults.ts';
import { highest, lowest, mayBeFalse, mayBeTrue } from './interval.ts';
import { Refusal, within } from './refusal.ts';
import { groupOfBinder, rolesOf, type Forgotten, type LocationPlacement, type Roles } from './roles.ts';
import { isFixed } from './affine.ts';
import { keyOf } from './assignments.ts';

/** An invariant as a test of a configuration. */
export interface AbstractInvariant {
  readonly name: string;
  readonly mayFail: (config: Configuration) => boolean;
  /** The number of copies that must be inside to show a violation. */
  readonly witnesses: number;
}

export interface AbstractMachine {
  readonly roles: Roles;
  readonly precision: Precision;
  readonly faults: ProverFaults;
  readonly invariants: readonly AbstractInvariant[];
  /** Emits each result of a step of a copy, or of the single threads if `group` is -1. */
  readonly fire: (config: Configuration, group: number, me: number, result: Successors) => void;
  /** The initial configurations with `sizes[group]` copies of each group. */
  readonly initial: (sizes: readonly number[]) => readonly Configuration[];
  /** Whether a state that contains this configuration, with `size` copies of each group, may be a deadlock. */
  readonly mayBeStuck: (config: Configuration, size: number) => boolean;
  /** Whether the shares contradict the domain of a counter. */
  readonly contradicts: (config: Configuration) => boolean;
  readonly mayBeTooLow: (config: Configuration, counter: number) => boolean;
}

export interface Successors {
  readonly config: (after: Configuration, transition: Transition) => void;
  readonly report: (what: string, before: Configuration) => void;
}

interface CompiledThread {
  readonly table: ThreadTable;
  readonly place: LocationPlacement;
  readonly entry: Execute;
  readonly locations: readonly (readonly CompiledTransition[])[];
}

interface CompiledTransition {
  readonly transition: Transition;
  readonly guard: Evaluate | null;
  /** The guard without witnesses among copies outside. */
  readonly weakGuard: Evaluate | null;
  /** The number of copies that must be inside to show that the guard is false. */
  readonly blockers: number;
  readonly run: Execute;
}

/**
 * The machine of a family; `element` is the option for the number of elements, of which the machine tracks one, or null.
 *
 * Throws  Refusal, also while it runs, for a construct without a rule.
 */
export function machineOf(
  family: Family,
  precision: Precision,
  element: string | null,
  faults: ProverFaults = {},
): AbstractMachine {
  const roles = rolesOf(family, element);
  const compiling: Compiling = { roles, precision, faults };
  const threads = new Map(family.system.threads.map((table) => [table, compileThread(table, compiling)]));
  const compiled = (table: ThreadTable) => threads.get(table)!;
  const singles = roles.singles.map(compiled);
  const members = roles.groups.map((group) => group.members.map(compiled));
  const invariants = family.system.model.properties.flatMap(({ name, condition }) =>
    conjunctsOf(condition).map((part): AbstractInvariant => ask(name, part, compiling)),
  );
  const movers = (group: number) => (group < 0 ? singles : members[group]!);
  return {
    roles,
    precision,
    faults,
    invariants,
    fire: (config, group, me, result) => {
      for (const thread of movers(group)) fireThread(thread, config, { group, me }, result);
    },
    initial: (sizes) =>
      initialOf(roles, compiled, sizes).filter(
        ({ common }) =>
          !(faults.after === true && roles.elements !== null && common[roles.elements.after] === 1),
      ),
    mayBeStuck: stuckOf(singles, members, faults),
    contradicts: (config) =>
      roles.counters.some(({ low, high }, at) => {
        if (!isFixed(high)) return false;
        const value = counterIn(roles, config, at, precision);
        return lowest(value) > high.constant || highest(value) < low;
      }),
    mayBeTooLow: (config, counter) =>
      lowest(counterIn(roles, config, counter, precision)) < roles.counters[counter]!.low,
  };
}

function ask(name: string, condition: AnyExpr, compiling: Compiling): AbstractInvariant {
  return within(
    () => `'${name}'`,
    () => {
      const test = compileExpr(condition, { ...compiling, whole: condition });
      return {
        name,
        witnesses: witnesses(condition, false, compiling.roles),
        mayFail: (config) => {
          const context = contextOf(config);
          return mayBeFalse(test(context)) || context.fault !== null || context.leads;
        },
      };
    },
  );
}

/** The conjuncts of an expression. */
function conjunctsOf(expr: AnyExpr): readonly AnyExpr[] {
  if (expr.kind === 'claim') return conjunctsOf(expr.operand);
  return expr.kind === 'binary' && expr.operator === '&&'
    ? [...conjunctsOf(expr.left), ...conjunctsOf(expr.right)]
    : [expr];
}

function compileThread(table: ThreadTable, compiling: Compiling): CompiledThread {
  const { thread, entry, locations } = table;
  const { roles } = compiling;
  const arrival = arriving(roles.locations.get(thread.name)!, roles.dead.get(thread.name)!);
  const compileAt = (code: Code, statement: Statement | null) =>
    within(
      () => (statement === null ? `thread '${thread.name}'` : placeIn(thread.name, statement)),
      () => compileCode(code, compiling, arrival),
    );
  return {
    table,
    place: roles.locations.get(thread.name)!,
    entry: compileAt(entry, null),
    locations: locations.map((transitions) =>
      transitions.map((transition): CompiledTransition => {
        const guard = compileGuard(transition, thread.name, compiling);
        return { transition, ...guard, run: compileAt(transition.code, transition.statement) };
      }),
    ),
  };
}

/** The thread and the line, which is that of the file where the statement has one. */
function placeIn(thread: string, statement: Statement): string {
  const named = statement.kind === 'atomically' ? (statement.body[0] ?? statement) : statement;
  const line = named.source === undefined ? `line ${statement.line} ` : '';
  return `thread '${thread}', ${line}'${printText(named)}'`;
}

function compileGuard({ guard, statement }: Transition, thread: string, compiling: Compiling) {
  if (guard === null) return { guard: null, weakGuard: null, blockers: 0 };
  return within(
    () => placeIn(thread, statement),
    () => {
      const { roles } = compiling;
      if (witnesses(guard, true, roles) > 0)
        throw new Refusal('it waits for some copy that has something, and not for all');
      const overCopies = [...walk(guard)].some(
        (part) => part.kind === 'quantifier' && groupOfBinder(roles, part.binder) >= 0,
      );
      const strong = compileExpr(guard, compiling);
      return {
        guard: strong,
        weakGuard: overCopies ? compileExpr(guard, { ...compiling, weak: true }) : strong,
        blockers: witnesses(guard, false, roles),
      };
    },
  );
}

type Arriving = (context: StepConfiguration, location: number) => void;

/** The arrival at a location: it forgets the dead locals. */
function arriving({ group, slot }: LocationPlacement, dead: readonly (readonly Forgotten[])[]): Arriving {
  return ({ config, me }, location) => {
    const cells = group < 0 ? config.common : config.groups[group]![me]!;
    for (const forgotten of dead[location]!)
      if (forgotten.kind === 'slot') cells[forgotten.slot] = forgotten.value;
      else forgetPointer(config, forgotten.pointer);
    cells[slot] = location;
  };
}

function forgetPointer(
  config: Configuration,
  { group, counter, done }: (Forgotten & { kind: 'pointer' })['pointer'],
): void {
  // The shares end a record, in the order of the counters.
  const counters = config.rest.length / config.groups.length;
  for (const record of config.groups[group]!) {
    record[record.length - counters + counter] = 0;
    record[done] = 0;
  }
  config.rest[counter * config.groups.length + group] = 0;
}

/** The keys that the code may set on any path. */
const keysSet = (code: Code): ReadonlySet<string> =>
  new Set([...[...effectsIn(code)].flatMap(keysSetIn), ...chosenIn(code)]);

const chosenIn = (code: Code) =>
  [...conditionsIn(code)].flatMap((expr) => (expr.kind === 'local' ? [keyOf(expr)] : []));

const compileCode = (code: Code, compiling: Compiling, arrive: Arriving): Execute =>
  computed<Execute>(code, (node, of) => compileNode(node, of, compiling, arrive));

function compileNode(
  code: Code,
  of: (next: Code) => Execute,
  compiling: Compiling,
  arrive: Arriving,
): Execute {
  switch (code.kind) {
    case 'goto':
      return (context, next) => {
        arrive(context, code.location);
        next(context);
      };
    case 'effects': {
      const effects = compileEffects(code.effects, compiling, keysSet(code.next));
      return inOrder(effects, of(code.next));
    }
    case 'branch':
      refuseQuantifiers(code.condition, compiling);
      return compileChoice(code.condition, compiling, [of(code.then), of(code.otherwise)]);
    case 'choose':
      return inOrder(compileChoose(code.target, compiling), of(code.next));
  }
}

const inOrder =
  (first: Execute, then: Execute): Execute =>
  (context, next) =>
    first(context, (changed) => then(changed, next));

function fireThread(
  { table, place, locations }: CompiledThread,
  config: Configuration,
  { group, me }: { readonly group: number; readonly me: number },
  result: Successors,
): void {
  const cells = group < 0 ? config.common : config.groups[group]![me]!;
  const report = (what: string) => result.report(what, config);
  for (const { transition, guard, run } of locations[cells[place.slot]!]!) {
    within(
      () => placeIn(table.thread.name, transition.statement),
      () => {
        if (guard !== null) {
          const context = contextOf(config, group, me, report);
          const value = guard(context);
          if (!goesOn(context) || !mayBeTrue(value)) return;
        }
        run(contextOf(copyOf(config), group, me, report), (after) => result.config(after.config, transition));
      },
    );
  }
}

function initialOf(
  roles: Roles,
  compiled: (table: ThreadTable) => CompiledThread,
  sizes: readonly number[],
): readonly Configuration[] {
  const begin: Configuration = {
    common: roles.commonInitial.slice(),
    groups: sizes.map((size, group) =>
      Array.from({ length: size }, () => roles.groups[group]!.initial.slice()),
    ),
    rest: roles.counters.flatMap(() => roles.groups.map(() => 0)),
  };
  let now: readonly Configuration[] = withPointers(withElements(begin, roles), roles);
  const enter = ({ entry }: CompiledThread, group: number, me: number) => {
    now = now.flatMap((config) => {
      const found: Configuration[] = [];
      const refuse = (what: string) => {
        throw new Refusal(`before the first step: ${what}`);
      };
      entry(contextOf(copyOf(config), group, me, refuse), (after) => found.push(after.config));
      return found;
    });
  };
  for (const table of roles.singles) enter(compiled(table), -1, 0);
  for (const [group, size] of sizes.entries())
    for (const table of roles.groups[group]!.members)
      for (let me = 0; me < size; me++) enter(compiled(table), group, me);
  return now;
}

/** The tracked element may be any element: with or without others before and after it. */
function withElements(config: Configuration, { elements, placed }: Roles): readonly Configuration[] {
  if (elements === null) return [config];
  return [0, 1].flatMap((before) =>
    [0, 1].map((after) => {
      const one = copyOf(config);
      one.common[elements.before] = before;
      one.common[elements.after] = after;
      // Pointers start at the first element.
      if (before === 0)
        for (const { role, toElement } of placed.values()) {
          if (!toElement) continue;
          if (role.kind === 'common') one.common[role.slot] = 1;
          else if (role.kind === 'record')
            for (const record of one.groups[role.group]!) record[role.slot] = 1;
        }
      return one;
    }),
  );
}

/** A pointer over the copies starts at one of them. */
function withPointers(
  configs: readonly Configuration[],
  { placed, groups }: Roles,
): readonly Configuration[] {
  let now = configs;
  for (const { role } of placed.values()) {
    if (role.kind !== 'copy pointer') continue;
    const { group, counter } = role;
    now = now.flatMap((config) =>
      [-1, ...config.groups[group]!.keys()].map((place) => {
        const one = copyOf(config);
        if (place < 0) one.rest[counter * groups.length + group] = 1;
        else one.groups[group]![place]![groups[group]!.shares + counter] = 1;
        return one;
      }),
    );
  }
  return now;
}

/**
 * Whether no thread can take a step although some thread has not ended.
 *
 * Sound for:  each deadlock contains a configuration of `size` copies of each group for which this is true: the copy that has
 *             not ended and, up to `size`, the copies that keep its guards and those of the single threads false.
 */
function stuckOf(
  singles: readonly CompiledThread[],
  members: readonly (readonly CompiledThread[])[],
  faults: ProverFaults,
) {
  const cellsOf = (config: Configuration, group: number, me: number) =>
    group < 0 ? config.common : config.groups[group]![me]!;
  const transitionsAt = ({ locations, place }: CompiledThread, cells: readonly number[]) =>
    locations[cells[place.slot]!]!;
  const isStuck = (
    thread: CompiledThread,
    config: Configuration,
    { group, me, weak }: { readonly group: number; readonly me: number; readonly weak: boolean },
  ) =>
    transitionsAt(thread, cellsOf(config, group, me)).every(({ guard, weakGuard }) => {
      if (guard === null) return false;
      const context = contextOf(config, group, me);
      return mayBeFalse((weak && faults.blockers !== true ? weakGuard! : guard)(context)) || context.leads;
    });
  const isWaiting = ({ table, place }: CompiledThread, cells: readonly number[]) =>
    cells[place.slot] !== table.end && !table.thread.mayBlockForever;
  const blockersOf = (thread: CompiledThread, cells: readonly number[]) =>
    transitionsAt(thread, cells).reduce((sum, { blockers }) => sum + blockers, 0);
  const copies = (config: Configuration) =>
    members.flatMap((threads, group) =>
      config.groups[group]!.flatMap((_, me) => threads.map((thread) => ({ thread, group, me }))),
    );
  return (config: Configuration, size: number): boolean => {
    const needed = singles.reduce((sum, thread) => sum + blockersOf(thread, config.common), 0);
    const areStuck = (weak: boolean) =>
      singles.every((thread) => isStuck(thread, config, { group: -1, me: 0, weak }));
    const all = copies(config);
    const othersStuck = (but: (typeof all)[number] | null) =>
      all.every((one) => one === but || isStuck(one.thread, config, { ...one, weak: true }));
    if (singles.some((thread) => isWaiting(thread, config.common)))
      return areStuck(needed > size) && othersStuck(null);
    return all.some((one) => {
      const cells = cellsOf(config, one.group, one.me);
      if (!isWaiting(one.thread, cells)) return false;
      const weak = needed + 1 + blockersOf(one.thread, cells) > size;
      return (
        isStuck(one.thread, config, { ...one, weak }) &&
        areStuck(weak && needed + 1 > size) &&
        othersStuck(one)
      );
    });
  };
}
