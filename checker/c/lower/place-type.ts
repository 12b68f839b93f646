/** The type of an expression of a program without evaluating it. */
import type { Expression } from '../syntax/syntax.ts';
import { typeKey } from '../memory.ts';
import { typeOf } from '../syntax/type-of.ts';
import type { FunctionType, Type } from '../syntax/types.ts';
import type { Program } from './program.ts';
import type { Scope } from './scope.ts';

/** Null: the type depends on more than declarations. */
export const placeType = (program: Program, expression: Expression, scope: Scope): Type | null =>
  typeOf(expression, (name) => typeOfName(program, name, scope), program.unit.typedefs);

function typeOfName({ variables, functions, constants }: Program, name: string, scope: Scope): Type | null {
  const binding = scope.find(name);
  if (binding?.kind === 'variable') return binding.lvalue.type;
  if (binding?.kind === 'value') return 'type' in binding.value ? binding.value.type : null;
  const variable = variables.get(name);
  if (variable?.isPerCpu === true && variable.type.kind === 'array') return variable.type.of;
  return variable?.type ?? functions.get(name)?.type ?? constants.get(name)?.type ?? null;
}

/** Equal for functions that a pointer of one type may point to. */
export const signatureOf = ({ returns, parameters }: FunctionType): string =>
  [returns, ...parameters.map(({ type }) => type)].map(typeKey).join(', ');
