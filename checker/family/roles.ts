/** What each cell of a family is: common to all, a copy's own, a counter with shares, or one element for all. */
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
import { Refusal } from './refusal.ts';

/** Copies that are told apart by nothing: those of a thread, with those that run on its CPUs. */
export interface CopyGroup {
  readonly name: string;
  readonly copies: Affine;
  readonly members: readonly ThreadTable[];
  /** A copy's record at the beginning: locations, locals, its cells of arrays, its share of each counter. */
  readonly initial: number[];
  /** Where the shares begin in a record. */
  shares: number;
}

/** A number that is kept as `base + the sum of the copies' shares`. */
export interface Counter {
  readonly name: string;
  /** Where the base stands among what is common. */
  readonly base: number;
  readonly low: number;
  /** At most this; where it grows with an option, nothing keeps a value below it but what is proved. */
  readonly high: Affine;
}

export type VariableRole =
  /** One cell or an array of fixed length that all have in common; of an array over elements the cell that is looked at. */
  | { readonly kind: 'common'; readonly slot: number }
  /** A local of a copy. */
  | { readonly kind: 'record'; readonly group: number; readonly slot: number }
  /** The cell of a copy in an array that has one for each. */
  | { readonly kind: 'owned'; readonly group: number; readonly slot: number }
  | { readonly kind: 'counter'; readonly first: number }
  /** A single thread's local that runs over the copies: who has the share 1 of the counter is pointed to. */
  | {
      readonly kind: 'copy pointer';
      readonly group: number;
      readonly counter: number;
      readonly done: number;
    };

export interface PlacedVariable {
  readonly role: VariableRole;
  readonly declaration: AnyDeclaration;
  /** An array over the elements: only one of them has a place. */
  readonly overElements: boolean;
  /** It runs over the elements: 0 before the one that is looked at, 1 at it, 2 after it. */
  readonly toElement: boolean;
}

/** Where the location of a thread stands; group -1: among what is common. */
export interface LocationPlacement {
  readonly group: number;
  readonly slot: number;
}

/** Whether there are elements before the one that is looked at, and after it: slots of what is common. */
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
  /** Integers that run over the copies of a group. */
  readonly runners: ReadonlyMap<Binder, number>;
  readonly commonInitial: readonly number[];
  readonly elements: Elements | null;
  readonly names: Map<string, number>;
  /** By thread and location: the dead locals, with what stands for whatever they hold. */
  readonly dead: ReadonlyMap<string, readonly (readonly Forgotten[])[]>;
}

export type Forgotten =
  | { readonly kind: 'slot'; readonly slot: number; readonly value: number }
  | { readonly kind: 'pointer'; readonly pointer: VariableRole & { readonly kind: 'copy pointer' } };

export const keyOf = (reference: Reference): string =>
  reference.kind === 'shared' ? reference.name : `${reference.thread}.${reference.name}`;

export function placeOf({ placed }: Roles, reference: Reference): PlacedVariable {
  const place = placed.get(keyOf(reference));
  if (place === undefined)
    throw new Error(`'${printExpr(reference)}' has no role, and all variables have one`);
  return place;
}

export const groupOfThread = (groups: readonly CopyGroup[], name: string): number =>
  groups.findIndex(({ members }) => members.some(({ thread }) => thread.name === name));

/** The group of which an expression surely names a copy, or -1. */
export function surelyCopyOf(groups: readonly CopyGroup[], expr: AnyExpr): number {
  if (expr.kind === 'self') return groupOfThread(groups, expr.thread);
  if (expr.kind === 'bound' && expr.binder.thread !== null) return groupOfThread(groups, expr.binder.thread);
  return -1;
}

export const groupOfBinder = (
  { groups, runners }: Pick<Roles, 'groups' | 'runners'>,
  binder: Binder,
): number => (binder.thread === null ? (runners.get(binder) ?? -1) : groupOfThread(groups, binder.thread));

