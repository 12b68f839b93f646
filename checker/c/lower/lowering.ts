/** What primitives need of the thread that calls them. */
import type { AnyExpr, Reference } from '../../language/expression.ts';
import type { Effect, Ordering } from '../../language/statement.ts';
import type { Place } from '../syntax/source.ts';
import type { Expression, FunctionDefinition } from '../syntax/syntax.ts';
import type { PointerType, ScalarType, StructType, Type } from '../syntax/types.ts';
import type { Access, Emitter } from './emitter.ts';
import type { Program, ThreadDefinition } from './program.ts';
import type { Scope } from './scope.ts';
import type { CValue, Lvalue } from './value.ts';

export type Call = Expression & { readonly kind: 'call' };

/** Lowers a call of a primitive. */
export type Primitive = (thread: Lowering, call: Call, scope: Scope) => CValue;

export interface Lowering {
  readonly program: Program;
  readonly emitter: Emitter;
  readonly definition: ThreadDefinition;
  /** The index of the running copy. */
  readonly self: AnyExpr;
  fail(place: Place, message: string): never;
  value(expression: Expression, scope: Scope): CValue;
  lvalue(expression: Expression, scope: Scope): Lvalue;
  /** The place, which has an address. */
  addressed(lvalue: Lvalue, place: Place): Lvalue;
  constant(expression: Expression, scope: Scope): { readonly value: bigint } | null;
  pointee(pointer: CValue, place: Place): Lvalue;
  member(object: Lvalue, field: string, place: Place): Lvalue;
  element(array: Lvalue, index: AnyExpr, place: Place): Lvalue;
  reference(lvalue: Lvalue, place: Place): Reference;
  load(lvalue: Lvalue, place: Place, ordering?: Ordering): CValue;
  loadPlainly(lvalue: Lvalue, place: Place): CValue;
  store(lvalue: Lvalue, value: CValue, place: Place, ordering?: Ordering): void;
  number(value: CValue, place: Place): AnyExpr;
  truth(value: CValue, place: Place): AnyExpr;
  asPointer(value: CValue, type: PointerType, place: Place): AnyExpr;
  /** An address as the number of its object; any other value as it is. */
  lasting(value: CValue, place: Place): CValue;
  asScalar(value: CValue, type: ScalarType, place: Place): AnyExpr;
  /** One step of the CPU. */
  access(access: Access): void;
  /** The checks of an access as effects. */
  asserted(lvalue: Lvalue, place: Place): readonly Effect[];
  /** That something has been written to a place, as effects before it is read. */
  written(lvalue: Lvalue, place: Place): readonly Effect[];
  /** Notes that nothing has been written to a place, or that something has. */
  unset(lvalue: Lvalue, place: Place, isUnset?: boolean): readonly Effect[];
  /** The scalar cells of a place. */
  leaves(lvalue: Lvalue, place: Place): readonly Lvalue[];
  assert(condition: AnyExpr, claim: string, place: Place): void;
  condition(expression: Expression, scope: Scope, yes: string, no: string): void;
  paste(definition: FunctionDefinition, given: readonly CValue[], place: Place): CValue;
  variable(name: string, type: Type): Lvalue;
  /** A variable for an object of a statement. */
  unnamed(type: StructType): Lvalue;
  /** The running thread must be able to sleep here. */
  mightSleep(place: Place): void;
}

/** The local flag of a thread that is in a region whose plain reads are excused. */
export const excusedRegion = 'kcsan_atomic_region';

export const nothing: CValue = { kind: 'void' };

/** The argument at a position; reports that it is missing. */
export function argument(thread: Lowering, call: Call, at: number): Expression {
  return call.arguments[at] ?? thread.fail(call.place, `${call.name} needs ${at + 1} arguments or more`);
}

/** The object that the argument at a position points to. */
export const pointedBy = (thread: Lowering, call: Call, scope: Scope, at = 0): Lvalue =>
  thread.pointee(thread.value(argument(thread, call, at), scope), argument(thread, call, at).place);

/** The value of the argument at a position. */
export const valueAt = (thread: Lowering, call: Call, scope: Scope, at: number): CValue =>
  thread.value(argument(thread, call, at), scope);
