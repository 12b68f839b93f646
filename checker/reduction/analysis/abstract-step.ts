/** Everything that a transition may do from what is known: the abstract counterpart of firing it. */
import * as sets from './value-set.ts';
import type { Effect } from '../../language/statement.ts';
import { amountAdded, decrease, increase, mindsDecrease, mindsIncrease, write } from './access.ts';
import {
  assume,
  indicesOf,
  positionIn,
  rangeOf,
  valuesOf,
  type AbstractPlace,
  type AbstractRun,
  type Knowledge,
} from './abstract-value.ts';
import type { Visibility } from './conjuncts.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { AnyDomain } from '../../language/domain.ts';
import { numbersOf, type Numbering } from '../../program/numbering.ts';
import type { Code, Transition } from '../../program/transition-system.ts';
import type { ValueSet } from './value-set.ts';

/** Where the steps of a copy are recorded. */
export interface AbstractSteps extends AbstractRun {
  readonly visibility: Visibility;
  /** Positions in the knowledge before the tracked cells. */
  readonly width: number;
  /** By tracked cell: the values written. */
  readonly written: ValueSet[];
  /** By shared cell: the position in the knowledge of the sum that the copy has added to it, or -1. */
  readonly sums: ArrayLike<number>;
  readonly arrive: (location: number, known: Knowledge) => void;
}

interface StepPlace extends AbstractPlace {
  readonly run: AbstractSteps;
}

const unseen = (place: StepPlace): StepPlace => ({
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
export function mayFire(transition: Transition, known: Knowledge, run: AbstractSteps): void {
  const { guard } = transition;
  if (guard === null) {
    follow(transition.code, known, run);
    return;
  }
  const place: StepPlace = { run, known, bound: [] };
  const values = valuesOf(guard, unseen(place));
  if (!sets.isEmpty(values) && !sets.has(values, 1)) return;
  valuesOf(guard, place);
  const after = assume(guard, true, place);
  if (after !== null) follow(transition.code, after, run);
}

let unread = new Uint8Array(0);

/** Somewhere to record what nobody asks for. */
function scratch(length: number): Uint8Array {
  if (unread.length < length) unread = new Uint8Array(length);
  return unread;
}

function follow(code: Code, known: Knowledge, run: AbstractSteps): void {
  switch (code.kind) {
    case 'goto': {
      if (code.location === run.numbering.copies[run.copy]!.table.end)
        see(0, sets.single(code.location), run);
      run.arrive(code.location, known);
      return;
    }
    case 'effects': {
      for (const after of applyAll(code.effects, { run, known, bound: [] })) follow(code.next, after, run);
      return;
    }
    case 'branch': {
      const place = { run, known, bound: [] };
      const condition = valuesOf(code.condition, place);
      const then = sets.has(condition, 1) ? assume(code.condition, true, place) : null;
      const otherwise = sets.has(condition, 0) ? assume(code.condition, false, place) : null;
      if (then !== null) follow(code.then, then, run);
      if (otherwise !== null) follow(code.otherwise, otherwise, run);
      return;
    }
    case 'choose': {
      const place = { run, known, bound: [] };
      const after = stored(code.target, setOfDomain(code.target.domain, run.numbering), write, place);
      if (after !== null) follow(code.next, after, run);
    }
  }
}

/** The conjuncts that may fail with what the local at this position becomes count as written. */
function see(
  position: number,
  values: ValueSet,
  { visibility, copy, kinds, numbering }: AbstractSteps,
): void {
  for (const { conjunct, failing } of visibility.byLocal[copy]![position]!)
    if (sets.overlap(failing, values)) kinds[numbering.cells.length + conjunct]! |= write;
}

/** What may be known afterwards, one after the other; none where the run ends in any case. */
type AbstractOutcomes = readonly Knowledge[];

/** So many ways are told apart, such as whether a conditional increment took place. */
const mostWays = 4;

/** The effects in order, from each of the ways so far. */
function applyAll(effects: readonly Effect[], place: StepPlace): AbstractOutcomes {
  return effects.reduce<AbstractOutcomes>(
    (ways, effect) => merged(ways.flatMap((known) => apply(effect, { ...place, known }))),
    [place.known],
  );
}

function merged(ways: AbstractOutcomes): AbstractOutcomes {
  if (ways.length <= mostWays) return ways;
  return [ways.reduce((some, more) => some.map((set, at) => sets.join(set, more[at]!)))];
}

function apply(effect: Effect, place: StepPlace): AbstractOutcomes {
  switch (effect.kind) {
    case 'set':
      return orNone(assigned(effect, place));
    case 'when':
      return applyWhen(effect.condition, effect.effects, place);
    case 'each': {
      const { level, low, high } = effect.binder;
      let ways: AbstractOutcomes = [place.known];
      for (let value = low; value <= high; value++) {
        const bound = [...place.bound.slice(0, level), value];
        ways = merged(ways.flatMap((known) => applyAll(effect.effects, { ...place, known, bound })));
      }
      return ways;
    }
    case 'assert': {
      const mayHold = sets.has(valuesOf(effect.condition, place), 1);
      return mayHold ? orNone(assume(effect.condition, true, place)) : [];
    }
    case 'count':
      return [place.known];
  }
}

const orNone = (known: Knowledge | null): AbstractOutcomes => (known === null ? [] : [known]);

function applyWhen(condition: AnyExpr, effects: readonly Effect[], place: StepPlace): AbstractOutcomes {
  const values = valuesOf(condition, place);
  const then = sets.has(values, 1) ? assume(condition, true, place) : null;
  const skipped = sets.has(values, 0) ? assume(condition, false, place) : null;
  const done = then === null ? [] : applyAll(effects, { ...place, known: then });
  return [...done, ...orNone(skipped)];
}

function assigned(effect: Effect & { kind: 'set' }, place: StepPlace): Knowledge | null {
  const { target, value } = effect;
  const amount = amountAdded(effect);
  // The old value of what is only added to is no read; its index is, and the target reads that.
  const values = valuesOf(value, amount === 0 ? place : unseen(place));
  const domain = setOfDomain(target.domain, place.run.numbering);
  // Even a value outside of the domain was tried to be written: the attempt is the access.
  return stored(target, sets.meet(values, domain), kindOf(amount, values, domain), place);
}

/** An addition that may go too far would not if the cell had been changed the other way before. */
function kindOf(amount: number, values: ValueSet, domain: ValueSet): number {
  if (amount === 0) return write;
  if (amount > 0) return values.high > domain.high ? increase | mindsDecrease : increase;
  return values.low < domain.low ? decrease | mindsIncrease : decrease;
}

function stored(target: Reference, values: ValueSet, kind: number, place: StepPlace): Knowledge | null {
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
  return sets.isEmpty(values) ? null : (after ?? place.known);
}

/** What was added to a cell in all, after one access more. */
function sumAfter(sum: ValueSet, kind: number): ValueSet {
  if (kind === write) return sets.everything;
  return sets.bounded(sets.plus(sum, sets.single((kind & increase) !== 0 ? 1 : -1)));
}

function recordWrite(cell: number, kind: number, values: ValueSet, run: AbstractSteps): void {
  run.kinds[cell]! |= kind;
  for (const { conjunct, failing } of run.visibility.byCell[cell]!)
    if (sets.overlap(failing, values)) run.kinds[run.numbering.cells.length + conjunct]! |= write;
  const position = run.positions[cell]!;
  if (position >= 0)
    run.written[position - run.width] = sets.join(run.written[position - run.width]!, values);
}
