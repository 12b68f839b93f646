/** Values at which sets of what a counter may be are cut, so that many sets are one and their futures are shared. */
import * as sets from './value-set.ts';
import { walk } from '../../language/expression.ts';
import { effectsIn, exprsIn } from '../../program/code-walk.ts';
import { isCounterTest } from './abstract-value.ts';
import { amountAdded } from './access.ts';
import type { Visibility } from './conjuncts.ts';
import { numberOf, type Numbering } from '../../program/numbering.ts';
import type { ValueSet } from './value-set.ts';

/** Values this near to a constant with which steps compare are kept apart: so many of its references a copy adds or drops. */
const nearConstants = 2;
/** And those this near to an end of the domain. */
const nearEnds = 1;

/** By shared cell: values, ascending; none where steps use its value for more than additions and comparisons with constants. */
export type Thresholds = readonly (readonly number[])[];

export function thresholdsOf(numbering: Numbering, { byCell }: Visibility): Thresholds {
  const constants = new Map<string, number[]>();
  // How often a name occurs, and how often in an addition or a comparison with a constant.
  const uses = new Map<string, { all: number; known: number }>();
  const useOf = (name: string) => {
    const use = uses.get(name) ?? { all: 0, known: 0 };
    uses.set(name, use);
    return use;
  };
  for (const transition of numbering.system.transitions) {
    for (const part of [...exprsIn(transition)].flatMap(walk)) {
      if (part.kind === 'shared') useOf(part.name).all += 1;
      if (part.kind !== 'binary' || !isCounterTest(part)) continue;
      useOf(part.left.name).known += 1;
      if (part.right.kind !== 'constant') continue;
      const known = constants.get(part.left.name) ?? [];
      constants.set(part.left.name, [...known, numberOf(numbering.names, part.right.value)]);
    }
    // The target, and the old value.
    for (const effect of effectsIn(transition.code))
      if (effect.kind === 'set' && amountAdded(effect) !== 0) useOf(effect.target.name).known += 2;
  }
  const thresholds = numbering.cells.map((): readonly number[] => []);
  for (const [name, { first, length, domain }] of numbering.shared) {
    const { all, known } = useOf(name);
    if (all > known || domain.kind !== 'range') continue;
    for (let cell = first; cell < first + length; cell++) {
      const inProperties = byCell[cell]!.flatMap(({ failing, holding }) =>
        [failing, holding].flatMap(({ low, high }) => [low, high]),
      );
      const near = (values: readonly number[], distance: number) =>
        values.flatMap((value) => Array.from({ length: 2 * distance + 1 }, (_, at) => value - distance + at));
      const values = [
        ...near([...(constants.get(name) ?? []), ...inProperties], nearConstants),
        ...near([domain.low, domain.high], nearEnds),
      ];
      thresholds[cell] = [...new Set(values)].sort((a, b) => a - b);
    }
  }
  return thresholds;
}

/**
 * A set that contains this one, and begins and ends at thresholds.
 *
 * Sound for:  whatever is concluded from more values than there are; the empty set stays so.
 */
export function cut(set: ValueSet, thresholds: readonly number[]): ValueSet {
  if (thresholds.length === 0 || sets.isEmpty(set)) return set;
  let [low, high] = [0, thresholds.length - 1];
  if (set.low < thresholds[low]! || set.high > thresholds[high]!) return set;
  while (low < high && thresholds[low + 1]! <= set.low) low++;
  while (high > low && thresholds[high - 1]! >= set.high) high--;
  if (thresholds[low] === set.low && thresholds[high] === set.high) return set;
  return sets.interval(thresholds[low]!, thresholds[high]!);
}
