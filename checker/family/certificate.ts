/** A proof as plain data, for verification without the prover. */
import type { OptionValue } from '../language/option.ts';
import type { Configuration } from './configuration.ts';
import type { Roles } from './roles.ts';
import { mostExact } from './rough.ts';

/**
 * A set of views of a family.
 *
 * Shape:  a view is [number of a list in `common`, for each group the numbers of `size` lists in `records`, number of a list in `rests`];
 *         element i of a list is the value of the cell, share or counter with name i: a value of the language, a location
 *         number (docs/soundness/any-number.md defines them), or an integer.
 */
export interface ViewSet {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly any: readonly string[];
  /** By option: the least value that the proof covers. */
  readonly from: Readonly<Record<string, number>>;
  readonly element: string | null;
  readonly size: number;
  readonly most: number;
  /** The largest number of copies of a thread that the views cover; null: any. */
  readonly upTo: number | null;
  /** Variables of which a number beyond `exact`, on either side of 0, stands for all further ones. */
  readonly rough: { readonly variables: readonly string[]; readonly exact: number };
  /** The common cells: `@thread`, `name` and `name[i]`, `thread.name`, `base of counter`, `before` and `after` for elements around the tracked one. */
  readonly commonCells: readonly string[];
  readonly groups: readonly {
    readonly thread: string;
    /** The cells of a copy: `@thread`, `thread.name`, `name` of arrays over the copies, `been at by thread.name`. */
    readonly cells: readonly string[];
  }[];
  /** Cells represented by a base and a share for each copy; the shares end each record, in this order. */
  readonly counters: readonly string[];
  readonly common: readonly (readonly OptionValue[])[];
  readonly records: readonly (readonly (readonly OptionValue[])[])[];
  /** By counter, then by group: the sum of the shares of copies outside the view, saturated at `most`. */
  readonly rests: readonly (readonly number[])[];
  readonly views: readonly (readonly [number, readonly (readonly number[])[], number])[];
}

/** Interned lists. */
class Lists<T> {
  readonly all: (readonly T[])[] = [];
  readonly #numbers = new Map<string, number>();

  number(list: readonly T[]): number {
    const key = JSON.stringify(list);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.all.length);
    return this.all.push(list) - 1;
  }
}

/** The name of each cell, by slot, and the meaning of its number. */
interface Slots {
  readonly names: string[];
  readonly values: ((number: number) => OptionValue)[];
}

type Header = Pick<ViewSet, 'options' | 'any' | 'from' | 'element' | 'size' | 'most' | 'upTo'>;

export function viewSetOf(header: Header, roles: Roles, views: readonly Configuration[]): ViewSet {
  const { common, groups } = slotsOf(roles);
  const lists = { common: new Lists<OptionValue>(), rests: new Lists<number>() };
  const records = groups.map(() => new Lists<OptionValue>());
  const named = ({ values }: Slots, numbers: readonly number[]) =>
    numbers.map((number, slot) => values[slot]!(number));
  const listed = views.map(
    (view) =>
      [
        lists.common.number(named(common, view.common)),
        view.groups.map((all, group) =>
          all.map((record) => records[group]!.number(named(groups[group]!, record))),
        ),
        lists.rests.number(view.rest),
      ] as const,
  );
  return {
    ...header,
    rough: { variables: [...roles.rough], exact: mostExact },
    commonCells: common.names,
    groups: roles.groups.map(({ name, shares }, group) => ({
      thread: name,
      cells: groups[group]!.names.slice(0, shares),
    })),
    counters: roles.counters.map(({ name }) => name),
    common: lists.common.all,
    records: records.map(({ all }) => all),
    rests: lists.rests.all,
    views: listed,
  };
}

function slotsOf(roles: Roles): { readonly common: Slots; readonly groups: readonly Slots[] } {
  const plain = (width: number): Slots => ({
    names: Array.from({ length: width }, () => ''),
    values: Array.from({ length: width }, () => (number: number) => number),
  });
  const common = plain(roles.commonInitial.length);
  const groups = roles.groups.map(({ initial }) => plain(initial.length));
  const slots = (group: number) => (group < 0 ? common : groups[group]!);
  for (const [thread, { group, slot }] of roles.locations) slots(group).names[slot] = `@${thread}`;
  for (const { name, base } of roles.counters) common.names[base] = `base of ${name}`;
  if (roles.elements !== null) {
    common.names[roles.elements.before] = 'before';
    common.names[roles.elements.after] = 'after';
  }
  const names = new Map([...roles.names].map(([name, number]) => [number, name]));
  for (const [key, { role, declaration, overElements, toElement }] of roles.placed) {
    if (role.kind === 'counter') continue;
    const into = role.kind === 'common' ? common : groups[role.group]!;
    if (role.kind === 'copy pointer') {
      into.names[role.done] = `been at by ${key}`;
      continue;
    }
    const length = role.kind === 'owned' || overElements ? 1 : declaration.initial.length;
    for (let at = 0; at < length; at++) {
      into.names[role.slot + at] = length === 1 ? key : `${key}[${at}]`;
      const { kind } = declaration.domain;
      if (kind === 'bool') into.values[role.slot + at] = (number) => number === 1;
      if (kind === 'values') into.values[role.slot + at] = (number) => names.get(number)!;
      if (toElement) into.values[role.slot + at] = (number) => number;
    }
  }
  return { common, groups };
}
