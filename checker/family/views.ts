/** The least set of views that contains the initial ones and is closed under steps, for any number of copies. */
import { withOutside, type Configuration } from './configuration.ts';
import type { AbstractMachine, Successors } from './machine.ts';

/** A part of a state, interned: the common cells, the records of some copies of each group, the shares outside. */
export interface View {
  readonly common: number;
  /** By group, ascending. */
  readonly groups: readonly (readonly number[])[];
  readonly rest: number;
  readonly key: string;
}

/** Interned lists of numbers. */
class Pool {
  readonly items: (readonly number[])[] = [];
  /** The numbers of the lists, by hash. */
  readonly #numbers = new Map<number, number[]>();

  numberOf(item: readonly number[]): number {
    let hash = item.length;
    for (const number of item) hash = (Math.imul(hash, 31) + number) | 0;
    const alike = this.#numbers.get(hash);
    for (const known of alike ?? []) if (isSame(this.items[known]!, item)) return known;
    const number = this.items.push(item.slice()) - 1;
    if (alike === undefined) this.#numbers.set(hash, [number]);
    else alike.push(number);
    return number;
  }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return one.length === other.length;
}

/** All views with the same common part. */
interface Bucket {
  readonly views: View[];
  /** By group, then by the other copies of the group in a view: the copies that complete them. */
  readonly partners: readonly Map<string, Set<number>>[];
  readonly records: readonly Set<number>[];
  /** The signs of shares that copies hold, as `counter,group,sign`. */
  readonly signs: Set<string>;
  /** Views with a share outside that no known copy holds. */
  readonly waiting: Set<View>;
}

const ascending = (numbers: number[]) => (numbers.length < 2 ? numbers : numbers.sort((a, b) => a - b));

const viewOf = (common: number, groups: readonly (readonly number[])[], rest: number): View => ({
  common,
  groups,
  rest,
  key: `${common}|${groups.map((records) => records.join()).join('|')}|${rest}`,
});

/** A possible error and its configuration. */
export interface Doubt {
  readonly what: string;
  readonly where: Configuration;
}

export class Views {
  readonly machine: AbstractMachine;
  /** The number of copies of each group in a view. */
  readonly size: number;
  readonly all = new Map<string, View>();
  /** The views whose shares outside some known copies can hold: only these occur in a run. */
  readonly used = new Set<View>();
  readonly doubts = new Map<string, Doubt>();
  readonly #commons = new Pool();
  readonly #records: readonly Pool[];
  readonly #rests = new Pool();
  readonly #buckets = new Map<number, Bucket>();
  readonly #queue: View[] = [];
  readonly #recheck = new Set<number>();
  readonly #extended = new Set<string>();
  readonly #outside = new Map<string, readonly number[]>();

  constructor(machine: AbstractMachine, size: number) {
    this.machine = machine;
    this.size = size;
    this.#records = machine.roles.groups.map(() => new Pool());
    for (const config of machine.initial(machine.roles.groups.map(() => size)))
      this.#add(this.packed(config));
  }

