/** Verifies a certificate: its views must be an inductive invariant without errors. No worklist. */
import { fullyGrown } from '../language/growing.ts';
import type { ThreadTable } from '../program/transition-system.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import { readsAreSteps } from '../program/own-memory.ts';
import type { ViewSet } from '../family/certificate.ts';
import type { Value } from '../language/domain.ts';
import type { AnyDefinition, Model } from '../language/model.ts';
import { ModelError } from '../language/model-error.ts';
import { beginnings } from './beginnings.ts';
import { forgetting } from './forgetting.ts';
import { growing, NoFamily, sizeAt } from './growing.ts';
import { Elsewhere, Meaning, Wrong, type PartialState } from './meaning.ts';
import { conjuncts, isNot, isStuck, witnesses } from './mistakes.ts';
import { isAtMost, locationIn, standingFor, stepsOf } from './steps.ts';

/** The errors of a set of views. If there are none, the invariants of the model hold for all sizes from `set.from` on. */
export function* verifying(
  definition: AnyDefinition,
  set: ViewSet,
): Generator<undefined, readonly string[], undefined> {
  const { memory = 'sc' } = set.options;
  if (!['sc', 'tso', 'pso'].includes(String(memory)))
    return [`views are a proof under sc, tso and pso, not under ${String(memory)}`];
  try {
    const induction = inductionOf(definition, set);
    for (const view of induction.views) {
      yield;
      induction.look(view);
    }
    return [...induction.wrong];
  } catch (error) {
    if (error instanceof Wrong || error instanceof NoFamily || error instanceof ModelError)
      return [error.message];
    throw error;
  }
}

type OnSuccessor = (after: PartialState) => void;

class Induction {
  readonly wrong = new Set<string>();
  readonly views: readonly PartialState[];
  readonly #m: Meaning;
  readonly #set: ViewSet;
  readonly #keys: ReadonlySet<string>;
  readonly #byCommon: ReadonlyMap<string, readonly PartialState[]>;
  readonly #members: readonly (readonly ThreadTable[])[];
  readonly #singles: readonly ThreadTable[];
  readonly #forget: (part: PartialState) => PartialState;
  readonly #used: ReadonlySet<PartialState>;
  readonly #holders = new Map<PartialState, readonly (readonly PartialState[])[]>();
  /** The largest share of a copy, by counter and group. */
  readonly #caps: readonly (readonly number[])[];

  constructor(m: Meaning, set: ViewSet) {
    this.#m = m;
    this.#set = set;
    const { threads, model, transitions } = m.world.system;
    this.#members = set.groups.map(({ thread }) =>
      threads.filter((one) => (one.thread.on ?? one.thread.name) === thread),
    );
    this.#singles = threads.filter((one) => m.groupOf(one.thread.name) < 0);
    this.#forget = forgetting(threads, m);
    this.views = set.views.map((view) => partOf(set, view));
    this.#keys = new Set(this.views.map(keyOf));
    this.#byCommon = Map.groupBy(this.views, ({ common }) => JSON.stringify(common));
    this.#used = new Set(this.views.filter((view) => this.#held(view).every((all) => all.length > 0)));
    const shares = (c: number, g: number) =>
      [...this.#used].flatMap(({ copies }) => copies[g]!.map((copy) => copy.shares[c]!));
    this.#caps = set.counters.map((_, c) => set.groups.map((_group, g) => Math.max(...shares(c, g))));
    this.#isFamily();
    for (const { name, condition } of model.properties)
      for (const part of conjuncts(condition))
        if (witnesses(part, false, m) > set.size) this.wrong.add(`'${name}' speaks of more copies`);
    for (const { guard } of transitions)
      if (guard !== null && witnesses(guard, true, m) > 0)
        this.wrong.add('a guard waits for some copy, and not for all');
    this.#each(beginnings(m.world.system, m, set), (part) => this.#has(part, 'the beginning'));
  }