/** The group of which an expression is the index of a copy, or -1. */
export function copyIndexOf(roles: Pick<Roles, 'groups' | 'runners'>, expr: AnyExpr): number {
  const sure = surelyCopyOf(roles.groups, expr);
  return sure < 0 && expr.kind === 'bound' ? groupOfBinder(roles, expr.binder) : sure;
}

export const transitionsOf = ({ threads }: TransitionSystem): readonly Transition[] =>
  threads.flatMap(({ locations }) => locations.flat());

/** All expressions that a run or a property evaluates. */
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
 * The roles of all cells; `element` is the option that says how many elements there are, one of which stands for all.
 *
 * Throws  Refusal where copies are told apart, or a number that grows has a use for which no rule is known.
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

/** Arrays with a cell for each copy: the group of each, by key. */
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

/** Where a variable selects from an array, or else where it is used: `(line 3 'x = y')`. */
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

/** Gives each variable its role and its place, one after the other. */
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

  /** The array has one cell for each element. */
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

  /** The number of an element. */
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
   * The arrays with a cell for each copy: those that the index of a copy selects from, and all whose length grows with
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
        // Where two threads have as many copies, the cells may be taken to be those of either.
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
    for (const group of this.#groups) {
      group.shares = group.initial.length;
      group.initial.push(...this.#counters.map(() => 0));
    }
  }

  #slot(values: readonly number[]): number {
    return this.#common.push(...values) - values.length;
  }

  /** The values at the beginning; of an array over elements the one that is looked at. */
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
      const counter = this.#counter(`${key} points to`, 0, 0, fixed(1));
      return { kind: 'copy pointer', group: pointsTo, counter, done };
    }
    if (!grows && !found.shared.has(key)) return { kind: 'common', slot: this.#slot(initial) };
    const high = this.#highOf(declaration);
    if (this.#elements !== null && this.#elements.option in high.per)
      throw new Refusal(`'${key}' holds a number that grows with ${this.#elements.option}`);
    const low = declaration.domain.kind === 'range' ? declaration.domain.low : 0;
    const name = (place: number) =>
      declaration.length === null || initial.length === 1 ? key : `${key}[${place}]`;
    const numbers = initial.map((value, place) => this.#counter(name(place), value, low, high));
    return { kind: 'counter', first: numbers[0]! };
  }

  #counter(name: string, initial: number, low: number, high: Affine): number {
    return this.#counters.push({ name, base: this.#slot([initial]), low, high }) - 1;
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
      elements: this.#elements,
      names: this.#names,
    };
  }

  /** Pointers of copies to elements are kept: a property is looked at where they point. */
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
            const value = numberOf(this.#names, declaration.initial[position - first]!);
            return [{ kind: 'slot', slot: role.slot + position - first, value }];
          }),
        );
        return [thread.name, byLocation] as const;
      }),
    );
  }
}

/**
 * Cells of fixed domain whose shares must be known too: numbers that copies add to, and flags that copies write and
 * somebody waits for, such as a lock.
 */
function sharedFixed(family: Family, arrays: Arrays, groups: readonly CopyGroup[]): ReadonlySet<string> {
  const { system } = family;
  const waitedFor = new Set(
    transitionsOf(system)
      .flatMap(({ guard }) => (guard === null ? [] : [...walk(guard)]))
      .flatMap((part) => (part.kind === 'shared' ? [part.name] : [])),
  );
  const marked = new Set<string>();
  for (const { members } of groups)
    for (const effect of members
      .flatMap(({ locations }) => locations.flat())
      .flatMap(({ code }) => [...effectsIn(code)])) {
      if (effect.kind !== 'set' || effect.target.kind !== 'shared' || arrays.has(effect.target.name))
        continue;
      const { name, domain } = effect.target;
      const reads = [...walk(effect.value)].some((part) => part.kind === 'shared' && part.name === name);
      if (domain.kind === 'range' ? reads : isFlag(domain) && waitedFor.has(name)) marked.add(name);
    }
  return marked;
}

const isFlag = ({ kind }: AnyDomain) => kind === 'bool';

/** Locals of single threads that run over the copies of a group and select from arrays. */
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
