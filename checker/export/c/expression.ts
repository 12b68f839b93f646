/** Expressions as C: plain integers, indices checked where they could leave their array. */
import type { AnyDomain } from '../../language/domain.ts';
import { isArithmetic, resultOf, type ArithmeticExpr } from '../../language/arithmetic.ts';
import { intervalOf, ofBits } from '../../language/interval.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import { walk, type AnyExpr, type Reference } from '../../language/expression.ts';
import type { CLayout, Slot } from './layout.ts';

/** Where an expression stands. The C around it has the state in `t` and a label `wrong` for the author's mistakes. */
export interface CPlace {
  readonly layout: CLayout;
  readonly ends: Readonly<Record<string, number>>;
  /** The running thread and copy; in a property there is none. */
  readonly thread: string;
  readonly replica: number;
  /** The values of the bound variables by level: quantifiers and `each` are written out. */
  readonly bound: readonly number[];
}

export const withBound = (place: CPlace, level: number, value: number): CPlace => ({
  ...place,
  bound: [...place.bound.slice(0, level), value],
});

/** The expression in C; a named value is its position in `names`. */
export function toC(expr: AnyExpr, place: CPlace, names: readonly string[] = []): string {
  const known = constantOf(expr, place);
  if (known !== null) return `INT64_C(${known})`;
  switch (expr.kind) {
    case 'constant':
      return String(typeof expr.value === 'string' ? names.indexOf(expr.value) : Number(expr.value));
    case 'shared':
    case 'local':
      return readToC(expr, place, names);
    case 'self':
    case 'bound':
      throw new Error('the copy and bound variables are constants here');
    case 'not':
      return `!${toC(expr.operand, place)}`;
    case 'claim':
      return toC(expr.operand, place);
    case 'binary': {
      if (isArithmetic(expr)) return arithmeticToC(expr, place);
      const common = ['==', '!='].includes(expr.operator) ? namesIn(expr) : [];
      return `(${toC(expr.left, place, common)} ${expr.operator} ${toC(expr.right, place, common)})`;
    }
    case 'wrap': {
      const lower = `(${toC(expr.operand, place)} & INT64_C(${2 ** expr.bits - 1}))`;
      const sign = `INT64_C(${2 ** (expr.bits - 1)})`;
      return expr.signed ? `((${lower} ^ ${sign}) - ${sign})` : lower;
    }
    case 'conditional': {
      const [then, otherwise] = [toC(expr.then, place, names), toC(expr.otherwise, place, names)];
      return `(${toC(expr.condition, place)} ? ${then} : ${otherwise})`;
    }
    case 'quantifier': {
      const { low, high, level } = expr.binder;
      const range = Array.from({ length: high - low + 1 }, (_, at) => low + at);
      const bodies = range.map((value) => toC(expr.body, withBound(place, level, value)));
      return `(${bodies.join(expr.quantifier === 'all' ? ' && ' : ' || ')})`;
    }
    case 'ended':
      return endedToC(expr, place);
  }
}

/** Only operations that have a result of 64 bits in every state: this C does not check arithmetic. */
function arithmeticToC(expr: ArithmeticExpr, place: CPlace): string {
  const { operator, left, right } = expr;
  const others = boundsOf(right, place);
  const isQuotient = operator === '/' || operator === '%';
  const isShift = operator === '<<' || operator === '>>';
  if ((isQuotient && others[0] <= 0 && others[1] >= 0) || (isShift && (others[0] < 0 || others[1] > 31)))
    throw new ModelError(
      `'${printExpr(expr)}' may have no result, and the exported C does not check arithmetic`,
    );
  return `(${toC(left, place)} ${operator} ${toC(right, place)})`;
}

/** The values of numbers that are known when the code is written, or null. */
function constantOf(expr: AnyExpr, place: CPlace): number | null {
  if (expr.kind === 'constant') return typeof expr.value === 'number' ? expr.value : null;
  if (expr.kind === 'self') return place.replica;
  if (expr.kind === 'bound') return place.bound[expr.binder.level]!;
  if (!isArithmetic(expr)) return null;
  const [left, right] = [constantOf(expr.left, place), constantOf(expr.right, place)];
  return left === null || right === null ? null : resultOf(expr.operator, left, right);
}

/** All names that the values of an expression can have, in one order. */
function namesIn(expr: AnyExpr): readonly string[] {
  const names = [...walk(expr)].flatMap((part) => {
    if (part.kind === 'constant') return typeof part.value === 'string' ? [part.value] : [];
    if (part.kind !== 'shared' && part.kind !== 'local') return [];
    return part.domain.kind === 'values' ? part.domain.values : [];
  });
  return [...new Set([...largestDomain(expr), ...names])];
}