  #isFamily(): void {
    const from = new Map(Object.entries(this.#set.from));
    const { upTo } = this.#set;
    if (upTo !== null && [...from.values()].some((least) => least > upTo))
      this.wrong.add('the views are about no number');
    for (const { thread } of this.#singles)
      if (this.#m.world.grows(thread, 'cpus').size > 1 || thread.cpus !== 1)
        this.wrong.add(`the copies of '${thread.name}' are in no group`);
    for (const g of this.#members.keys()) {
      const copies = this.#m.copiesOf(g);
      if ([...copies].some(([option, n]) => option !== '' && (n !== 1 || copies.size > 2)))
        this.wrong.add('copies grow otherwise than with an option');
      if (sizeAt(copies, from) < this.#set.size)
        this.wrong.add('the views speak of more copies than there are');
    }
  }

  /** Checks every condition on one view. */
  look(view: PartialState): void {
    const { groups, counters, size } = this.#set;
    for (const g of groups.keys()) for (const part of this.#larger(view, g)) this.#stepsOfOthers(part, g);
    if (!this.#used.has(view)) return;
    this.#steps(this.#singles, view, -1, 0, (after) => this.#has(after, 'a step of a single thread'));
    for (const [g, { thread }] of groups.entries())
      for (const me of view.copies[g]!.keys())
        this.#steps(this.#members[g]!, view, g, me, (after) => this.#has(after, `a step of ${thread}`));
    for (const { name, condition } of this.#m.world.system.model.properties)
      for (const whole of conjuncts(condition)) {
        const mayFail = (part: PartialState) =>
          isNot(this.#m, whole, { part, group: -1, me: 0, bound: [], whole, set: new Set() });
        if (this.#mayBe(view, mayFail)) this.wrong.add(`'${name}' may be false`);
      }
    for (const [c, name] of counters.entries()) {
      const { grows, low } = this.#m.domainOf(c);
      const isTooLow = (part: PartialState) => this.#m.counter(c, part).low < low;
      if (grows && (this.#mayBe(view, isTooLow) || !isAtMost(this.#m, c, this.#caps[c]!, view)))
        this.wrong.add(`'${name}' may leave its domain`);
    }
    if (this.#mayBe(view, (part) => isStuck(this.#m, this.#singles, this.#members, part, size)))
      this.wrong.add('nobody may be able to move');
  }

  /** Checks the effects of steps of a copy outside, and of a single thread that points to it. */
  #stepsOfOthers(part: PartialState, g: number): void {
    const { counters, groups } = this.#set;
    for (const [me, { shares }] of part.copies[g]!.entries()) {
      const seen: OnSuccessor = (after) => {
        for (const one of this.#without(after, g, me))
          this.#has(one, `a step of another ${groups[g]!.thread}`);
      };
      this.#steps(this.#members[g]!, part, g, me, seen);
      if (counters.some((name, c) => name.endsWith(' points to') && shares[c] === 1))
        this.#steps(this.#singles, part, -1, 0, seen);
    }
  }

  #has(part: PartialState, what: string): void {
    if (!this.#keys.has(keyOf(part))) this.wrong.add(`${what} leads out of the views`);
  }

  /** Runs steps and records their errors; another partial state covers a step through a pointer to a copy outside. */
  #each(steps: Iterable<PartialState>, use: OnSuccessor): void {
    try {
      for (const part of steps) use(this.#forget(part));
    } catch (error) {
      if (error instanceof Wrong) this.wrong.add(error.message);
      else if (!(error instanceof Elsewhere)) throw error;
    }
  }

  #steps(threads: readonly ThreadTable[], part: PartialState, g: number, me: number, use: OnSuccessor): void {
    for (const thread of threads)
      for (const transition of thread.locations[locationIn(thread, part, g, me)]!)
        this.#each(stepsOf(this.#m, thread, transition, { part, group: g, me }), use);
  }

  /** The possible sums outside after one more copy leaves. */
  #spans(rest: number, share: number, c: number, g: number): readonly number[] {
    const { low, high } = this.#m.outside(rest, c, g);
    return standingFor({ low: low + share, high: high + share }, this.#set.most);
  }

  /** The partial state after a copy leaves with all its shares. */
  #without(part: PartialState, g: number, me: number): readonly PartialState[] {
    const slot = (c: number) => c * this.#set.groups.length + g;
    const copies = part.copies.with(g, part.copies[g]!.toSpliced(me, 1));
    return part.copies[g]![me]!.shares.reduce<Rests>(
      (all, share, c) =>
        all.flatMap((rest) => this.#spans(rest[slot(c)]!, share, c, g).map((one) => rest.with(slot(c), one))),
      [part.rest],
    ).map((rest) => ({ common: part.common, copies, rest: [...rest] }));
  }

  /** The extensions by one copy all of whose parts are views and whose shares outside some copy can hold. */
  *#larger(view: PartialState, g: number): Generator<PartialState> {
    const { groups, most } = this.#set;
    const slot = (c: number) => c * groups.length + g;
    const peers = new Map(
      this.#byCommon
        .get(JSON.stringify(view.common))!
        .flatMap(({ copies }) => copies[g]!)
        .map((copy) => [JSON.stringify(copy), copy]),
    );
    const signs = new Set(
      [...peers.values()].flatMap(({ shares }) => shares.map((share, c) => `${c} ${Math.sign(share)}`)),
    );
    const before = (c: number, share: number) =>
      standingFor({ low: -Infinity, high: Infinity }, most).filter(
        (rest) =>
          (rest === 0 || signs.has(`${c} ${Math.sign(rest)}`)) &&
          this.#spans(rest, share, c, g).includes(view.rest[slot(c)]!),
      );
    for (const copy of peers.values()) {
      const rests = copy.shares.reduce<Rests>(
        (all, share, c) =>
          share === 0 ? all : all.flatMap((rest) => before(c, share).map((one) => rest.with(slot(c), one))),
        [view.rest],
      );
      for (const rest of rests) {
        const part: PartialState = {
          common: view.common,
          copies: view.copies.with(g, [...view.copies[g]!, copy]),
          rest: [...rest],
        };
        const areViews = part.copies[g]!.every((_, me) =>
          this.#without(part, g, me).some((one) => this.#keys.has(keyOf(one))),
        );
        if (areViews && !this.#contradicts(part)) yield part;
      }
    }
  }

  #contradicts(part: PartialState): boolean {
    return this.#set.counters.some((_, c) => {
      const { grows, low, high } = this.#m.domainOf(c);
      const value = this.#m.counter(c, part);
      return !grows && (value.high < low || value.low > high);
    });
  }

  /** For each nonzero sum outside: the extensions by a copy that holds some of it. */
  #held(view: PartialState): readonly (readonly PartialState[])[] {
    const known = this.#holders.get(view);
    if (known !== undefined) return known;
    const { length } = this.#set.groups;
    const held = view.rest.flatMap((rest, at) => {
      const holds = ({ copies }: PartialState) =>
        copies[at % length]!.at(-1)!.shares[Math.floor(at / length)]! * rest > 0;
      return rest === 0 ? [] : [[...this.#larger(view, at % length)].filter(holds)];
    });
    this.#holders.set(view, held);
    return held;
  }

  /** Whether the condition may be true in a state that contains this part, including the holders of the shares outside. */
  #mayBe(view: PartialState, is: (part: PartialState) => boolean): boolean {
    return is(view) && this.#held(view).every((all) => all.some(is));
  }
}

type Rests = readonly (readonly number[])[];

/** Throws  Wrong if the certificate gives a cell the wrong role. */
function inductionOf(definition: AnyDefinition, set: ViewSet): Induction {
  const build = (sizes: ReadonlyMap<string, number>) => {
    const model = fullyGrown(definition.build({ ...set.options, ...Object.fromEntries(sizes) }, set.any));
    if (model.machine !== undefined) throw new NoFamily(`'${model.machine}' has runs of which no view knows`);
    return transitionSystem(invariants(model), readsAreSteps);
  };
  const { system, grows } = growing(build, set.any, new Map(Object.entries(set.from)));
  return new Induction(new Meaning({ ...set, system, grows, largest: largestShares(set) }), set);
}

/** By counter, then by group: the largest share of a copy in any record, without its sign. */
const largestShares = ({ counters, groups, records }: ViewSet): readonly number[] =>
  counters.flatMap((_, c) =>
    groups.map(({ cells }, g) =>
      records[g]!.reduce((most, record) => Math.max(most, Math.abs(record[cells.length + c] as number)), 0),
    ),
  );

function partOf(
  { commonCells, common, groups, records, rests }: ViewSet,
  [shared, all, rest]: ViewSet['views'][number],
): PartialState {
  const copyOf = (g: number, record: readonly Value[]) => ({
    cells: named(groups[g]!.cells, record),
    shares: record.slice(groups[g]!.cells.length) as number[],
  });
  return {
    common: named(commonCells, common[shared]!),
    copies: all.map((numbers, g) => numbers.map((number) => copyOf(g, records[g]![number]!))),
    rest: [...rests[rest]!],
  };
}

/** Equal for partial states that differ only in the order of copies. */
const keyOf = ({ common, copies, rest }: PartialState): string =>
  JSON.stringify([
    inOrder(common),
    copies.map((all) => all.map(({ cells, shares }) => JSON.stringify([inOrder(cells), shares])).sort()),
    rest,
  ]);

const inOrder = (cells: Readonly<Record<string, Value>>) =>
  Object.entries(cells).sort(([one], [other]) => (one < other ? -1 : 1));

/** Keeps the invariants and adds that no limit is met; a proof needs neither witnesses nor costs. */
const invariants = (model: Model): Model => ({
  ...model,
  costs: [],
  properties: model.properties.flatMap((property) =>
    property.kind === 'always'
      ? [property]
      : property.limit === true
        ? [
            {
              kind: 'always' as const,
              name: property.name.replaceAll(/\d+/g, ''),
              condition: { kind: 'not' as const, operand: property.condition },
            },
          ]
        : [],
  ),
});

const named = (names: readonly string[], values: readonly Value[]): Record<string, Value> =>
  Object.fromEntries(names.map((name, at) => [name, values[at]!]));
