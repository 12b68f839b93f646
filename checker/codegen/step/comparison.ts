/** Comparisons as conditions: a test of bits for a cell at a known place and a constant, code for all others. */
import type { ComparisonOperator } from '../../language/expression.ts';
import { sizeOf } from '../../language/domain.ts';
import { coded, known, negation, type Condition } from './condition.ts';
import { cellAt, type Field } from '../layout/placement.ts';
import type { Words } from '../layout/cells.ts';
import { operation, type NumberType, type Wasm } from '../wasm/code.ts';

/** A cell at a known place: its read cannot fail. */
export interface KnownCell {
  readonly field: Field;
  /** The cell of the field: 0 in a scalar. */
  readonly index: number;
  readonly words: Words;
}

/** A number, of the same type as the other side; or the position of a name in a list that begins with the names of `cell`. */
export interface ComparedOperand {
  readonly code: Wasm;
  readonly type: NumberType;
  /** The cell that the code reads, if it does nothing else and the place is known. */
  readonly cell: KnownCell | null;
}

export function compared(
  operator: ComparisonOperator,
  left: ComparedOperand,
  right: ComparedOperand,
): Condition {
  return (
    comparedWithConstant(operator, left, right) ??
    comparedWithConstant(mirrored[operator], right, left) ??
    coded(operation(`${left.type}.${comparing[operator]}`, left.code, right.code))
  );
}

/** The operators for exchanged sides. */
const mirrored = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

const comparing = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt_s',
  '<=': 'le_s',
  '>': 'gt_s',
  '>=': 'ge_s',
} as const;

/** Null where one test of bits does not suffice. */
function comparedWithConstant(
  operator: ComparisonOperator,
  { cell }: ComparedOperand,
  { code }: ComparedOperand,
): Condition | null {
  if (cell === null || (code.kind !== 'i32' && code.kind !== 'i64')) return null;
  const { domain } = cell.field;
  const ordinal = Number(code.value) - (domain.kind === 'range' ? domain.low : 0);
  switch (operator) {
    case '==':
      return cellIs(cell, ordinal);
    case '!=':
      return negation(cellIs(cell, ordinal));
    case '<':
      return cellIsBelow(cell, ordinal);
    case '<=':
      return cellIsBelow(cell, ordinal + 1);
    case '>':
      return unless(cellIsBelow(cell, ordinal + 1));
    case '>=':
      return unless(cellIsBelow(cell, ordinal));
  }
}

const unless = (condition: Condition | null) => (condition === null ? null : negation(condition));

/** Whether a cell holds an ordinal, which may lie outside of its domain. */
export function cellIs(cell: KnownCell, ordinal: number): Condition {
  const { domain, bits } = cell.field;
  if (ordinal < 0 || ordinal >= sizeOf(domain)) return known(false);
  return bitsAre(cell, (1n << BigInt(bits)) - 1n, BigInt(ordinal));
}

/** Below a power of two no higher bit is set; below the highest ordinal are all others. */
function cellIsBelow(cell: KnownCell, limit: number): Condition | null {
  const { domain, bits } = cell.field;
  const size = sizeOf(domain);
  if (limit <= 0 || limit >= size) return known(limit > 0);
  if (Number.isInteger(Math.log2(limit))) return bitsAre(cell, (1n << BigInt(bits)) - BigInt(limit), 0n);
  return limit === size - 1 ? negation(cellIs(cell, limit)) : null;
}

/** Whether the bits of a cell under a mask equal those of `value`. */
function bitsAre({ field, index, words }: KnownCell, mask: bigint, value: bigint): Condition {
  if (mask === 0n) return known(true);
  const { word, shift } = cellAt(field, index);
  const place = BigInt(shift);
  return { kind: 'test', word: words.read(word), mask: mask << place, value: value << place, isEqual: true };
}
