/** What a litmus test asks of a final state. */
import type { LitmusTest, LitmusValue, Observed, Proposition } from './litmus-test.ts';

/** The value of a register or a location in a final state. */
export type ValueIn = (observed: Observed) => LitmusValue;

/** What a proposition speaks of, as often as it does. */
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

/** What the condition speaks of and what `locations` adds: registers by process, then locations. */
export function observedOf({ condition, locations }: LitmusTest): readonly Observed[] {
  const all = [...observedIn(condition), ...locations];
  const byKey = new Map(all.map((one) => [JSON.stringify(one), one]));
  const rank = ({ owner }: Observed) => owner ?? Infinity;
  return [...byKey.values()].sort((a, b) =>
    rank(a) === rank(b) ? (a.name < b.name ? -1 : 1) : rank(a) - rank(b),
  );
}

export const holds = (proposition: Proposition, value: ValueIn): boolean => truthOf(proposition, value)!;

/** Whether a proposition is true where some values are still open, which are undefined; so is what hangs on them. */
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

/** Reads a row of values by what each column is. */
export function valuesOf(observed: readonly Observed[], row: readonly LitmusValue[]): ValueIn {
  const byKey = new Map(observed.map(({ owner, name }, at) => [`${owner ?? ''}:${name}`, row[at]!]));
  return ({ owner, name }) => byKey.get(`${owner ?? ''}:${name}`)!;
}

/** Whether the quantifier is satisfied by so many states that the condition is true of, and so many others. */
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
