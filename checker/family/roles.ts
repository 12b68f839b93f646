/** The role of each cell of a family: common, owned by a copy, a counter with shares, or an element of an array. */
import { conditionsIn, effectsIn, exprsIn, exprsOf } from '../program/code-walk.ts';
import { deadLocals } from '../program/dead-locals.ts';
import { numberingOf, numberOf } from '../program/numbering.ts';
import type { ThreadTable, Transition, TransitionSystem } from '../program/transition-system.ts';
import type { AnyDomain } from '../language/domain.ts';
import { walk, type AnyExpr, type Binder, type Reference } from '../language/expression.ts';
import { printExpr, printText } from '../language/print.ts';
import type { AnyDeclaration } from '../language/variable.ts';
import { fixed, isFixed, isMore, type Affine } from './affine.ts';
import { affineOf, type Family } from './family.ts';
import { isAddedTo, isVariable, keyOf, setsIn, unitOf } from './assignments.ts';
import { Refusal } from './refusal.ts';
import { mostValues, roughly } from './rough.ts';

/** Interchangeable copies: those of a thread together with those that run on its CPUs. */
export interface CopyGroup {
  readonly name: string;
  readonly copies: Affine;
  readonly members: readonly ThreadTable[];
  /** The initial record of a copy: locations, locals, its array cells, its share of each counter. */
  readonly initial: number[];
  /** The index of the first share in a record. */
  shares: number;
}

/** A number represented as `base + the sum of the copies' shares`. */
export interface Counter {
  readonly name: string;
  /** The slot of the base among the common cells. */
  readonly base: number;
  readonly low: number;
  /** The upper bound of the domain; if it grows with an option, the proof must establish it. */
  readonly high: Affine;
  /** The largest number that a copy adds to it or sets it to, at least 1: shares are small multiples of it. */
  readonly unit: number;
  /** The same of all threads, for the base. */
  readonly baseUnit: number;
}

export type VariableRole =
  /** A common cell or array of fixed length; for an array over elements, the cell of the tracked one. */
  | { readonly kind: 'common'; readonly slot: number }
  /** A local of a copy. */
  | { readonly kind: 'record'; readonly group: number; readonly slot: number }
  /** The cell of a copy in an array with one cell per copy. */
  | { readonly kind: 'owned'; readonly group: number; readonly slot: number }
  | { readonly kind: 'counter'; readonly first: number }
  /** A local of a single thread that points to a copy: the one with share 1 of the counter. */
  | {
      readonly kind: 'copy pointer';
      readonly group: number;
      readonly counter: number;
      readonly done: number;
    };

export interface PlacedVariable {
  readonly role: VariableRole;
  readonly declaration: AnyDeclaration;
  /** An array over the elements: only the tracked one has a slot. */
  readonly overElements: boolean;
  /** A pointer to an element: 0 before the tracked one, 1 the tracked one, 2 after it. */
  readonly toElement: boolean;
}

/** The slot of a thread's location; in group -1 it is a common slot. */
export interface LocationPlacement {
  readonly group: number;
  readonly slot: number;
}

/** Common slots that are 1 if elements exist before, or after, the tracked one. */
export interface Elements {
  readonly option: string;
  readonly before: number;
  readonly after: number;
}

export interface Roles {
  readonly family: Family;
  readonly groups: readonly CopyGroup[];
  readonly singles: readonly ThreadTable[];
  readonly counters: readonly Counter[];
  /** By name, or `thread.name` for locals. */
  readonly placed: ReadonlyMap<string, PlacedVariable>;
  readonly locations: ReadonlyMap<string, LocationPlacement>;
  /** Binders over the copies of a group, with the group. */
  readonly runners: ReadonlyMap<Binder, number>;
  readonly commonInitial: readonly number[];
  /** The keys of variables that may hold the value of a counter: numbers far from 0 have one representative. */
  readonly rough: ReadonlySet<string>;
  readonly elements: Elements | null;
  readonly names: Map<string, number>;
  /** By thread and location: the dead locals, with the value that replaces theirs. */
  readonly dead: ReadonlyMap<string, readonly (readonly Forgotten[])[]>;
}

