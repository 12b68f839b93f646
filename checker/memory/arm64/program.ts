/** A model as the machine executes it: its operations, whose cells are whose, and what each copy may still do. */
import { deadLocals, type DeadLocals } from '../../program/dead-locals.ts';
import { numberingOf, numberOf, type Numbering } from '../../program/numbering.ts';
import type { ThreadTable, TransitionSystem } from '../../program/transition-system.ts';
import { acquireNames, type AcquireName } from '../../language/memory-name.ts';
import { accessesOf } from '../common/accesses.ts';
import { accessedBy, privateVariables, type Accessed } from './access-cells.ts';
import { addressLocals } from './address-locals.ts';
import { unfencedLoads } from './fenced-loads.ts';
import { noViews, type CpuViews } from './machine-state.ts';
import { futuresOf, type FutureOf } from './future-accesses.ts';
import { compileCode, operationOf, type CodeNode, type Operation } from './operation.ts';
import { flowOf } from '../../program/control-flow.ts';
import { pureBranches } from './pure-branch.ts';

export interface ProgramSettings {
  /** Locals whose values at the end count, as `thread.local`, beside those that properties name. */
  readonly kept: ReadonlySet<string>;
}

export const defaultProgram: ProgramSettings = { kept: new Set() };

/** One copy of a thread. */
export interface Processor {
  /** Position in `TransitionSystem.threads`, and the index of the copy. */
  readonly thread: number;
  readonly replica: number;
  readonly table: ThreadTable;
  /** Position among the CPUs; a handler has that of the copy that it runs on. */
  readonly cpu: number;
  readonly isHandler: boolean;
  readonly entry: CodeNode;
  /** By location. */
  readonly operations: readonly (readonly Operation[])[];
  /** By location and operation: the cells that it accesses, those of its CPU alone left out. */
  readonly accesses: readonly (readonly Accessed[])[];
  readonly futureOf: FutureOf;
  /** By location and cell: 1 where a load of it may come without a full barrier behind an own store before it. */
  readonly unfenced: readonly Uint8Array[];
  readonly dead: DeadLocals;
  /** By position in the local state: whether an address may be computed from it. */
  readonly addresses: readonly boolean[];
  /** By location: whether it stands inside of a pure branch. */
  readonly isInside: readonly boolean[];
}

export interface Program {
  readonly system: TransitionSystem;
  readonly numbering: Numbering;
  /** `smp_load_acquire()` is `ldapr`, or `ldar`, which does not pass an earlier release. */
  readonly acquire: AcquireName;
  readonly processors: readonly Processor[];
  readonly cpus: number;
  /** By CPU: the position of its own copy among the processors, and of all that run on it. */
  readonly hosts: readonly number[];
  readonly onCpu: readonly (readonly number[])[];
  /** By CPU: whether handlers on it access memory outside of blocks, as instructions between those of the host. */
  readonly isInterrupted: readonly boolean[];
  /** By cell: whether one CPU alone accesses it. */
  readonly isOwn: readonly boolean[];
  /** By cell: it is a variable of the proof, which orders nothing and which every CPU sees at once. */
  readonly isGhost: readonly boolean[];
  /** Those of a CPU that has accessed nothing: one object, which normal forms share. */
  readonly noViews: CpuViews;
  /** By cell: the values at the beginning. */
  readonly initial: readonly number[];
}

export function programOf(system: TransitionSystem, { kept }: ProgramSettings = defaultProgram): Program {
  const numbering = numberingOf(system);
  const hosts = numbering.copies.flatMap(({ table: { thread } }, at) => (thread.on === null ? [at] : []));
  const cpuOf = ({ table: { thread }, replica }: Numbering['copies'][number]) =>
    hosts.indexOf(numbering.firstCopy.get(thread.on ?? thread.name)! + replica);
  const accessed = numbering.copies.map(({ table: own, replica }) =>
    own.locations.map((transitions) =>
      transitions.map((transition) => accessedBy(transition, replica, numbering)),
    ),
  );
  const users = numbering.cells.map(() => new Set<number>());
  for (const [at, copy] of numbering.copies.entries())
    for (const { reads, writes } of accessed[at]!.flat())
      for (const cell of [...reads, ...writes]) users[cell]!.add(cpuOf(copy));
  const isPrivate = privateVariables(system.model);
  const names = [...numbering.shared].flatMap(([name, { length }]) => Array.from({ length }, () => name));
  const isGhost = names.map((name) => system.model.shared[name]!.ghost !== undefined);
  const isOwn = users.map(({ size }, cell) => isGhost[cell]! || (size <= 1 && isPrivate.has(names[cell]!)));
  const isShared = (cell: number) => !isOwn[cell]!;
  const isKept = (position: number, thread: number) =>
    [...numbering.locals[thread]!].some(
      ([name, { first, length }]) =>
        position >= first &&
        position < first + length &&
        kept.has(`${system.threads[thread]!.thread.name}.${name}`),
    );
  const processors = numbering.copies.map(({ thread, replica, table: own }, at): Processor => {
    const pure = pureBranches(flowOf(own.thread));
    const isHandler = own.thread.on !== null;
    const scope = { numbering, thread };
    const accesses = accessed[at]!.map((some) =>
      some.map(({ reads, writes }) => ({ reads: reads.filter(isShared), writes: writes.filter(isShared) })),
    );
    const operations = own.locations.map((transitions, location) =>
      transitions.map((transition, position) => {
        const { reads, writes } = accesses[location]![position]!;
        const isLocal = reads.length + writes.length === 0;
        return operationOf(transition, scope, { isHandler, isLocal, pure });
      }),
    );
    return {
      thread,
      replica,
      table: own,
      cpu: cpuOf(numbering.copies[at]!),
      isHandler,
      entry: compileCode(own.entry, scope, pure),
      operations,
      accesses,
      futureOf: futuresOf(operations, { numbering, isOwn, thread, replica }),
      unfenced: unfencedLoads(operations, accesses, { numbering, isOwn }),
      dead: deadLocals(numbering, thread).map((some) =>
        some.filter(({ position }) => !isKept(position, thread)),
      ),
      addresses: addressLocals(own.thread, numbering.locals[thread]!, numbering.widths[thread]!),
      isInside: own.locations.map((transitions) =>
        transitions.some(({ statement }) => pure.inside.has(statement)),
      ),
    };
  });
  const onCpu = hosts.map((_, cpu) => processors.flatMap((one, at) => (one.cpu === cpu ? [at] : [])));
  return {
    system,
    numbering,
    acquire: system.model.acquire ?? acquireNames[0],
    processors,
    cpus: hosts.length,
    hosts,
    onCpu,
    isInterrupted: onCpu.map((all) =>
      all.some((at) => processors[at]!.isHandler && processors[at]!.operations.flat().some(isInstruction)),
    ),
    isOwn,
    isGhost,
    noViews: noViews(numbering.cells.length),
    initial: Object.values(system.model.shared).flatMap(({ initial }) =>
      initial.map((value) => numberOf(numbering.names, value)),
    ),
  };
}

const isInstruction = ({ kind, transition: { statement } }: Operation): boolean => {
  const { reads, writes } = accessesOf(statement);
  return kind !== 'block' && reads.length + writes.length > 0;
};
