/** Steps that do the same with several values of a counter: changes among these values commute with them. */
import * as sets from './value-set.ts';
import { sizeOf } from '../../language/domain.ts';
import { read, test, write, type Footprint } from './access.ts';
import { stepOf, type CopyStep, type StepContext, type StepOutcome } from './footprint.ts';
import { hasNumber, numbersOf, type Numbering } from '../../program/numbering.ts';
import type { Transition } from '../../program/transition-system.ts';
import type { ValueSet } from './value-set.ts';

const mostValues = 32;

/**
 * The step with the values of its only cell with which it does the same, found by trying all; a read becomes a test.
 *
 * Sound for:  runs of others in which the cell has only the values of `steady`. A step that adds may go too far from
 *             one of them: then so does a step of the others that comes after it.
 */
export function withCommutingValues(step: CopyStep, context: StepContext, transition: Transition): CopyStep {
  const { numbering } = context;
  const { elements, kinds } = step.footprint;
  const looked = elements.filter((cell, at) => cell < numbering.cells.length && kinds[at] !== write);
  const [cell] = looked;
  if (cell === undefined || looked.length > 1) return step;
  const at = elements.indexOf(cell);
  const domain = numbering.cells[cell]!;
  if ((kinds[at]! & write) !== 0 || sizeOf(domain) > mostValues) return step;
  const all = numbersOf(numbering.names, domain);
  const now = context.readShared(cell);
  const alike = all.filter((value) => {
    const readShared = (asked: number) => (asked === cell ? value : context.readShared(asked));
    const trial: CommutationTrial = { numbering, cell, now, value };
    return value === now || isAlike(step, stepOf({ ...context, readShared }, transition), trial);
  });
  const isRead = (kinds[at]! & read) !== 0;
  const footprint: Footprint = {
    ...step.footprint,
    kinds: isRead ? kinds.with(at, (kinds[at]! & ~read) | test) : kinds,
    steady: { cell, values: exactly(alike, now) },
  };
  return { ...step, footprint };
}

/** A cell that has `value` where it has `now` in the state. */
interface CommutationTrial {
  readonly numbering: Numbering;
  readonly cell: number;
  readonly now: number;
  readonly value: number;
}

/** Whether the other step does the same from `value` that the first does from `now`: what it adds is the same amount. */
function isAlike(step: CopyStep, other: CopyStep, trial: CommutationTrial): boolean {
  if (other.enabled !== step.enabled || other.outcomes.length !== step.outcomes.length) return false;
  return step.outcomes.every((outcome, which) => {
    const there = other.outcomes[which]!;
    if (there.wrong && !outcome.wrong) return goesTooFar(outcome, trial);
    return isSame(outcome, there, trial) && isSameLook(step.footprint, other.footprint, trial.numbering);
  });
}

/** Whether the outcome adds an amount that leads from `value` out of the domain. */
function goesTooFar(
  { cells, values }: StepOutcome,
  { numbering, cell, now, value }: CommutationTrial,
): boolean {
  const at = cells.indexOf(cell);
  return at >= 0 && !hasNumber(numbering.names, numbering.cells[cell]!, values[at]! + value - now);
}

function isSame(one: StepOutcome, other: StepOutcome, { cell, now, value }: CommutationTrial): boolean {
  const isEach = (some: readonly number[], others: readonly number[], less: (at: number) => number) =>
    some.length === others.length && some.every((number, at) => number === others[at]! - less(at));
  const none = () => 0;
  return (
    one.failed === other.failed &&
    one.wrong === other.wrong &&
    isEach(one.locals, other.locals, none) &&
    isEach(one.cells, other.cells, none) &&
    isEach(one.values, other.values, (at) => (one.cells[at] === cell ? value - now : 0)) &&
    other.mended.every((conjunct) => one.mended.includes(conjunct))
  );
}

function isSameLook(one: Footprint, other: Footprint, { cells }: Numbering): boolean {
  const told = ({ elements, kinds }: Footprint) =>
    elements.flatMap((element, at) => (element < cells.length ? [element, kinds[at]!] : [])).join();
  return told(one) === told(other);
}

/** The set of these values, or of a part of them around `now` where no exact set is to be had. */
function exactly(values: readonly number[], now: number): ValueSet {
  if (values.every((value) => value >= 0 && value <= 31)) return sets.setOf(values);
  let [low, high] = [now, now];
  while (values.includes(low - 1)) low--;
  while (values.includes(high + 1)) high++;
  return sets.interval(low, high);
}