export type Forgotten =
  | { readonly kind: 'slot'; readonly slot: number; readonly value: number }
  | { readonly kind: 'pointer'; readonly pointer: VariableRole & { readonly kind: 'copy pointer' } };

export function placeOf({ placed }: Roles, reference: Reference): PlacedVariable {
  const place = placed.get(keyOf(reference));
  if (place === undefined)
    throw new Error(`'${printExpr(reference)}' has no role, but every variable must have one`);
  return place;
}

export const groupOfThread = (groups: readonly CopyGroup[], name: string): number =>
  groups.findIndex(({ members }) => members.some(({ thread }) => thread.name === name));

/** The group of which an expression certainly names a copy, or -1. */
export function surelyCopyOf(groups: readonly CopyGroup[], expr: AnyExpr): number {
  if (expr.kind === 'self') return groupOfThread(groups, expr.thread);
  if (expr.kind === 'bound' && expr.binder.thread !== null) return groupOfThread(groups, expr.binder.thread);
  return -1;
}

export const groupOfBinder = (
  { groups, runners }: Pick<Roles, 'groups' | 'runners'>,
  binder: Binder,
): number => (binder.thread === null ? (runners.get(binder) ?? -1) : groupOfThread(groups, binder.thread));

/** The group whose copies an expression indexes, or -1. */
export function copyIndexOf(roles: Pick<Roles, 'groups' | 'runners'>, expr: AnyExpr): number {
  const sure = surelyCopyOf(roles.groups, expr);
  return sure < 0 && expr.kind === 'bound' ? groupOfBinder(roles, expr.binder) : sure;
}

export const transitionsOf = ({ threads }: TransitionSystem): readonly Transition[] =>
  threads.flatMap(({ locations }) => locations.flat());

/** The expressions that a run or a property evaluates. */
function allExprs(system: TransitionSystem): readonly AnyExpr[] {
  const transitions = transitionsOf(system);
  const codes = [...system.threads.map(({ entry }) => entry), ...transitions.map(({ code }) => code)];
  return [
    ...system.model.properties.map(({ condition }) => condition),
    ...transitions.flatMap(({ guard }) => guard ?? []),
    ...codes.flatMap((code) => [...conditionsIn(code)]),
    ...codes.flatMap((code) => [...effectsIn(code)]).flatMap(exprsOf),
  ].flatMap((expr) => [...walk(expr)]);
}

/**
 * The roles of all cells; `element` is the option for the number of elements, of which one is tracked, or null.
 *
 * Throws  Refusal if the model distinguishes copies, or uses a growing number in a way without a rule.
 */
export function rolesOf(family: Family, element: string | null): Roles {
  const { system } = family;
  const { groups, singles } = groupsOf(family);
  const exprs = allExprs(system);
  const layout = new RoleLayout(family, groups, singles, element);
  const arrays = layout.arraysOverCopies(exprs);
  const runners = runnersOf(family, groups, arrays, exprs);
  layout.place(arrays, exprs);
  return { ...layout.done(), runners, dead: layout.dead() };
}

function groupsOf(family: Family): { groups: readonly CopyGroup[]; singles: readonly ThreadTable[] } {
  const { threads } = family.system;
  const isSingle = (table: ThreadTable) => isMore(affineOf(family, table.thread, 'cpus'), 0, fixed(1));
  const hosts = threads.filter((table) => table.thread.on === null && !isSingle(table));
  const groups = hosts.map(({ thread }): CopyGroup => {
    const copies = affineOf(family, thread, 'cpus');
    const factors = Object.values(copies.per);
    if (factors.length > 1 || factors.some((factor) => factor !== 1))
      throw new Refusal(`thread '${thread.name}' has not one copy more for each of an option`);
    const members = threads.filter((other) => other.thread === thread || other.thread.on === thread.name);
    return { name: thread.name, copies, members, initial: [], shares: 0 };
  });
  return { groups, singles: threads.filter(isSingle) };
}

