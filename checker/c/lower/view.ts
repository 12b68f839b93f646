/** The value of a member that shares its cell with others, out of the cell and into it. */
import type { AnyExpr } from '../../language/expression.ts';
import { nullPointer } from '../memory.ts';
import { isSigned, type View } from '../overlay.ts';
import { boolType, integerType, intType, type ScalarType } from '../syntax/types.ts';
import { convert } from './arithmetic.ts';
import { compared, constant, either, plus, scalar, type CValue } from './value.ts';

const binary = (
  operator: '&' | '|' | '*' | '/' | '%' | '<<' | '>>',
  left: AnyExpr,
  right: AnyExpr,
): AnyExpr => ({
  kind: 'binary',
  operator,
  left,
  right,
});

/** The type of a bit-field as an operand: an int holds all values of a narrower one. */
const typeOfBits = ({ width, type }: View & { readonly kind: 'bits' }): ScalarType => {
  if (type.kind === 'bool') return boolType;
  return width < 32 || isSigned(type) ? intType : integerType(32, false);
};

/** The member's value in a cell. */
export function viewed(view: View, cell: AnyExpr): CValue {
  switch (view.kind) {
    case 'bits': {
      const { offset, width, type } = view;
      const shifted = offset === 0 ? cell : binary('>>', cell, constant(offset));
      const bits: AnyExpr = { kind: 'wrap', operand: shifted, bits: width, signed: isSigned(type) };
      return scalar(typeOfBits(view), type.kind === 'bool' ? compared('!=', bits, constant(0)) : bits);
    }
    case 'whole':
      return view.type.kind === 'pointer'
        ? scalar(view.type, cell)
        : convert({ kind: 'number', type: view.host, expr: cell }, view.type);
    case 'tagged': {
      const { type, tag, tags } = view;
      const number = binary('/', plus(cell, constant(-tag)), constant(tags));
      if (type.kind !== 'pointer') return scalar(type, orZero(cell, 0, number));
      return scalar(type, orZero(cell, nullPointer, plus(number, constant(-1))));
    }
  }
}

/** What nothing but zeros means, whichever member was written. */
const orZero = (cell: AnyExpr, zero: number, otherwise: AnyExpr): AnyExpr => ({
  kind: 'conditional',
  condition: compared('==', cell, constant(0)),
  then: constant(zero),
  otherwise,
});

/** What must be true of a member of a union that is read. */
export const lastWritten = 'a union is read by the member that was written last';

/** The condition that the member is the one that was written last. */
export function isWritten(view: View, cell: AnyExpr): AnyExpr {
  if (view.kind !== 'tagged') return constant(true);
  // The remainder of a number below 0 is below 0.
  const tag = binary(
    '%',
    plus(binary('%', cell, constant(view.tags)), constant(view.tags)),
    constant(view.tags),
  );
  return either(compared('==', cell, constant(0)), compared('==', tag, constant(view.tag)));
}

/** The cell with another value of the member, which is given as an expression of its type. */
export function withMember(view: View, cell: AnyExpr, value: AnyExpr): AnyExpr {
  switch (view.kind) {
    case 'bits': {
      const { offset, width, type } = view;
      const number = type.kind === 'bool' ? numberOfTruth(value) : value;
      const bits: AnyExpr = { kind: 'wrap', operand: number, bits: width, signed: false };
      const mask = (2 ** width - 1) * 2 ** offset;
      // -1 - mask: all other bits, however many the cell has.
      const kept = binary('&', cell, constant(-1 - mask));
      return binary('|', kept, offset === 0 ? bits : binary('<<', bits, constant(offset)));
    }
    case 'whole': {
      const { type, host } = view;
      if (type.kind === 'pointer') return value;
      const converted = convert({ kind: 'number', type, expr: value }, host);
      return converted.expr;
    }
    case 'tagged': {
      const { type, tag, tags } = view;
      const isPointer = type.kind === 'pointer';
      const number = plus(
        binary('*', isPointer ? plus(value, constant(1)) : value, constant(tags)),
        constant(tag),
      );
      const zero = constant(isPointer ? nullPointer : 0);
      return {
        kind: 'conditional',
        condition: compared('==', value, zero),
        then: constant(0),
        otherwise: number,
      };
    }
  }
}

const numberOfTruth = (value: AnyExpr): AnyExpr =>
  value.kind === 'constant'
    ? constant(Number(value.value))
    : { kind: 'conditional', condition: value, then: constant(1), otherwise: constant(0) };
