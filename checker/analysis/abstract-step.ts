/** Everything that a transition may do from what is known: the abstract counterpart of firing it. */
import type { Effect } from '../language/statement.ts';
import { amountAdded, decrease, increase, write } from './access.ts';
import type { AbstractPlace, AbstractRun, Knowledge } from './abstract-value.ts';
import { assume, indicesOf, rangeOf, valuesOf } from './abstract-value.ts';
import type { Visibility } from './clause.ts';
import type { AnyExpr, Reference } from '../language/expression.ts';
import type { AnyDomain } from '../language/domain.ts';
import type { Numbering } from './numbering.ts';
import { numbersOf } from './numbering.ts';
import type { Code, Transition } from './transition-table.ts';
import type { ValueSet } from './value-set.ts';
import * as sets from './value-set.ts';

/** Where the steps of a copy are recorded. */
export interface AbstractSteps extends AbstractRun {
  readonly visibility: Visibility;
  /** Positions in the knowledge before the tracked cells. */
  readonly width: number;
  /** By tracked cell: the values written. */
  readonly written: ValueSet[];
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
      if (code.location === run.numbering.copies[run.copy]!.table.end) see(0, run);
      run.arrive(code.location, known);
      return;
    }
    case 'effects': {
      const after = applyAll(code.effects, { run, known, bound: [] });
      if (after !== null) follow(code.next, after, run);
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

/** The conjuncts that read the local at this position count as written. */
function see(position: number, { visibility, copy, kinds, numbering }: AbstractSteps): void {
  for (const conjunct of visibility.byLocal[copy]![position]!)
    kinds[numbering.cells.length + conjunct]! |= write;
}

/** Null: the effects end the run in any case. */
function applyAll(effects: readonly Effect[], place: StepPlace): Knowledge | null {
  let known: Knowledge | null = place.known;
  for (const effect of effects) {
    if (known === null) return null;
    known = apply(effect, { ...place, known });
  }
  return known;
}

function apply(effect: Effect, place: StepPlace): Knowledge | null {
  switch (effect.kind) {
    case 'set':
      return assigned(effect, place);
    case 'when':
      return applyWhen(effect.condition, effect.effects, place);
    case 'each': {
      const { level, low, high } = effect.binder;
      let known: Knowledge | null = place.known;
      for (let value = low; known !== null && value <= high; value++)
        known = applyAll(effect.effects, { ...place, known, bound: [...place.bound.slice(0, level), value] });
      return known;
    }
    case 'assert':
      return sets.has(valuesOf(effect.condition, place), 1) ? assume(effect.condition, true, place) : null;
    case 'count':
      return place.known;
  }
}

function applyWhen(condition: AnyExpr, effects: readonly Effect[], place: StepPlace): Knowledge | null {
  const values = valuesOf(condition, place);
  const then = sets.has(values, 1) ? assume(condition, true, place) : null;
  const done = then === null ? null : applyAll(effects, { ...place, known: then });
  const skipped = sets.has(values, 0) ? assume(condition, false, place) : null;
  if (done === null || skipped === null) return done ?? skipped;
  return done.map((set, at) => sets.join(set, skipped[at]!));
}

function assigned(effect: Effect & { kind: 'set' }, place: StepPlace): Knowledge | null {
  const { target, value } = effect;
  const amount = amountAdded(effect);
  // The old value of what is only added to is no read; its index is, and the target reads that.
  const values = valuesOf(value, amount === 0 ? place : unseen(place));
  const within = sets.meet(values, setOfDomain(target.domain, place.run.numbering));
  // Even a value outside of the domain was tried to be written: the attempt is the access.
  return stored(target, within, amount === 0 ? write : amount > 0 ? increase : decrease, place);
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
    const position = target.kind === 'local' ? cell : run.positions[cell]!;
    const before = position < 0 ? null : place.known[position]!;
    const next = before === null || sets.isSingle(at) ? values : sets.join(before, values);
    if (target.kind === 'shared') recordWrite(cell, kind, values, run);
    else if (!(sets.isSingle(before!) && sets.sameSet(before!, next))) see(cell, run);
    if (position >= 0) (after ??= [...place.known])[position] = next;
  }
  return sets.isEmpty(values) ? null : (after ?? place.known);
}

function recordWrite(cell: number, kind: number, values: ValueSet, run: AbstractSteps): void {
  run.kinds[cell]! |= kind;
  for (const conjunct of run.visibility.byCell[cell]!)
    run.kinds[run.numbering.cells.length + conjunct]! |= write;
  const position = run.positions[cell]!;
  if (position >= 0)
    run.written[position - run.width] = sets.join(run.written[position - run.width]!, values);
}
