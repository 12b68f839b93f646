/** Declarations of variables, and references to them. */
import type { AnyDomain, Domain, Typed, Value } from './domain.ts';
import { toExpr, type AnyExpr, type Expr, type Operand, type Reference } from './expression.ts';
import { ModelError, reportModelError, written, writtenAs } from './model-error.ts';

export interface AnyDeclaration {
  readonly kind: 'declaration';
  readonly domain: AnyDomain;
  /** Initial values: one for a scalar, `length` for an array. */
  readonly initial: readonly Value[];
  /** The number of elements of an array, or null for a scalar. */
  readonly length: number | null;
  /** The kernel variable that it represents, such as 'page->_refcount'. */
  readonly meaning: string;
  /** The names of the elements, where they are parts of named objects: `pages[0]._refcount`. */
  readonly elementNames?: readonly string[];
  /**
   * No memory of the kernel: a step may access it in addition to one cell. `proof`: a variable of the author's proof;
   * `watch`: what finds data races and reads of what nobody has written.
   */
  readonly ghost?: 'proof' | 'watch';
  /** Bookkeeping of the checker: a trace shows its changes, or none of it, and more where the claim that fails reads it. */
  readonly inTraces?: 'changes' | 'none';
  /** A claim reads it while threads run, and sees stores to it as late as another CPU does. */
  readonly isObserved?: true;
  /** CPU state instead of memory: a step may access it in addition to one cell of memory. */
  readonly insideCpu?: 'store buffer' | 'interrupt state';
  /** The part of the CPU, for traces. */
  readonly part?: CpuPart;
  /** The names of memory cells by number, for CPU state that contains cell numbers; `cpu` is the own index. */
  readonly cellNames?: readonly string[];
}

/** A part of a CPU that a memory model has added. */
export interface CpuPart {
  /** The thread whose CPU it is. */
  readonly cpu: string;
  /** The entry of the store buffer that it belongs to. */
  readonly slot: number;
  /** The number of the entry's cell of memory, or the value for it. */
  readonly holds: 'cell' | 'value';
}

export type ScalarDeclaration<V extends Value> = AnyDeclaration & Typed<V> & { readonly length: null };
export type ArrayDeclaration<V extends Value> = AnyDeclaration & Typed<V> & { readonly length: number };
export type Declarations = Readonly<Record<string, AnyDeclaration>>;

/** An array of records: each field is an array of its own, whose elements are named `pages[0].refcount`. */
export interface RecordsDeclaration<F extends Declarations = Declarations> {
  readonly kind: 'records';
  readonly length: number;
  /** The fields of each record; the domains are those of the first one. */
  readonly records: readonly F[];
}

/** What `shared` declares. */
export type SharedDeclarations = Readonly<Record<string, AnyDeclaration | RecordsDeclaration>>;

/** Something that `set` may write: a scalar, or an element of an array. */
export type Variable<V extends Value = Value> = Reference & Typed<V>;

export interface ArrayVariable<V extends Value = Value> {
  readonly kind: 'array';
  readonly length: number;
  /** The element at an index. A constant index is validated at once, a computed one at run time. */
  readonly at: (index: Operand<number>) => Variable<V>;
}

export interface RecordArray<F extends Declarations> {
  readonly kind: 'records';
  readonly length: number;
  /** The fields of the record at an index. */
  readonly at: (index: Operand<number>) => References<F>;
}

export type References<D extends SharedDeclarations> = {
  readonly [K in keyof D]: D[K] extends RecordsDeclaration<infer F>
    ? RecordArray<F>
    : D[K] extends ArrayDeclaration<infer V>
      ? ArrayVariable<V>
      : D[K] extends ScalarDeclaration<infer V>
        ? Variable<V>
        : never;
};

/** A scalar: its domain, its initial value and the kernel variable that it represents. */
export function init<V extends Value>(
  domain: Domain<V>,
  value: NoInfer<V>,
  meaning = '',
): ScalarDeclaration<V> {
  return written({ kind: 'declaration', domain: domainOf(domain), initial: [value], length: null, meaning });
}

/** States have no room for larger arrays. */
const mostElements = 65_536;

/** An array of `length` cells; `first` is the initial value of all cells, or a function of the index. */
export function array<V extends Value>(
  length: number,
  domain: Domain<V>,
  first: NoInfer<V> | ((index: number) => NoInfer<V>),
  meaning = '',
): ArrayDeclaration<V> {
  const isLength = Number.isInteger(length) && length >= 1 && length <= mostElements;
  if (!isLength)
    reportModelError(
      `array(${String(length)}, ...): invalid length, expected a whole number from 1 to ${mostElements}`,
    );
  const cells = isLength ? length : 1;
  const initial = Array.from({ length: cells }, (_, at) => (typeof first === 'function' ? first(at) : first));
  return written({ kind: 'declaration', domain: domainOf(domain), initial, length: cells, meaning });
}