/** The longest list of names comes first, so that most named values need no translation. */
function largestDomain(expr: AnyExpr): readonly string[] {
  const lists = [...walk(expr)].flatMap((part) =>
    (part.kind === 'shared' || part.kind === 'local') && part.domain.kind === 'values'
      ? [part.domain.values]
      : [],
  );
  return lists.reduce((longest, list) => (list.length > longest.length ? list : longest), []);
}

function endedToC(expr: AnyExpr & { kind: 'ended' }, place: CPlace): string {
  const copies = place.layout.threads[expr.thread]!;
  const at = (replica: number) => `(${cellToC(copies[replica]!.location, 0)} == ${place.ends[expr.thread]!})`;
  const known = constantOf(expr.replica, place);
  if (known !== null) return at(known);
  const replica = toC(expr.replica, place);
  return `(${copies.map((_, copy) => `(${replica} == ${copy} && ${at(copy)})`).join(' || ')})`;
}

/** Where a reference is stored. */
export function slotOf(reference: Reference, place: CPlace): Slot {
  if (reference.kind === 'shared') return place.layout.shared[reference.name]!;
  const replica = reference.replica === null ? place.replica : constantOf(reference.replica, place);
  if (replica === null) throw new Error(`the copy whose '${reference.name}' is read is computed`);
  return place.layout.threads[reference.thread]![replica]!.locals[reference.name]!;
}

/** The index as C, known (a number) or checked in `check`. */
export interface CIndex {
  readonly known: number | null;
  readonly code: string;
  readonly check: string;
}

export function indexToC(reference: Reference, place: CPlace): CIndex {
  if (reference.index === null) return { known: 0, code: '0', check: '' };
  const length = slotOf(reference, place).length!;
  const known = constantOf(reference.index, place);
  const inside = ([low, high]: Bounds) => low >= 0 && high < length;
  if (known !== null && inside([known, known])) return { known, code: String(known), check: '' };
  const check = inside(boundsOf(reference.index, place)) ? '' : `if (i < 0 || i >= ${length}) goto wrong; `;
  return { known: null, code: toC(reference.index, place), check };
}

type Bounds = readonly [low: number, high: number];

/** The least and the greatest value that a number can have. */
export function boundsOf(expr: AnyExpr, place: CPlace): Bounds {
  const known = constantOf(expr, place);
  if (known !== null) return [known, known];
  if (expr.kind === 'shared' || expr.kind === 'local')
    return expr.domain.kind === 'range' ? [expr.domain.low, expr.domain.high] : [0, 1];
  if (expr.kind === 'conditional') {
    const [a, b] = [boundsOf(expr.then, place), boundsOf(expr.otherwise, place)];
    return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
  }
  if (expr.kind === 'wrap') {
    const { low, high } = ofBits(expr.bits, expr.signed);
    return [low, high];
  }
  if (!isArithmetic(expr)) return [0, 1];
  const [left, right] = [expr.left, expr.right].map((side) => {
    const [low, high] = boundsOf(side, place);
    return { low, high };
  });
  const { low, high } = intervalOf(expr.operator, left!, right!);
  return [low, high];
}

function readToC(reference: Reference, place: CPlace, names: readonly string[]): string {
  const slot = slotOf(reference, place);
  const { known, code, check } = indexToC(reference, place);
  const ordinal =
    known !== null ? cellToC(slot, known) : `({ int64_t i = ${code}; ${check}${cellToC(slot, 'i')}; })`;
  return valueToC(slot.domain, ordinal, names);
}

function valueToC(domain: AnyDomain, ordinal: string, names: readonly string[]): string {
  if (domain.kind === 'range' && domain.low !== 0) return `(${ordinal} + ${domain.low})`;
  if (domain.kind !== 'values' || domain.values.every((name, at) => names[at] === name)) return ordinal;
  return `((const int16_t[]){${domain.values.map((name) => names.indexOf(name)).join(', ')}})[${ordinal}]`;
}

/** The place of a cell: its word and the lowest of its bits; the cell is a number or the C variable `i`. */
export function bitsToC(slot: Slot, cell: number | 'i'): { readonly word: string; readonly shift: string } {
  const { word, shift, bits, perWord, length } = slot;
  if (cell !== 'i')
    return {
      word: `t.w[${word + Math.floor(cell / perWord)}]`,
      shift: String(shift + (cell % perWord) * bits),
    };
  if (length! <= perWord) return { word: `t.w[${word}]`, shift: `(${shift} + i * ${bits})` };
  return { word: `t.w[${word} + i / ${perWord}]`, shift: `(i % ${perWord} * ${bits})` };
}

export const maskOf = ({ bits }: Slot) => `UINT64_C(${2n ** BigInt(bits) - 1n})`;

/** The ordinal in a cell. */
export function cellToC(slot: Slot, cell: number | 'i'): string {
  if (slot.bits === 0) return 'INT64_C(0)';
  const { word, shift } = bitsToC(slot, cell);
  return `(int64_t)(${word} >> ${shift} & ${maskOf(slot)})`;
}
