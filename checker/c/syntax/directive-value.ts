/** The value of a condition of the preprocessor, after names have become numbers. */
import { integerLiteral } from './literals.ts';
import type { Token } from './tokens.ts';

const precedence: Readonly<Record<string, number>> = {
  ...{ '*': 10, '/': 10, '%': 10, '+': 9, '-': 9, '<<': 8, '>>': 8, '<': 7, '<=': 7, '>': 7, '>=': 7 },
  ...{ '==': 6, '!=': 6, '&': 5, '^': 4, '|': 3, '&&': 2, '||': 1 },
};

const unaries: Readonly<Record<string, (value: bigint) => bigint>> = {
  '!': (value) => BigInt(value === 0n),
  '-': (value) => -value,
  '+': (value) => value,
  '~': (value) => ~value,
};

/** Null: no constant expression of integers. */
export function directiveValue(tokens: readonly Token[]): bigint | null {
  let at = 0;
  const take = (text: string): boolean => tokens[at]?.text === text && (at += 1) > 0;
  const unary = (): bigint | null => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) return null;
    const change = unaries[token.text];
    if (change !== undefined) {
      const operand = unary();
      return operand === null ? null : change(operand);
    }
    if (token.text === '(') {
      const value = conditional();
      return take(')') ? value : null;
    }
    return token.kind === 'number' ? (integerLiteral(token.text)?.value ?? null) : null;
  };
  const binary = (least: number): bigint | null => {
    let left = unary();
    for (;;) {
      const operator = tokens[at]?.text ?? '';
      const strength = precedence[operator];
      if (strength === undefined || strength < least) return left;
      at += 1;
      const right = binary(strength + 1);
      left = left === null || right === null ? null : applied(operator, left, right);
    }
  };
  const conditional = (): bigint | null => {
    const condition = binary(1);
    if (!take('?')) return condition;
    const then = conditional();
    if (!take(':')) return null;
    const otherwise = conditional();
    return condition === null ? null : condition !== 0n ? then : otherwise;
  };
  const value = conditional();
  return at === tokens.length ? value : null;
}

/** The result of a binary operator of C on exact integers; null: division by zero, or a shift that C leaves open. */
export function applied(operator: string, left: bigint, right: bigint): bigint | null {
  switch (operator) {
    case '*':
      return left * right;
    case '/':
      return right === 0n ? null : left / right;
    case '%':
      return right === 0n ? null : left % right;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '<<':
      return right < 0n || right > 63n ? null : left << right;
    case '>>':
      return right < 0n || right > 63n ? null : left >> right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<':
      return BigInt(left < right);
    case '<=':
      return BigInt(left <= right);
    case '>':
      return BigInt(left > right);
    case '>=':
      return BigInt(left >= right);
    case '==':
      return BigInt(left === right);
    case '!=':
      return BigInt(left !== right);
    case '&&':
      return BigInt(left !== 0n && right !== 0n);
    case '||':
      return BigInt(left !== 0n || right !== 0n);
    default:
      return null;
  }
}