function domainOf<V extends Value>(domain: Domain<V>): Domain<V> {
  const { kind } = (domain as Partial<AnyDomain> | undefined) ?? {};
  if (kind !== 'bool' && kind !== 'values' && kind !== 'range')
    throw new ModelError('the domain of a variable must be bool, values(...), range(...) or index(...)');
  return domain;
}

/**
 * An array of `length` records: `records(2, { refcount: init(range(0, 2), 1), locked: init(bool, false) })` is used as
 * `mem.pages.at(i).refcount`. `fields` may be a function of the index, whose initial values may differ.
 */
export function records<const F extends Readonly<Record<string, ScalarDeclaration<Value>>>>(
  length: number,
  fields: F | ((index: number) => F),
): RecordsDeclaration<F> {
  const isLength = Number.isInteger(length) && length >= 1 && length <= mostElements;
  if (!isLength)
    reportModelError(
      `records(${String(length)}, ...): invalid length, expected a whole number from 1 to ${mostElements}`,
    );
  const made = Array.from({ length: isLength ? length : 1 }, (_, at) =>
    typeof fields === 'function' ? fields(at) : fields,
  );
  for (const [name, field] of Object.entries<Partial<AnyDeclaration> | undefined>(made[0]!))
    if (field?.kind !== 'declaration' || field.length !== null)
      reportModelError(`records(...): field '${name}' is not the result of init(...)`);
  return written({ kind: 'records', length: made.length, records: made });
}

/** The variables of records: a field of all of them is one array. */
function flattened(variables: SharedDeclarations): Declarations {
  const flat = Object.entries(variables).flatMap(([name, variable]): [string, AnyDeclaration][] =>
    (variable as RecordsDeclaration | undefined)?.kind === 'records'
      ? Object.keys((variable as RecordsDeclaration).records[0]!).map((field) => [
          `${name}.${field}`,
          fieldOf(name, field, variable as RecordsDeclaration),
        ])
      : [[name, variable as AnyDeclaration]],
  );
  return Object.fromEntries(flat);
}

function fieldOf(name: string, field: string, { length, records: all }: RecordsDeclaration): AnyDeclaration {
  const first = all[0]![field]!;
  return writtenAs(
    {
      ...first,
      initial: all.map((one) => one[field]!.initial[0]!),
      length,
      elementNames: all.map((_, at) => `${name}[${at}].${field}`),
    },
    first,
  );
}

/**
 * The same cell with an address dependency on these locals: a load of it is ordered after the loads of the pointers.
 * An array index is an implicit pointer.
 */
export function through<V extends Value>(cell: Variable<V>, ...pointers: readonly Expr[]): Variable<V> {
  if (cell.kind !== 'shared' || pointers.length === 0)
    throw new ModelError('through(cell, ...) takes a shared cell and the locals that point to it');
  return { ...cell, via: pointers };
}

const declarations: unique symbol = Symbol('declarations');

/** Shared memory: references by name, with the declarations kept for the model. */
export type Shared<D extends SharedDeclarations = SharedDeclarations> = References<D> & AnyShared;

export interface AnyShared {
  readonly [declarations]: Declarations;
}

/** Declares the shared variables of a model. */
export function shared<const D extends SharedDeclarations>(variables: D): Shared<D> {
  const flat = flattened(variables);
  const cells = refer(flat, (name, index, domain) => ({ kind: 'shared', name, index, domain }));
  const references = Object.entries(variables).map(([name, variable]) => [
    name,
    variable.kind === 'records' ? recordArray(name, variable, cells) : cells[name],
  ]);
  return Object.assign(Object.fromEntries(references) as References<D>, { [declarations]: flat });
}

function recordArray(
  name: string,
  { length, records: all }: RecordsDeclaration,
  cells: References<Declarations>,
): RecordArray<Declarations> {
  const fields = Object.keys(all[0]!);
  const arrays = fields.map((field) => cells[`${name}.${field}`] as unknown as ArrayVariable);
  return {
    kind: 'records',
    length,
    at: (index) =>
      Object.fromEntries(
        fields.map((field, at) => [field, arrays[at]!.at(index)]),
      ) as References<Declarations>,
  };
}

export function declarationsOf(memory: AnyShared): Declarations {
  const declared = (memory as Partial<AnyShared> | undefined)?.[declarations];
  if (declared === undefined) throw new ModelError('invalid shared memory: expected shared({ ... })');
  return declared;
}

/** References to all declared variables, created by `make`. */
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
      throw new ModelError(`variable '${name}': expected init(...) or array(...)`);
    return [name, reference(name, variable)];
  });
  return Object.fromEntries(entries) as References<D>;
}
