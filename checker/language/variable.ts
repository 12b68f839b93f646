/** Declarations of variables, and the references by which statements name them. */
import type { AnyDomain, Domain, Typed, Value } from './domain.ts';
import { toExpr, type AnyExpr, type Expr, type Operand, type Reference } from './expression.ts';
import { ModelError, reportMistake, written } from './model-error.ts';

export interface AnyDeclaration {
  readonly kind: 'declaration';
  readonly domain: AnyDomain;
  /** One initial value a cell: one for a scalar, `length` for an array. */
  readonly initial: readonly Value[];
  /** The number of elements of an array, or null for a scalar. */
  readonly length: number | null;
  /** What it stands for in the kernel, such as 'page->_refcount'. */
  readonly meaning: string;
  /** Part of a CPU and not of memory: a step may touch it beside its one cell of memory. */
  readonly insideCpu?: 'store buffer' | 'old values' | 'delayed access';
  /** Inside a CPU: which part of it, where a trace tells of that part. */
  readonly part?: CpuPart;
  /** Inside a CPU, where it holds the number of a cell of memory: what the cell with each number is called; `cpu` is the own index. */
  readonly cellNames?: readonly string[];
}

/** A part of a CPU that a memory model has made. */
export interface CpuPart {
  /** The thread whose CPU it is. */
  readonly cpu: string;
  /** The entry of the store buffer, or of the old values, that it belongs to. */
  readonly slot: number;
  /** The number of the entry's cell of memory, or the value for it. */
  readonly holds: 'cell' | 'value';
}

export type ScalarDeclaration<V extends Value> = AnyDeclaration & Typed<V> & { readonly length: null };
export type ArrayDeclaration<V extends Value> = AnyDeclaration & Typed<V> & { readonly length: number };
export type Declarations = Readonly<Record<string, AnyDeclaration>>;

/** Something that `set` may write: a scalar, or an element of an array. */
export type Variable<V extends Value = Value> = Reference & Typed<V>;

export interface ArrayVariable<V extends Value = Value> {
  readonly kind: 'array';
  readonly length: number;
  /** The element at an index; a wrong constant index is an error at once, a computed one when it happens. */
  readonly at: (index: Operand<number>) => Variable<V>;
}

export type References<D extends Declarations> = {
  readonly [K in keyof D]: D[K] extends ArrayDeclaration<infer V>
    ? ArrayVariable<V>
    : D[K] extends ScalarDeclaration<infer V>
      ? Variable<V>
      : never;
};

/** A variable with its domain, its first value and what it stands for in the kernel. */
export function init<V extends Value>(
  domain: Domain<V>,
  value: NoInfer<V>,
  meaning = '',
): ScalarDeclaration<V> {
  return written({ kind: 'declaration', domain: domainOf(domain), initial: [value], length: null, meaning });
}

/** More elements no state has room for. */
const mostElements = 65_536;

/** An array of `length` cells; `first` gives the first value of each, or of all alike. */
export function array<V extends Value>(
  length: number,
  domain: Domain<V>,
  first: NoInfer<V> | ((index: number) => NoInfer<V>),
  meaning = '',
): ArrayDeclaration<V> {
  const isLength = Number.isInteger(length) && length >= 1 && length <= mostElements;
  if (!isLength)
    reportMistake(
      `array(${String(length)}, ...): the length is a whole number from 1 on${length > mostElements ? `, and at most ${mostElements}` : ''}`,
    );
  const cells = isLength ? length : 1;
  const initial = Array.from({ length: cells }, (_, at) => (typeof first === 'function' ? first(at) : first));
  return written({ kind: 'declaration', domain: domainOf(domain), initial, length: cells, meaning });
}

function domainOf<V extends Value>(domain: Domain<V>): Domain<V> {
  const { kind } = (domain as Partial<AnyDomain> | undefined) ?? {};
  if (kind !== 'bool' && kind !== 'values' && kind !== 'range')
    throw new ModelError('a variable begins with its domain: bool, values(...), range(...) or index(...)');
  return domain;
}

/**
 * The same cell, reached through a pointer: its address is computed from these locals, so that a load of it comes
 * after the loads that they came from. An index of an array is such a pointer without being named.
 */
export function through<V extends Value>(cell: Variable<V>, ...pointers: readonly Expr[]): Variable<V> {
  if (cell.kind !== 'shared' || pointers.length === 0)
    throw new ModelError('through(cell, ...) takes a cell of shared memory and the locals that lead to it');
  return { ...cell, via: pointers };
}

const declarations: unique symbol = Symbol('declarations');

/** Shared memory: references by name, with the declarations kept for the model. */
export type Shared<D extends Declarations = Declarations> = References<D> & AnyShared;

export interface AnyShared {
  readonly [declarations]: Declarations;
}

/** Declares the shared variables of a model. */
export function shared<const D extends Declarations>(variables: D): Shared<D> {
  const references = refer(variables, (name, index, domain) => ({ kind: 'shared', name, index, domain }));
  return Object.assign(references, { [declarations]: variables });
}

export function declarationsOf(memory: AnyShared): Declarations {
  const declared = (memory as Partial<AnyShared> | undefined)?.[declarations];
  if (declared === undefined) throw new ModelError('its shared memory is not made by shared({ ... })');
  return declared;
}

/** References to all variables of a set of declarations, each made by `make`. */
export function refer<D extends Declarations>(
  variables: D,
  make: (name: string, index: AnyExpr | null, domain: AnyDomain) => Reference,
): References<D> {
  const reference = (name: string, { domain, length }: AnyDeclaration) =>
    length === null
      ? make(name, null, domain)
      : { kind: 'array', length, at: (index: Operand<number>) => make(name, toExpr(index), domain) };
  const entries = Object.entries(variables).map(([name, variable]) => {
    if ((variable as AnyDeclaration | undefined)?.kind !== 'declaration')
      throw new ModelError(`the variable '${name}' is not declared by init(...) or array(...)`);
    return [name, reference(name, variable)];
  });
  return Object.fromEntries(entries) as References<D>;
}