/** Arrays with one cell per copy: the group, by key. */
type Arrays = ReadonlyMap<string, number>;

function runnersOf(
  family: Family,
  groups: readonly CopyGroup[],
  arrays: Arrays,
  exprs: readonly AnyExpr[],
): ReadonlyMap<Binder, number> {
  const runners = new Map<Binder, number>();
  for (const expr of exprs) {
    if ((expr.kind !== 'shared' && expr.kind !== 'local') || expr.index?.kind !== 'bound') continue;
    const group = arrays.get(keyOf(expr));
    const { binder } = expr.index;
    if (group === undefined || binder.thread !== null) continue;
    if (binder.low !== 0 || !isMore(groups[group]!.copies, 1, affineOf(family, binder, 'high')))
      throw new Refusal(`'${printExpr(expr)}' runs over some of the copies of '${groups[group]!.name}' only`);
    if ((runners.get(binder) ?? group) !== group)
      throw new Refusal(`'${printExpr(expr)}' runs over the copies of two threads at once`);
    runners.set(binder, group);
  }
  return runners;
}

/** The place where a variable selects from an array, or else is used: `(line 3 'x = y')`. */
function usedAt(system: TransitionSystem, key: string): string {
  const mentions = (part: AnyExpr) =>
    (part.kind === 'shared' || part.kind === 'local') && keyOf(part) === key;
  const selects = (part: AnyExpr) =>
    (part.kind === 'shared' || part.kind === 'local') &&
    part.index !== null &&
    [...walk(part.index)].some(mentions);
  const all = transitionsOf(system).map((transition) => ({
    transition,
    parts: [...exprsIn(transition)].flatMap((expr) => [...walk(expr)]),
  }));
  const found = all.find(({ parts }) => parts.some(selects)) ?? all.find(({ parts }) => parts.some(mentions));
  if (found === undefined) return '';
  const { statement: named } = found.transition;
  const statement = named.kind === 'atomically' ? named.body[0]! : named;
  return ` (line ${statement.line} '${printText(statement)}')`;
}

/** Assigns a role and a slot to each variable. */
class RoleLayout {
  readonly #family: Family;
  readonly #groups: readonly CopyGroup[];
  readonly #singles: readonly ThreadTable[];
  readonly #elements: Elements | null;
  readonly #common: number[] = [];
  readonly #counters: Counter[] = [];
  readonly #placed = new Map<string, PlacedVariable>();
  readonly #locations = new Map<string, LocationPlacement>();
  readonly #names = new Map<string, number>();
  #rough: ReadonlySet<string> = new Set();

  constructor(
    family: Family,
    groups: readonly CopyGroup[],
    singles: readonly ThreadTable[],
    element: string | null,
  ) {
    this.#family = family;
    this.#groups = groups;
    this.#singles = singles;
    this.#elements = element === null ? null : { option: element, before: 0, after: 1 };
    if (element !== null) this.#common.push(0, 0);
  }

