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
 * Shape:  a slot holds the number of a cell (0: the slot is empty) and the value for it, in a variable for each domain
 *         that the places have; slots that hold nothing keep the first value of each domain, so that equal buffers
 *         are equal states. Slots are filled from 0 on without gaps; whatever leaves, the rest moves down.
 */
export interface StoreBuffer {
  readonly cpu: ModelCpu;
  readonly places: readonly BufferedVariable[];
  readonly length: number;
  /** The free slots that any store can do with, where only a bound set the length; null where all stores find room. */
  readonly room: number | null;
  /** Who stores without end, where only a bound set the length. */
  readonly endless: string;
  /** Stores leave in the order in which they came; else only those to the same cell do. */
  readonly inOrder: boolean;
  /** Write barriers stand between stores: only where they do not leave in order anyway. */
  readonly fenced: boolean;
  /** Release stores leave when all that are older have left, and younger ones may pass them: only in `weak`. */
  readonly releases: boolean;
  /** An atomic operation waits for the release stores before it, so that the oldest slot says as well what it is. */
  readonly releasesAwaited: boolean;
  /** Variables whose atomic operations leave their write here: only in `weak`. */
  readonly exclusives: ReadonlySet<string>;
  /** Begins the names of the variables. */
  readonly prefix: string;
}

/** A slot of the buffer, as the code of one thread names it. */
export interface Slot {
  readonly cell: Variable<number>;
  readonly values: readonly Variable[];
  /** A write barrier stands before this store; null in the oldest slot, and where there are none. */
  readonly fence: Variable<boolean> | null;
  /** It is a release store; null where these are told apart by no more than a barrier, or nobody asks. */
  readonly release: Variable<boolean> | null;
  /** It is the write of an atomic operation whose read is done; null where there are none. */
  readonly exclusive: Variable<boolean> | null;
}

/** The buffer of the running copy's CPU, as the code of one thread names it. */
export interface Buffer {
  readonly of: StoreBuffer;
  readonly self: AnyExpr;
  readonly slots: readonly Slot[];
  /** A write barrier stands behind the last store; null where there are none. */
  readonly fenced: Variable<boolean> | null;
}

/** The variables whose stores wait in the buffer. */
export const variablesOf = ({ places }: Pick<StoreBuffer, 'places'>): ReadonlySet<string> =>
  new Set(places.map(({ variable }) => variable));

/** The distinct domains of the places, each with the first place that has it. */
export const domainsOf = (places: readonly BufferedVariable[]): readonly BufferedVariable[] =>
  places.filter(
    ({ declaration: { domain } }, at) =>
      places.findIndex((other) => sameDomain(other.declaration.domain, domain)) === at,
  );

const sameDomain = (one: AnyDomain, other: AnyDomain) => printDomain(one) === printDomain(other);

/** The value variable of a slot that holds stores to a place. */
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
  const all = slots.flatMap(({ cell, values, fence, release, exclusive }) => [
    cell,
    ...values,
    ...[fence, release, exclusive].filter((flag) => flag !== null),
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
    release:
      buffer.releases && (at > 0 || buffer.releasesAwaited)
        ? own('_release', bool, false, `store ${at} is a release`)
        : null,
    exclusive:
      buffer.exclusives.size > 0
        ? own('_exclusive', bool, false, `store ${at} is the write of an atomic operation`)
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
    const { cell, values, fence, release, exclusive } = slotVariables(buffer, at);
    return {
      cell: refer(cell),
      values: values.map(refer),
      fence: fence === null ? null : refer(fence),
      release: release === null ? null : refer(release),
      exclusive: exclusive === null ? null : refer(exclusive),
    };
  });
  return { of: buffer, self, slots, fenced: buffer.fenced ? refer(fencedVariable(buffer)) : null };
}
