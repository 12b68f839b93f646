/** The type of an expression without evaluating it: what `typeof`, `sizeof` and `__auto_type` ask. */
import type { Expression } from './syntax.ts';
import {
  boolType,
  commonType,
  integerType,
  intType,
  isArithmetic,
  pointerTo,
  promoted,
  voidType,
  type Type,
} from './types.ts';

/** The type of a variable, function or constant; null: it is unknown. */
export type TypeOfName = (name: string) => Type | null;

type Of<K extends Expression['kind']> = Expression & { readonly kind: K };

const longType = integerType(64, true);

/** Null: it depends on more than declarations. */
export function typeOf(
  expression: Expression,
  named: TypeOfName,
  typedefs: ReadonlyMap<string, Type>,
): Type | null {
  const of = (part: Expression): Type | null => typeOf(part, named, typedefs);
  switch (expression.kind) {
    case 'integer':
    case 'cast':
    case 'compound':
    case 'block':
      return expression.type;
    case 'name': {
      const type = named(expression.name);
      return type?.kind === 'auto' ? null : type;
    }
    case 'null':
      return pointerTo(voidType);
    case 'sizeof':
      return integerType(64, false);
    case 'unary':
      return typeOfUnary(expression, of(expression.operand));
    case 'update':
    case 'assign':
      return of(expression.target);
    case 'binary':
      return typeOfBinary(expression, of(expression.left), of(expression.right));
    case 'comma':
      return of(expression.right);
    case 'conditional':
      return typeOfConditional(expression, of);
    case 'call':
      return typeOfCall(expression, of, named, typedefs);
    case 'invoke': {
      const callee = of(expression.callee);
      const type = callee?.kind === 'pointer' ? callee.to : callee;
      return type?.kind === 'function' ? type.returns : null;
    }
    case 'member': {
      const outer = of(expression.object);
      const struct = expression.isArrow ? pointedType(outer) : outer;
      if (struct?.kind !== 'struct') return null;
      return struct.fields.find(({ name }) => name === expression.field)?.type ?? null;
    }
    case 'perCpu':
      return of(expression.variable);
    case 'index':
      return pointedType(of(expression.array)) ?? pointedType(of(expression.index));
    case 'string':
    case 'type':
    case 'list':
      return null;
  }
}

/** What a pointer points to, or the elements of an array. */
const pointedType = (type: Type | null): Type | null =>
  type?.kind === 'pointer' ? type.to : type?.kind === 'array' ? type.of : null;

function typeOfUnary({ operator }: Of<'unary'>, operand: Type | null): Type | null {
  if (operator === '!') return intType;
  if (operator === '*') return pointedType(operand);
  if (operand === null) return null;
  if (operator === '&') return pointerTo(operand);
  return isArithmetic(operand) ? promoted(operand) : null;
}

const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', '&&', '||']);

function typeOfBinary({ operator }: Of<'binary'>, left: Type | null, right: Type | null): Type | null {
  if (comparisons.has(operator)) return intType;
  if (left === null || right === null) return null;
  if (operator === '<<' || operator === '>>') return isArithmetic(left) ? promoted(left) : null;
  const [a, b] = [pointedType(left), pointedType(right)];
  if (a !== null && b !== null) return operator === '-' ? longType : null;
  if (a !== null || b !== null) return pointerTo((a ?? b)!);
  return isArithmetic(left) && isArithmetic(right) ? commonType(left, right) : null;
}

function typeOfConditional(
  { condition, then, otherwise }: Of<'conditional'>,
  of: (part: Expression) => Type | null,
): Type | null {
  const [a, b] = [of(then ?? condition), of(otherwise)];
  if (a === null || b === null) return null;
  if (isArithmetic(a) && isArithmetic(b)) return commonType(a, b);
  const isVoid = (type: Type) => type.kind === 'pointer' && type.to.kind === 'void';
  // NULL, and 0, take the type of the other arm.
  const [first, second] = [isVoid(a) || isArithmetic(a), isVoid(b) || isArithmetic(b)];
  const type = first && !second ? b : a;
  const to = pointedType(type);
  return to === null ? type : pointerTo(to);
}

/** The result of a function, or of what racewalk itself knows. */
function typeOfCall(
  { name, arguments: given }: Of<'call'>,
  of: (part: Expression) => Type | null,
  named: TypeOfName,
  typedefs: ReadonlyMap<string, Type>,
): Type | null {
  const declared = named(name);
  const type = declared?.kind === 'pointer' ? declared.to : declared;
  if (type?.kind === 'function') return type.returns;
  const [first, second] = given;
  if (name === 'container_of') {
    const container = second === undefined ? null : typeArgument(second, typedefs);
    return container === null ? null : pointerTo(container);
  }
  if (first !== undefined && argumentsThemselves.test(name)) return of(first);
  if (first !== undefined && argumentsPointees.test(name)) return pointedType(of(first));
  return results.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

const argumentsThemselves =
  /^(?:__)?READ_ONCE$|^READ_ONCE_NOCHECK$|^data_race$|^rcu_(?:dereference\w*|access_pointer)$|^__builtin_expect$/;
const argumentsPointees = /^(?:smp_load_acquire|(?:cmp)?xchg(?:_\w+)?)$/;

/** What other primitives return. */
const results: readonly (readonly [RegExp, Type])[] = [
  [
    /^(?:atomic|atomic_long|atomic64|refcount)_\w*(?:_and_test|try_cmpxchg\w*|_negative\w*|_add_unless|_not_zero)$/,
    boolType,
  ],
  [/^(?:try_cmpxchg\w*|(?:__)?test_(?:and_\w+_)?bit\w*|IS_ERR(?:_OR_NULL)?)$/, boolType],
  [/^refcount_read$/, integerType(32, false)],
  [/^atomic_(?:long|64)_\w+$|^atomic64_\w+$|^PTR_ERR$/, longType],
  [/^(?:atomic_\w+|likely|unlikely|ANY|smp_processor_id|raw_smp_processor_id)$/, intType],
  [/^(?:k[mz]alloc|kmem_cache_z?alloc|ERR_PTR|ERR_CAST)$/, pointerTo(voidType)],
];

/** The type that an argument names; null: it names none. */
export function typeArgument(expression: Expression, typedefs: ReadonlyMap<string, Type>): Type | null {
  if (expression.kind === 'sizeof') return expression.type;
  return expression.kind === 'name' ? (typedefs.get(expression.name) ?? null) : null;
}
