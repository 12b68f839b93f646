/** The type of an expression without evaluating it. */
import type { Expression } from '../syntax/syntax.ts';
import { typeKey } from '../memory.ts';
import { pointerTo, type FunctionType, type Type } from '../syntax/types.ts';
import type { Program } from './program.ts';
import type { Scope } from './scope.ts';

/** Null: the type depends on more than declarations. */
export function placeType(program: Program, expression: Expression, scope: Scope): Type | null {
  const typeOf = (part: Expression) => placeType(program, part, scope);
  const { kind } = expression;
  if (kind === 'name') return typeOfName(program, expression.name, scope);
  if (kind === 'cast' || kind === 'compound') return expression.type;
  if (kind === 'call') return program.functions.get(expression.name)?.type.returns ?? null;
  if (kind === 'member') {
    const outer = typeOf(expression.object);
    const struct = expression.isArrow ? pointedType(outer) : outer;
    if (struct?.kind !== 'struct') return null;
    return struct.fields.find(({ name }) => name === expression.field)?.type ?? null;
  }
  if (kind === 'index') return pointedType(typeOf(expression.array));
  if (kind !== 'unary') return null;
  const inner = typeOf(expression.operand);
  if (expression.operator === '*') return pointedType(inner);
  return expression.operator === '&' && inner !== null ? pointerTo(inner) : null;
}

function typeOfName(program: Program, name: string, scope: Scope): Type | null {
  const binding = scope.find(name);
  if (binding?.kind === 'variable') return binding.lvalue.type;
  if (binding?.kind === 'value') return 'type' in binding.value ? binding.value.type : null;
  return program.variables.get(name)?.type ?? null;
}

/** What a pointer points to, or the elements of an array. */
const pointedType = (type: Type | null): Type | null =>
  type?.kind === 'pointer' ? type.to : type?.kind === 'array' ? type.of : null;

/** Equal for functions that a pointer of one type may point to. */
export const signatureOf = ({ returns, parameters }: FunctionType): string =>
  [returns, ...parameters.map(({ type }) => type)].map(typeKey).join(', ');