  /** Processes one more view; false when the set is closed. */
  step(): boolean {
    const view = this.#queue.pop();
    if (view !== undefined) {
      for (const group of this.machine.roles.groups.keys()) this.#extend(view, group);
      this.#use(view);
      return true;
    }
    if (this.#recheck.size === 0) return false;
    const again = [...this.#recheck];
    this.#recheck.clear();
    for (const common of again)
      for (const waiting of [...this.#buckets.get(common)!.waiting]) this.#use(waiting);
    return true;
  }

  packed({ common, groups, rest }: Configuration): View {
    const records = groups.map((all, group) =>
      ascending(all.map((record) => this.#records[group]!.numberOf(record))),
    );
    return viewOf(this.#commons.numberOf(common), records, this.#rests.numberOf(rest));
  }

  unpacked({ common, groups, rest }: View): Configuration {
    return {
      common: this.#commons.items[common]!.slice(),
      groups: groups.map((records, group) => records.map((at) => this.#records[group]!.items[at]!.slice())),
      rest: this.#rests.items[rest]!.slice(),
    };
  }

  #add(view: View): void {
    if (this.all.has(view.key)) return;
    this.all.set(view.key, view);
    const bucket = this.#bucketOf(view.common);
    bucket.views.push(view);
    const signs = bucket.signs.size;
    for (const [group, records] of view.groups.entries())
      for (const [place, record] of records.entries()) {
        const others = records.toSpliced(place, 1).join();
        const partners = bucket.partners[group]!.get(others) ?? new Set();
        bucket.partners[group]!.set(others, partners.add(record));
        if (bucket.records[group]!.has(record)) continue;
        bucket.records[group]!.add(record);
        for (const counter of this.machine.roles.counters.keys()) {
          const sign = Math.sign(this.#share(group, record, counter));
          if (sign !== 0) bucket.signs.add(`${counter},${group},${sign}`);
        }
      }
    // The sum outside may increase.
    if (bucket.signs.size > signs) this.#queue.push(...bucket.views.filter((other) => other !== view));
    this.#queue.push(view);
    if (bucket.waiting.size > 0) this.#recheck.add(view.common);
  }

  #bucketOf(common: number): Bucket {
    const known = this.#buckets.get(common);
    if (known !== undefined) return known;
    const { groups } = this.machine.roles;
    const bucket: Bucket = {
      views: [],
      partners: groups.map(() => new Map<string, Set<number>>()),
      records: groups.map(() => new Set<number>()),
      signs: new Set(),
      waiting: new Set(),
    };
    this.#buckets.set(common, bucket);
    return bucket;
  }

  #share(group: number, record: number, counter: number): number {
    return this.#records[group]!.items[record]![this.machine.roles.groups[group]!.shares + counter]!;
  }

  /** The steps of one more copy: the effect of a copy outside on the view. */
  #extend(view: View, group: number): void {
    if (this.machine.faults.outside === true) return;
    for (const larger of this.extensionsOf(view, group)) {
      const key = `${group}#${larger.key}`;
      if (this.#extended.has(key)) continue;
      this.#extended.add(key);
      const config = this.unpacked(larger);
      this.#stepThroughPointers(config, group);
      const records = larger.groups[group]!;
      for (const [me, record] of records.entries())
        if (me === 0 || records[me - 1] !== record)
          this.machine.fire(
            config,
            group,
            me,
            this.#result((after) => this.#addPart(after, group, me)),
          );
    }
  }

  /** The steps of a single thread that follows a pointer to a copy outside. */
  #stepThroughPointers(config: Configuration, group: number): void {
    const { placed, groups } = this.machine.roles;
    for (const { role } of placed.values()) {
      if (role.kind !== 'copy pointer' || role.group !== group) continue;
      const share = groups[group]!.shares + role.counter;
      const me = config.groups[group]!.findIndex((record) => record[share] === 1);
      if (me >= 0)
        this.machine.fire(
          config,
          -1,
          0,
          this.#result((after) => this.#addPart(after, group, me)),
        );
    }
  }

  #result(take: (after: Configuration) => void): Successors {
    return {
      config: take,
      report: (what, where) => this.doubt(what, where),
    };
  }

  doubt(what: string, where: Configuration): void {
    if (!this.doubts.has(what)) this.doubts.set(what, { what, where });
  }

  #addPart(config: Configuration, group: number, me: number): void {
    const { common, groups, rest } = this.packed(config);
    const left = this.#records[group]!.numberOf(config.groups[group]![me]!);
    const records = groups.with(group, without(groups[group]!, left));
    for (const held of this.#withOutside(rest, group, left)) this.#add(viewOf(common, records, held));
  }

  #use(view: View): void {
    if (this.used.has(view)) return;
    const bucket = this.#bucketOf(view.common);
    if (!this.#isJustified(view)) {
      bucket.waiting.add(view);
      return;
    }
    bucket.waiting.delete(view);
    this.used.add(view);
    const config = this.unpacked(view);
    const result = this.#result((after) => this.#add(this.packed(after)));
    this.machine.fire(config, -1, 0, result);
    for (const [group, records] of view.groups.entries())
      for (const [me, record] of records.entries())
        if (me === 0 || records[me - 1] !== record) this.machine.fire(config, group, me, result);
  }

  /** The possible sums outside after this copy leaves. */
  #withOutside(rest: number, group: number, record: number): readonly number[] {
    const key = `${rest},${group},${record}`;
    const known = this.#outside.get(key);
    if (known !== undefined) return known;
    const { counters, groups } = this.machine.roles;
    let now: readonly (readonly number[])[] = [this.#rests.items[rest]!];
    for (const counter of counters.keys()) {
      const share = this.#share(group, record, counter);
      const slot = counter * groups.length + group;
      if (share !== 0)
        now = now.flatMap((one) =>
          withOutside(one[slot]!, share, this.machine.precision, counters[counter]!, this.machine.faults).map(
            (held) => one.with(slot, held),
          ),
        );
    }
    const rests = now.map((one) => this.#rests.numberOf(one));
    this.#outside.set(key, rests);
    return rests;
  }

  /** The extensions of a view by one copy all of whose parts are views and whose shares outside some copy can hold. */
  *extensionsOf(
    view: View,
    group: number,
    isWanted: (record: number) => boolean = () => true,
  ): Generator<View> {
    const bucket = this.#bucketOf(view.common);
    const records = view.groups[group]!;
    const beside = bucket.partners[group]!.get(records.slice(1).join()) ?? new Set<number>();
    for (const record of [...beside]) {
      if (!isWanted(record)) continue;
      const more = view.groups.with(group, ascending([...records, record]));
      for (const rest of this.#restsBefore(view, group, record, bucket)) {
        const larger = viewOf(view.common, more, rest);
        if (this.#isConsistent(larger, group)) yield larger;
      }
    }
  }

  /** The possible sums outside before the copy left, for the present sum. */
  #restsBefore(view: View, group: number, record: number, { signs }: Bucket): readonly number[] {
    const { machine } = this;
    const { counters, groups } = machine.roles;
    const { most } = machine.precision;
    const held = this.#rests.items[view.rest]!;
    let now: readonly (readonly number[])[] = [held];
    for (const counter of counters.keys()) {
      const share = this.#share(group, record, counter);
      if (share === 0) continue;
      const slot = counter * groups.length + group;
      const before = Array.from({ length: 2 * most + 1 }, (_, at) => at - most).filter(
        (rest) =>
          (rest === 0 || machine.faults.before !== true) &&
          (rest === 0 || signs.has(`${counter},${group},${Math.sign(rest)}`)) &&
          withOutside(rest, share, machine.precision, counters[counter]!, machine.faults).includes(
            held[slot]!,
          ),
      );
      now = now.flatMap((one) => before.map((rest) => one.with(slot, rest)));
    }
    return now.map((one) => this.#rests.numberOf(one));
  }

  #isConsistent(larger: View, group: number): boolean {
    const records = larger.groups[group]!;
    const areViews = records.every((record, place) => {
      if (place > 0 && records[place - 1] === record) return true;
      const others = larger.groups.with(group, without(records, record));
      return this.#withOutside(larger.rest, group, record).some((rest) =>
        this.all.has(viewOf(larger.common, others, rest).key),
      );
    });
    return areViews && !this.machine.contradicts(this.unpacked(larger));
  }

  #isJustified(view: View): boolean {
    return this.#held(view).every((holders) => holders().next().done !== true);
  }

  /** For each counter with shares outside: the extensions by a copy that may hold some of them. */
  #held(view: View): readonly (() => Generator<View>)[] {
    const { length } = this.machine.roles.groups;
    return this.#rests.items[view.rest]!.flatMap((rest, slot) => {
      const [counter, group] = [Math.floor(slot / length), slot % length];
      const holds = (record: number) => this.#share(group, record, counter) * rest > 0;
      return rest === 0 ? [] : [() => this.extensionsOf(view, group, holds)];
    });
  }

  /** The view as a configuration if the condition may be true in a state that contains it; otherwise null. */
  possibly(view: View, is: (config: Configuration) => boolean): Configuration | null {
    const config = this.unpacked(view);
    if (!is(config)) return null;
    for (const holders of this.#held(view)) {
      let found = false;
      for (const larger of holders()) {
        found = is(this.unpacked(larger));
        if (found) break;
      }
      if (!found) return null;
    }
    return config;
  }
}

const without = (records: readonly number[], record: number) => records.toSpliced(records.indexOf(record), 1);
