/**
 * The axioms of ARMv8 on one candidate execution: what the processes access, where each read got its value, and in
 * which order the writes to each cell took effect.
 *
 * Source: Pulte, Flur, Deacon, French, Sarkar and Sewell, Simplifying ARM Concurrency, POPL 2018.
 */
import type { Access, Run } from './armv8-runs.ts';

/** The instruction of `smp_load_acquire`: `ldar` is not performed before an earlier `stlr`, `ldapr` may be. */
export type Acquire = 'ldar' | 'ldapr';

export type Edge = readonly [before: Access, after: Access];

export interface Candidate {
  readonly accesses: readonly Access[];
  /** What a process keeps in order whatever its reads see. */
  readonly preserved: readonly Edge[];
  /** What a read got its value from; nothing: the initial value. */
  readonly sourceOf: ReadonlyMap<Access, Access>;
  /** The writes to each cell in the order in which they took effect. */
  readonly coherence: readonly (readonly Access[])[];
}

export function isAllowed(candidate: Candidate): boolean {
  const communication = communicationIn(candidate);
  return (
    isAtomic(candidate) &&
    isAcyclic([...sameCell(candidate), ...communication]) &&
    isAcyclic([
      ...candidate.preserved,
      ...forwarded(candidate),
      ...communication.filter(([before, after]) => before.process !== after.process),
    ])
  );
}

/** Between the read and the write of an atomic operation no other write takes effect. */
const isAtomic = ({ sourceOf, coherence }: Candidate) =>
  coherence.every((writes) =>
    writes.every(({ updates }, at) => updates === null || sourceOf.get(updates) === writes[at - 1]),
  );

/** Reads from, coherence, and from a read to the writes that came after its source. */
function communicationIn({ accesses, sourceOf, coherence }: Candidate): readonly Edge[] {
  const writes = coherence.flatMap((order) =>
    order.flatMap((before, at) => order.slice(at + 1).map((after): Edge => [before, after])),
  );
  const reads = accesses.filter(({ kind }) => kind === 'read');
  const later = reads.flatMap((read) => {
    const source = sourceOf.get(read);
    const order = coherence.find(([first]) => first?.cell === read.cell) ?? [];
    return order.slice(source === undefined ? 0 : order.indexOf(source) + 1).map((to): Edge => [read, to]);
  });
  return [...writes, ...later, ...[...sourceOf].map(([read, source]): Edge => [source, read])];
}

const sameCell = ({ accesses }: Candidate): readonly Edge[] =>
  pairs(accesses).filter(([before, after]) => before.cell === after.cell);

/** A read of a store that its own process has just made: after what that store was computed from. */
const forwarded = ({ sourceOf }: Candidate): readonly Edge[] =>
  [...sourceOf].flatMap(([read, source]): readonly Edge[] => {
    if (read.process !== source.process) return [];
    const from = [...source.address, ...source.data].map((one): Edge => [one, read]);
    const isBehind = source.updates !== null && read.ordered;
    return isBehind ? [...from, [source, read]] : from;
  });

/** All pairs of one process in the order of its text. */
const pairs = (accesses: readonly Access[]): readonly Edge[] =>
  accesses.flatMap((before) =>
    accesses
      .filter(({ process, position }) => process === before.process && position > before.position)
      .map((after): Edge => [before, after]),
  );

export const preservedIn = (run: Run, acquire: Acquire): readonly Edge[] =>
  pairs(run.accesses).filter(
    (edge) => isOrdered(edge, acquire) || hasBarrier(edge, run) || dependsOn(edge) || isChained(edge, run),
  );

/** No atomic operation is an ldapr. */
const isOrdered = ([before, after]: Edge, acquire: Acquire) =>
  (before.kind === 'read' && before.ordered) ||
  (after.kind === 'write' && after.ordered) ||
  ((acquire === 'ldar' || after.isUpdate) && before.ordered && after.ordered);

const hasBarrier = ([before, after]: Edge, { barriers }: Run) =>
  barriers.some(({ barrier, position }) => {
    if (position < before.position || position > after.position) return false;
    switch (barrier) {
      case 'full':
        return true;
      case 'read':
        return before.kind === 'read' && !before.isBlind;
      case 'write':
        return before.kind === 'write' && after.kind === 'write';
    }
  });

const dependsOn = ([before, after]: Edge) =>
  after.address.has(before) ||
  after.data.has(before) ||
  after.updates === before ||
  (after.kind === 'write' && after.control.has(before));

/** A write behind an access with a dependent address, and one behind a write to its cell that has to wait. */
const isChained = ([before, after]: Edge, { accesses }: Run) =>
  after.kind === 'write' &&
  accesses.some(
    (between) =>
      between.position > before.position &&
      between.position < after.position &&
      (between.address.has(before) ||
        (between.kind === 'write' &&
          between.cell === after.cell &&
          (between.data.has(before) || between.ordered))),
  );

function isAcyclic(edges: readonly Edge[]): boolean {
  let left = edges;
  for (;;) {
    const reached = new Set(left.map(([, after]) => after));
    const kept = left.filter(([before]) => reached.has(before));
    if (kept.length === left.length) return kept.length === 0;
    left = kept;
  }
}
