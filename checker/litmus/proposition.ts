/** Evaluation of conditions on final states. */
import type { LitmusTest, LitmusValue, Observed, Proposition } from './litmus-test.ts';

/** The value of a register or a location in a final state. */
export type ValueIn = (observed: Observed) => LitmusValue;

/** The registers and locations in a proposition, with repetitions. */
export function observedIn(proposition: Proposition): readonly Observed[] {
  switch (proposition.kind) {
    case 'constant':
      return [];
    case 'equals':
      return [proposition.observed];
    case 'same':
      return [proposition.left, proposition.right];
    case 'not':
      return observedIn(proposition.operand);
    case 'and':
    case 'or':
      return [...observedIn(proposition.left), ...observedIn(proposition.right)];
  }
}

/** The registers and locations in the condition and in `locations`: registers by process, then locations. */
export function observedOf({ condition, locations }: LitmusTest): readonly Observed[] {
  const all = [...observedIn(condition), ...locations];
  const byKey = new Map(all.map((one) => [JSON.stringify(one), one]));
  const rank = ({ owner }: Observed) => owner ?? Infinity;
  return [...byKey.values()].sort((a, b) =>
    rank(a) === rank(b) ? (a.name < b.name ? -1 : 1) : rank(a) - rank(b),
  );
}

export const holds = (proposition: Proposition, value: ValueIn): boolean => truthOf(proposition, value)!;

/** The truth of a proposition; undefined if it depends on an undefined value. */
export function truthOf(
  proposition: Proposition,
  value: (observed: Observed) => LitmusValue | undefined,
): boolean | undefined {
  switch (proposition.kind) {
    case 'constant':
      return proposition.value;
    case 'equals': {
      const found = value(proposition.observed);
      return found === undefined ? undefined : found === proposition.value;
    }
    case 'same': {
      const [left, right] = [value(proposition.left), value(proposition.right)];
      return left === undefined || right === undefined ? undefined : left === right;
    }
    case 'not': {
      const operand = truthOf(proposition.operand, value);
      return operand === undefined ? undefined : !operand;
    }
    case 'and':
    case 'or': {
      const decides = proposition.kind === 'or';
      const [left, right] = [truthOf(proposition.left, value), truthOf(proposition.right, value)];
      if (left === decides || right === decides) return decides;
      return left === undefined || right === undefined ? undefined : !decides;
    }
  }
}

/** Access to a row of values by register or location. */
export function valuesOf(observed: readonly Observed[], row: readonly LitmusValue[]): ValueIn {
  const byKey = new Map(observed.map(({ owner, name }, at) => [`${owner ?? ''}:${name}`, row[at]!]));
  return ({ owner, name }) => byKey.get(`${owner ?? ''}:${name}`)!;
}

/** Whether the quantifier holds for these numbers of states with and without the condition. */
export function isSatisfied(
  quantifier: LitmusTest['quantifier'],
  positive: number,
  negative: number,
): boolean {
  switch (quantifier) {
    case 'exists':
      return positive > 0;
    case '~exists':
      return positive === 0;
    case 'forall':
      return negative === 0;
  }
}
