/** The store buffer of a CPU as ordinary variables: a list of stores, the oldest in slot 0. */
import { bool, printDomain, range, valueAt, type AnyDomain, type Value } from '../../language/domain.ts';
import type { AnyExpr } from '../../language/expression.ts';
import {
  array,
  init,
  type AnyDeclaration,
  type CpuPart,
  type Declarations,
  type Variable,
} from '../../language/variable.ts';
import type { ModelCpu } from '../common/cpu.ts';
import { cellNamesOf, type BufferedVariable } from './buffered-cells.ts';

/**
 * A store buffer for each copy of a CPU.
 *
 * Shape:  a slot holds a cell number (0: the slot is empty) and the value, in one variable for each domain of the buffered
 *         variables; empty slots hold the first value of each domain, so that equal buffers are equal states. Used slots
 *         start at 0 without gaps; when a store leaves, the younger ones move down.
 */
export interface StoreBuffer {
  readonly cpu: ModelCpu;
  readonly places: readonly BufferedVariable[];
  readonly length: number;
  /** The number of free slots that suffices for any store, if a bound limits the length; null if all stores fit. */
  readonly room: number | null;
  /** The thread that stores without bound, if a bound limits the length. */
  readonly endless: string;
  /** Whether stores leave in program order; otherwise only stores to the same cell do. */
  readonly inOrder: boolean;
  /** Whether slots record write barriers, which matter only if stores leave out of order. */
  readonly fenced: boolean;
  /** The prefix of the variable names. */
  readonly prefix: string;
}

/** References to the variables of a slot, in the code of one thread. */
export interface Slot {
  readonly cell: Variable<number>;
  readonly values: readonly Variable[];
  /** True if a write barrier precedes this store; null in the oldest slot, and without barriers. */
  readonly fence: Variable<boolean> | null;
}

/** References to the buffer of the running copy's CPU, in the code of one thread. */
export interface Buffer {
  readonly of: StoreBuffer;
  readonly self: AnyExpr;
  readonly slots: readonly Slot[];
  /** True if a write barrier follows the last store; null without barriers. */
  readonly fenced: Variable<boolean> | null;
}

/** The variables whose stores are buffered. */
export const variablesOf = ({ places }: Pick<StoreBuffer, 'places'>): ReadonlySet<string> =>
  new Set(places.map(({ variable }) => variable));

/** One buffered variable for each distinct domain. */
export const domainsOf = (places: readonly BufferedVariable[]): readonly BufferedVariable[] =>
  places.filter(
    ({ declaration: { domain } }, at) =>
      places.findIndex((other) => sameDomain(other.declaration.domain, domain)) === at,
  );

const sameDomain = (one: AnyDomain, other: AnyDomain) => printDomain(one) === printDomain(other);

/** The value variable of a slot for a buffered variable. */
export const valueFor = (
  slot: Pick<Slot, 'values'>,
  { declaration: { domain } }: BufferedVariable,
): Variable => slot.values.find((value) => sameDomain(value.domain, domain))!;

export const deadValue = ({ domain }: Variable): Value => valueAt(domain, 0);

/** The variables of the buffer by name. */
export function declarationsOfBuffer(buffer: StoreBuffer): Declarations {
  return Object.fromEntries(namedVariables(buffer).map(({ name, declaration }) => [name, declaration]));
}

interface NamedDeclaration {
  readonly name: string;
  readonly declaration: AnyDeclaration;
}

function namedVariables(buffer: StoreBuffer): readonly NamedDeclaration[] {
  const slots = Array.from({ length: buffer.length }, (_, at) => slotVariables(buffer, at));
  const all = slots.flatMap(({ cell, values, fence }) => [
    cell,
    ...values,
    ...(fence === null ? [] : [fence]),
  ]);
  return buffer.fenced ? [...all, fencedVariable(buffer)] : all;
}

function slotVariables(buffer: StoreBuffer, at: number) {
  const { cpu, places, prefix } = buffer;
  const cells = places.reduce((sum, place) => sum + place.cells, 0);
  const own = (what: string, domain: AnyDomain, first: Value, meaning: string): NamedDeclaration => ({
    name: `${prefix}${at}${what}`,
    declaration: declare(cpu.host.cpus, domain, first, `store buffer of ${cpu.host.name}: ${meaning}`),
  });
  const part = (holds: CpuPart['holds']): CpuPart => ({ cpu: cpu.host.name, slot: at, holds });
  const cell = own('', range(0, cells), 0, `the cell of store ${at}, or 0`);
  return {
    cell: {
      ...cell,
      declaration: { ...cell.declaration, cellNames: cellNamesOf(places), part: part('cell') },
    },
    values: domainsOf(places)
      .map(({ variable, declaration: { domain } }) =>
        own(`_${variable}`, domain, valueAt(domain, 0), `the value of store ${at}`),
      )
      .map(({ name, declaration }) => ({ name, declaration: { ...declaration, part: part('value') } })),
    fence:
      buffer.fenced && at > 0
        ? own('_fence', bool, false, `a write barrier stands before store ${at}`)
        : null,
  };
}

const fencedVariable = ({ cpu, prefix }: StoreBuffer): NamedDeclaration => ({
  name: `${prefix}Fence`,
  declaration: declare(
    cpu.host.cpus,
    bool,
    false,
    `store buffer of ${cpu.host.name}: it ends with a write barrier`,
  ),
});

function declare(copies: number, domain: AnyDomain, first: Value, meaning: string): AnyDeclaration {
  const declaration = copies === 1 ? init(domain, first, meaning) : array(copies, domain, first, meaning);
  return { ...declaration, insideCpu: 'store buffer' };
}

/** The buffer of the CPU with index `self`; `declared` are the declarations of the model. */
export function bufferIn(buffer: StoreBuffer, self: AnyExpr, declared: Declarations): Buffer {
  const refer = ({ name }: NamedDeclaration): Variable<never> => {
    const { domain, length } = declared[name]!;
    return { kind: 'shared', name, index: length === null ? null : self, domain };
  };
  const slots = Array.from({ length: buffer.length }, (_, at): Slot => {
    const { cell, values, fence } = slotVariables(buffer, at);
    return {
      cell: refer(cell),
      values: values.map(refer),
      fence: fence === null ? null : refer(fence),
    };
  });
  return { of: buffer, self, slots, fenced: buffer.fenced ? refer(fencedVariable(buffer)) : null };
}
