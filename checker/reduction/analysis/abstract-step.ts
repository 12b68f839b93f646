/** Fires a transition abstractly: everything that it may do from what is known. */
import * as sets from './value-set.ts';
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { Effect } from '../../language/statement.ts';
import { numbersOf, type Numbering } from '../../program/numbering.ts';
import type { Transition } from '../../program/transition-system.ts';
import {
  assume,
  indicesOf,
  knowing,
  positionIn,
  rangeOf,
  splitSets,
  valuesOf,
  type AbstractPlace,
  type AbstractRun,
  type Knowledge,
} from './abstract-value.ts';
import { amountAdded, decrease, increase, mindsDecrease, mindsIncrease, write } from './access.ts';
import { executeMerging, type Steps } from './execute.ts';
import type { ValueSet } from './value-set.ts';

const unseen = (place: AbstractPlace): AbstractPlace => ({
  ...place,
  run: { ...place.run, kinds: scratch(place.run.kinds.length) },
});

/** By model, for models share domains and number the names in them differently. */
const domainSets = new WeakMap<Numbering, Map<AnyDomain, ValueSet>>();

/** All values of a domain. */
export function setOfDomain(domain: AnyDomain, numbering: Numbering): ValueSet {
  if (domain.kind === 'bool') return sets.either;
  let known = domainSets.get(numbering);
  if (known === undefined) domainSets.set(numbering, (known = new Map<AnyDomain, ValueSet>()));
  let set = known.get(domain);
  if (set === undefined) {
    set =
      domain.kind === 'range'
        ? sets.interval(domain.low, domain.high)
        : sets.setOf(numbersOf(numbering.names, domain));
    known.set(domain, set);
  }
  return set;
}

/**
 * Records what the transition may read and write, and where it may arrive with what knowledge.
 *
 * Sound for:  a transition whose guard is surely false records nothing, since it never fires.
 */
export function mayFire(transition: Transition, known: Knowledge, run: AbstractRun): void {
  const { guard, code } = transition;
  const place: AbstractPlace = { run, known, bound: [] };
  const open = guard === null ? place : opened(guard, place);
  if (open !== null) executeMerging(code, open, steps);
}

function opened(guard: AnyExpr, place: AbstractPlace): AbstractPlace | null {
  const values = valuesOf(guard, unseen(place));
  if (!sets.isEmpty(values) && !sets.has(values, 1)) return null;
  valuesOf(guard, place);
  return assume(guard, true, place);
}

let unread = new Uint8Array(0);

/** Where accesses are recorded that do not count. */
function scratch(length: number): Uint8Array {
  if (unread.length < length) unread = new Uint8Array(length);
  return unread;
}

/** So many ways are distinguished, such as whether a conditional increment took place. */
const mostWays = 4;

const steps: Steps<AbstractPlace> = {
  split: splitSets,
  assign: assigned,
  assert: ({ condition }, place) =>
    sets.has(valuesOf(condition, place), 1) ? assume(condition, true, place) : null,
  choose: (target, place, next) => {
    const after = stored(target, setOfDomain(target.domain, place.run.numbering), write, place);
    if (after !== null) next(after);
  },
  arrive: (location, { run, known }) => {
    if (location === run.numbering.copies[run.copy]!.table.end) see(0, sets.single(location), run);
    run.arrive(location, known);
  },
  merge: (ways) => {
    if (ways.length <= mostWays) return ways;
    const joined = (some: Knowledge, more: Knowledge) => some.map((set, at) => sets.join(set, more[at]!));
    return [knowing(ways[0]!, ways.map(({ known }) => known).reduce(joined))];
  },
};

/** Counts as written the conjuncts that may fail with the new value of the local at this position. */
function see(position: number, values: ValueSet, run: AbstractRun): void {
  const { visibility, copy, kinds, numbering } = run;
  for (const { conjunct, failing } of visibility.byLocal[copy]![position]!)
    if (sets.overlap(failing, values)) kinds[numbering.cells.length + conjunct]! |= write;
}

function assigned(effect: Effect & { kind: 'set' }, place: AbstractPlace): AbstractPlace | null {
  const { target, value } = effect;
  const amount = amountAdded(effect);
  // An addition does not read the old value. The target reads its index.
  const values = valuesOf(value, amount === 0 ? place : unseen(place));
  const domain = setOfDomain(target.domain, place.run.numbering);
  // The attempt to write a value outside of the domain is an access too.
  return stored(target, sets.meet(values, domain), kindOf(amount, values, domain), place);
}

/** An addition that may leave the domain may stay within it after a change the other way. */
function kindOf(amount: number, values: ValueSet, domain: ValueSet): number {
  if (amount === 0) return write;
  if (amount > 0) return values.high > domain.high ? increase | mindsDecrease : increase;
  return values.low < domain.low ? decrease | mindsIncrease : decrease;
}

function stored(
  target: Reference,
  values: ValueSet,
  kind: number,
  place: AbstractPlace,
): AbstractPlace | null {
  const { run } = place;
  const range = rangeOf(target, run);
  const at = indicesOf(target.index, range, place);
  if (at === null) return null;
  let after: ValueSet[] | null = null;
  for (let index = at.low; index <= at.high; index++) {
    if (!sets.has(at, index)) continue;
    const cell = range.first + index;
    const position = positionIn(target, cell, run);
    const before = position < 0 ? null : place.known[position]!;
    const next = before === null || sets.isSingle(at) ? values : sets.join(before, values);
    if (target.kind === 'shared') recordWrite(cell, kind, values, run);
    else if (!(sets.isSingle(before!) && sets.sameSet(before!, next))) see(cell, next, run);
    if (position < 0) continue;
    (after ??= [...place.known])[position] = next;
    const sum = target.kind === 'local' ? -1 : run.sums[cell]!;
    if (sum < 0) continue;
    const more = sumAfter(place.known[sum]!, kind);
    after[sum] = sets.isSingle(at) ? more : sets.join(place.known[sum]!, more);
  }
  return sets.isEmpty(values) ? null : knowing(place, after ?? place.known);
}

/** The sum added to a cell after one more access. */
function sumAfter(sum: ValueSet, kind: number): ValueSet {
  if (kind === write) return sets.everything;
  return sets.bounded(sets.plus(sum, sets.single((kind & increase) !== 0 ? 1 : -1)));
}

function recordWrite(cell: number, kind: number, values: ValueSet, run: AbstractRun): void {
  run.kinds[cell]! |= kind;
  for (const { conjunct, failing } of run.visibility.byCell[cell]!)
    if (sets.overlap(failing, values)) run.kinds[run.numbering.cells.length + conjunct]! |= write;
  const position = run.positions[cell]!;
  if (position >= 0)
    run.written[position - run.width] = sets.join(run.written[position - run.width]!, values);
}
