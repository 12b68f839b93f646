/** What a CPU may still read although memory has moved on, as ordinary variables: a list of stores of other CPUs. */
import { bool, range, valueAt, type Value } from '../../language/domain.ts';
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
import { cellNamesOf, type BufferedVariable } from '../store-buffer/buffered-cells.ts';
import { domainsOf } from '../store-buffer/store-buffer.ts';

/**
 * The stores of others that reached memory, for each copy of a CPU.
 *
 * Shape:  a slot holds the number of a cell (0: the slot is empty) and the value that was overwritten; slots are filled
 *         from 0 on, the oldest first. A time is a number of slots: so many of these stores have been seen. Whoever
 *         removes a slot moves what is behind it, and all times, down: times matter by their order alone.
 */
export interface StaleList {
  readonly cpu: ModelCpu;
  /** The cells that the CPU reads and others write, and those of which only the time matters. */
  readonly places: readonly BufferedVariable[];
  /** The variables of which old values are kept. */
  readonly kept: ReadonlySet<string>;
  readonly length: number;
  /** More stores than this can come: a run that fills the list proves nothing. */
  readonly bounded: boolean;
  /** Who stores how often, where more can come. */
  readonly need: string;
  /** Cells, by number, of which it matters when their value came to be. */
  readonly timedCells: ReadonlySet<number>;
  /** Locals of which it matters when they were read: `thread.local`. */
  readonly timedLocals: ReadonlySet<string>;
  /** Variables that the CPU does not read all the time, and whether it does at first. */
  readonly watched: ReadonlyMap<string, boolean>;
  /** Variables that are read only where this is true of their value: by atomic operations that fail on it. */
  readonly uses: ReadonlyMap<string, AnyExpr>;
  /** Begins the names of the variables. */
  readonly prefix: string;
}

export interface StaleSlot {
  readonly cell: Variable<number>;
  readonly values: readonly Variable[];
  /** When the value came to be; null where that matters for no cell. */
  readonly from: Variable<number> | null;
}

/** The list of the running copy's CPU, as the code of one thread names it. */
export interface Stale {
  readonly of: StaleList;
  readonly slots: readonly StaleSlot[];
  /** By number of the cell: when its value in memory came to be. */
  readonly since: ReadonlyMap<number, Variable<number>>;
  /** By `thread.local`: when it was read. */
  readonly read: ReadonlyMap<string, Variable<number>>;
  /** By variable: a stale value of it can still be read. */
  readonly watch: ReadonlyMap<string, Variable<boolean>>;
  /** While a store of this CPU reaches memory: the others keep what it overwrites. Null where there is one copy. */
  readonly writing: Variable<boolean> | null;
}

interface NamedDeclaration {
  readonly name: string;
  readonly declaration: AnyDeclaration;
}

export const declarationsOfList = (list: StaleList): Declarations =>
  Object.fromEntries(variablesIn(list).all.map(({ name, declaration }) => [name, declaration]));

/** All variables, in the groups that `staleIn` names. */
function variablesIn(list: StaleList) {
  const { cpu, places, prefix, length, timedCells, timedLocals, watched } = list;
  const own = (
    what: string,
    domain: AnyDeclaration['domain'],
    first: Value,
    meaning: string,
  ): NamedDeclaration => ({
    name: `${prefix}${what}`,
    declaration: declare(cpu.host.cpus, domain, first, `old values on ${cpu.host.name}: ${meaning}`),
  });
  const cells = places.reduce((sum, place) => sum + place.cells, 0);
  const time = range(0, length);
  const asPart = (
    { name, declaration }: NamedDeclaration,
    slot: number,
    holds: CpuPart['holds'],
  ): NamedDeclaration => ({
    name,
    declaration: { ...declaration, part: { cpu: cpu.host.name, slot, holds } },
  });
  const slots = Array.from({ length }, (_, at) => ({
    cell: asPart(
      withCellNames(own(`${at}`, range(0, cells), 0, `the cell of entry ${at}, or 0`), places),
      at,
      'cell',
    ),
    values: domainsOf(places).map(({ variable, declaration: { domain } }) =>
      asPart(own(`${at}_${variable}`, domain, valueAt(domain, 0), `the value of entry ${at}`), at, 'value'),
    ),
    from: timedCells.size > 0 ? own(`${at}_from`, time, 0, `when the value of entry ${at} came`) : null,
  }));
  const since = [...timedCells].map((cell) => own(`Since${cell}`, time, 0, `when cell ${cell} was written`));
  const read = [...timedLocals].map((local, at) => own(`Read${at}`, time, 0, `when ${local} was read`));
  const watch = [...watched].map(([name, first]) =>
    own(`Watch_${name}`, bool, first, `${name} may be read as it was`),
  );
  const inSlots = slots.flatMap(({ cell, values, from }) => [
    cell,
    ...values,
    ...(from === null ? [] : [from]),
  ]);
  const writing = cpu.host.cpus > 1 ? own('Writing', bool, false, 'a store of it reaches memory') : null;
  const single = writing === null ? [] : [writing];
  return { slots, since, read, watch, writing, all: [...inSlots, ...since, ...read, ...watch, ...single] };
}

const withCellNames = (
  { name, declaration }: NamedDeclaration,
  places: readonly BufferedVariable[],
): NamedDeclaration => ({
  name,
  declaration: { ...declaration, cellNames: cellNamesOf(places) },
});

function declare(copies: number, domain: AnyDeclaration['domain'], first: Value, meaning: string) {
  const declaration: AnyDeclaration =
    copies === 1 ? init(domain, first, meaning) : array(copies, domain, first, meaning);
  return { ...declaration, insideCpu: 'old values' } as const;
}

/** The list of the CPU with index `self`; `declared` are the declarations of the model. */
export function staleIn(list: StaleList, self: AnyExpr, declared: Declarations): Stale {
  const refer = ({ name }: NamedDeclaration): Variable<never> => {
    const { domain, length } = declared[name]!;
    return { kind: 'shared', name, index: length === null ? null : self, domain };
  };
  const { slots, since, read, watch, writing } = variablesIn(list);
  const keyed = <K>(keys: Iterable<K>, variables: readonly NamedDeclaration[]) =>
    new Map([...keys].map((key, at) => [key, refer(variables[at]!)]));
  return {
    of: list,
    slots: slots.map(({ cell, values, from }) => ({
      cell: refer(cell),
      values: values.map(refer),
      from: from === null ? null : refer(from),
    })),
    since: keyed(list.timedCells, since),
    read: keyed(list.timedLocals, read),
    watch: keyed(list.watched.keys(), watch),
    writing: writing === null ? null : refer(writing),
  };
}