  *#variables(): Generator<{ key: string; declaration: AnyDeclaration; owner: ThreadTable | null }> {
    const { model, threads } = this.#family.system;
    for (const [key, declaration] of Object.entries(model.shared)) yield { key, declaration, owner: null };
    for (const owner of threads)
      for (const [name, declaration] of Object.entries(owner.thread.locals))
        yield { key: `${owner.thread.name}.${name}`, declaration, owner };
  }

  #length(declaration: AnyDeclaration): Affine {
    return declaration.length === null ? fixed(1) : affineOf(this.#family, declaration, 'length');
  }

  /** Whether the array has one cell per element. */
  #isOverElements(key: string, declaration: AnyDeclaration): boolean {
    const { option } = this.#elements ?? { option: '' };
    const length = this.#length(declaration);
    if (!(option in length.per)) return false;
    if (length.constant !== 0 || length.per[option] !== 1 || Object.keys(length.per).length > 1)
      throw new Refusal(`'${key}' has not one element for each of ${option}`);
    return true;
  }

  #highOf({ domain }: AnyDeclaration): Affine {
    return domain.kind === 'range' ? affineOf(this.#family, domain, 'high') : fixed(1);
  }

  /** Whether the variable holds the number of an element. */
  #isToElement(key: string, declaration: AnyDeclaration): boolean {
    const { option } = this.#elements ?? { option: '' };
    const high = this.#highOf(declaration);
    if (!(option in high.per)) return false;
    const isIndex = isMore(high, -1, { constant: 0, per: { [option]: 1 } });
    const starts = declaration.initial.length === 1 && declaration.initial[0] === 0;
    if (!isIndex || (declaration.domain as { low: number }).low !== 0 || !starts)
      throw new Refusal(`'${key}' holds a number that grows with ${option}`);
    return true;
  }

  /**
   * The arrays with one cell per copy: those that a copy index selects from, and those whose length grows with
   * the copies.
   */
  arraysOverCopies(exprs: readonly AnyExpr[]): Arrays {
    const arrays = new Map<string, number>();
    for (const expr of exprs) {
      if ((expr.kind !== 'shared' && expr.kind !== 'local') || expr.index === null) continue;
      const group = surelyCopyOf(this.#groups, expr.index);
      if (group < 0) continue;
      const key = keyOf(expr);
      if ((arrays.get(key) ?? group) !== group)
        throw new Refusal(`the cells of '${key}' belong to the copies of two threads`);
      arrays.set(key, group);
    }
    for (const { key, declaration, owner } of this.#variables()) {
      const length = this.#length(declaration);
      if (this.#isOverElements(key, declaration)) continue;
      if (!arrays.has(key) && !isFixed(length)) {
        const of = [...this.#groups.keys()].filter((at) => isMore(this.#groups[at]!.copies, 0, length));
        // If two threads have equally many copies, the cells may belong to either.
        if (of.length === 0) throw new Refusal(`'${key}' has as many cells as no thread has copies`);
        arrays.set(key, of[0]!);
      }
      const group = arrays.get(key);
      if (group === undefined) continue;
      const { name, copies } = this.#groups[group]!;
      if (!isMore(copies, 0, length))
        throw new Refusal(`'${key}' has not one cell for each copy of '${name}'`);
      if (owner !== null && !this.#singles.includes(owner))
        throw new Refusal(`each copy of '${owner.thread.name}' has an array over copies: local '${key}'`);
      if (new Set(declaration.initial).size > 1)
        throw new Refusal(`'${key}' does not begin alike for each copy of '${name}'`);
    }
    return arrays;
  }

  place(arrays: Arrays, exprs: readonly AnyExpr[]): void {
    const shared = sharedFixed(this.#family, arrays, this.#groups);
    const pointers = copyPointers(this.#family, this.#singles, this.#groups, exprs);
    for (const { thread } of this.#singles)
      this.#locations.set(thread.name, { group: -1, slot: this.#slot([0]) });
    for (const [group, { members, initial }] of this.#groups.entries())
      for (const { thread } of members)
        this.#locations.set(thread.name, { group, slot: initial.push(0) - 1 });
    for (const { key, declaration, owner } of this.#variables()) {
      const group = arrays.get(key);
      const role =
        group === undefined
          ? this.#role(key, declaration, owner, { shared, pointers })
          : this.#ownedRole(key, declaration, group);
      const overElements = this.#isOverElements(key, declaration);
      this.#placed.set(key, {
        role,
        declaration,
        overElements,
        toElement: this.#isToElement(key, declaration),
      });
    }
    this.#rough = roughIn(this.#family, this.#placed);
    for (const key of this.#rough) {
      const { role, declaration } = this.#placed.get(key)!;
      if (role.kind === 'counter' || role.kind === 'copy pointer') continue;
      const cells = role.kind === 'common' ? this.#common : this.#groups[role.group]!.initial;
      const length = role.kind === 'owned' ? 1 : declaration.initial.length;
      for (let at = role.slot; at < role.slot + length; at++) cells[at] = roughly(cells[at]!);
    }
    for (const group of this.#groups) {
      group.shares = group.initial.length;
      group.initial.push(...this.#counters.map(() => 0));
    }
  }

  #slot(values: readonly number[]): number {
    return this.#common.push(...values) - values.length;
  }

  /** The initial values; for an array over elements, that of the tracked one. */
  #initial(key: string, declaration: AnyDeclaration): readonly number[] {
    const values = declaration.initial.map((value) => numberOf(this.#names, value));
    if (!this.#isOverElements(key, declaration)) return values;
    if (new Set(values).size > 1) throw new Refusal(`the elements of '${key}' do not begin alike`);
    return values.slice(0, 1);
  }

  #ownedRole(key: string, declaration: AnyDeclaration, group: number): VariableRole {
    if (!isFixed(this.#highOf(declaration)))
      throw new Refusal(
        `'${key}' holds a number for each copy that grows with the model${usedAt(this.#family.system, key)}`,
      );
    const { initial } = this.#groups[group]!;
    const slot = initial.push(numberOf(this.#names, declaration.initial[0]!)) - 1;
    return { kind: 'owned', group, slot };
  }

  #role(
    key: string,
    declaration: AnyDeclaration,
    owner: ThreadTable | null,
    found: { readonly shared: ReadonlySet<string>; readonly pointers: ReadonlyMap<string, number> },
  ): VariableRole {
    const initial = this.#initial(key, declaration);
    const grows = !isFixed(this.#highOf(declaration)) && !this.#isToElement(key, declaration);
    const group = owner === null ? -1 : groupOfThread(this.#groups, owner.thread.name);
    if (group >= 0) {
      if (grows)
        throw new Refusal(
          `local '${key.slice(key.indexOf('.') + 1)}' of '${owner!.thread.name}' holds a number that grows with the copies${usedAt(this.#family.system, key)}`,
        );
      const record = this.#groups[group]!.initial;
      return { kind: 'record', group, slot: record.push(...initial) - initial.length };
    }
    const pointsTo = found.pointers.get(key);
    if (pointsTo !== undefined) {
      const done = this.#groups[pointsTo]!.initial.push(0) - 1;
      const counter = this.#counter(`${key} points to`, 0, { low: 0, high: fixed(1), unit: 1, baseUnit: 1 });
      return { kind: 'copy pointer', group: pointsTo, counter, done };
    }
    if (!grows && !found.shared.has(key)) return { kind: 'common', slot: this.#slot(initial) };
    const high = this.#highOf(declaration);
    if (this.#elements !== null && this.#elements.option in high.per)
      throw new Refusal(`'${key}' holds a number that grows with ${this.#elements.option}`);
    const low = declaration.domain.kind === 'range' ? declaration.domain.low : 0;
    const name = (place: number) =>
      declaration.length === null || initial.length === 1 ? key : `${key}[${place}]`;
    const copies = this.#groups.flatMap(({ members }) => members);
    const unit = unitOf(copies, key);
    const baseUnit = unitOf(this.#family.system.threads, key);
    const numbers = initial.map((value, place) =>
      this.#counter(name(place), value, { low, high, unit, baseUnit }),
    );
    return { kind: 'counter', first: numbers[0]! };
  }

  #counter(name: string, initial: number, bounds: Omit<Counter, 'name' | 'base'>): number {
    return this.#counters.push({ name, base: this.#slot([initial]), ...bounds }) - 1;
  }

  done(): Omit<Roles, 'runners' | 'dead'> {
    return {
      family: this.#family,
      groups: this.#groups,
      singles: this.#singles,
      counters: this.#counters,
      placed: this.#placed,
      locations: this.#locations,
      commonInitial: this.#common,
      rough: this.#rough,
      elements: this.#elements,
      names: this.#names,
    };
  }

  /** Keeps pointers of copies to elements, because a property is checked where they point. */
  dead(): Roles['dead'] {
    const { system } = this.#family;
    const numbering = numberingOf(system);
    return new Map(
      system.threads.map(({ thread }, at) => {
        const variables = [...numbering.locals[at]!];
        const isOfCopies = groupOfThread(this.#groups, thread.name) >= 0;
        const byLocation = deadLocals(numbering, at).map((dead) =>
          dead.flatMap(({ position }): readonly Forgotten[] => {
            const [name, { first }] = variables.find(
              ([, range]) => range.first <= position && position < range.first + range.length,
            )!;
            const { role, declaration, overElements, toElement } = this.#placed.get(
              `${thread.name}.${name}`,
            )!;
            if (role.kind === 'copy pointer') return [{ kind: 'pointer', pointer: role }];
            if (role.kind !== 'common' && role.kind !== 'record') return [];
            if ((toElement && isOfCopies) || (overElements && position > first)) return [];
            const begins = numberOf(this.#names, declaration.initial[position - first]!);
            const value = this.#rough.has(`${thread.name}.${name}`) ? roughly(begins) : begins;
            return [{ kind: 'slot', slot: role.slot + position - first, value }];
          }),
        );
        return [thread.name, byLocation] as const;
      }),
    );
  }
}

/**
 * Cells of fixed domain that also need shares: numbers that copies add to, and flags that copies write and a
 * thread waits for, such as a lock.
 */
function sharedFixed(family: Family, arrays: Arrays, groups: readonly CopyGroup[]): ReadonlySet<string> {
  const { system } = family;
  const waitedFor = new Set(
    transitionsOf(system)
      .flatMap(({ guard }) => (guard === null ? [] : [...walk(guard)]))
      .flatMap((part) => (part.kind === 'shared' ? [part.name] : [])),
  );
  const marked = new Set<string>();
  for (const table of groups.flatMap(({ members }) => members)) {
    const sets = setsIn([table]);
    for (const { target, value } of sets) {
      if (target.kind !== 'shared' || arrays.has(target.name)) continue;
      const { name, domain } = target;
      if (domain.kind === 'range' ? isAddedTo(target, value, sets) : isFlag(domain) && waitedFor.has(name))
        marked.add(name);
    }
  }
  return marked;
}

/** Wide variables to which a counter, or another such variable, is assigned. */
function roughIn({ system }: Family, placed: ReadonlyMap<string, PlacedVariable>): ReadonlySet<string> {
  const rough = new Set<string>();
  const isInexact = (part: AnyExpr) =>
    isVariable(part) && (rough.has(keyOf(part)) || placed.get(keyOf(part))!.role.kind === 'counter');
  for (let before = -1; before < rough.size;) {
    before = rough.size;
    for (const { target, value } of setsIn(system.threads)) {
      const { role, declaration } = placed.get(keyOf(target))!;
      if (role.kind !== 'counter' && role.kind !== 'copy pointer' && isWide(declaration.domain))
        if ([...walk(value)].some(isInexact)) rough.add(keyOf(target));
    }
  }
  return rough;
}

const isWide = (domain: AnyDomain) => domain.kind === 'range' && domain.high - domain.low >= mostValues;

const isFlag = ({ kind }: AnyDomain) => kind === 'bool';

/** Locals of single threads that iterate over the copies of a group and select from arrays. */
function copyPointers(
  family: Family,
  singles: readonly ThreadTable[],
  groups: readonly CopyGroup[],
  exprs: readonly AnyExpr[],
): ReadonlyMap<string, number> {
  const selecting = new Set(
    exprs.flatMap((expr) =>
      (expr.kind === 'shared' || expr.kind === 'local') && expr.index?.kind === 'local'
        ? [keyOf(expr.index)]
        : [],
    ),
  );
  const pointers = new Map<string, number>();
  for (const { thread } of singles)
    for (const [name, { domain, length, initial }] of Object.entries(thread.locals)) {
      const key = `${thread.name}.${name}`;
      if (domain.kind !== 'range' || length !== null || domain.low !== 0 || !selecting.has(key)) continue;
      const high = affineOf(family, domain, 'high');
      if (isFixed(high)) continue;
      const of = [...groups.keys()].filter((at) => isMore(groups[at]!.copies, 1, high));
      if (of.length !== 1 || initial[0] !== 0) continue;
      pointers.set(key, of[0]!);
    }
  return pointers;
}
