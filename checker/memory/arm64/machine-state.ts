/** A state of the Promising-ARM machine: memory as a list of writes, and what each CPU can tell of their order. */

/** A point in the order in which writes take effect: 0 is before all of them. */
export type Time = number;

/** A write to a cell; the first of a list stands for all that was before it. */
export interface Write {
  readonly time: Time;
  readonly value: number;
  /** The CPU that has promised it and not yet executed it, or -1. */
  readonly promisedBy: number;
  /** In a trace: the step, counted from 0, in which it came to memory; -1 is before the first. It tells no states apart. */
  readonly step: number;
}

/** What a CPU keeps of each cell, `perCell` numbers in a row. */
export const perCell = 4;
export const coherence = 0;
/** The position in the list of the own write that was executed last, or -1. */
export const lastOwn = 1;
/** What a load of that write is ordered after, and 1 where the write was an atomic operation's. */
export const forwarded = 2;
export const forwardedFromUpdate = 3;

/**
 * The views of a CPU: before which time it can no longer act.
 *
 * Source:  Pulte, Pichon-Pharabod, Kang, Lee and Hur, Promising-ARM/RISC-V, PLDI 2019, figures 4 to 6; the names are theirs.
 */
export interface CpuViews {
  /** `perCell` numbers for each cell. */
  cells: readonly number[];
  /** The latest of all loads, of those of atomic operations that return nothing, and of all stores. */
  rOld: Time;
  blind: Time;
  wOld: Time;
  /** What later loads and later stores come after, by barriers. */
  rNew: Time;
  wNew: Time;
  /** What later stores come after, by addresses and control. */
  cap: Time;
  /** The latest release. */
  release: Time;
  /** The promise that was made last, where no access has been executed since: the next one is performed after it. Or 0. */
  fresh: Time;
}

/** A copy of a thread: locals as numbers, the location first, with what each value is ordered after. */
export interface CopyState {
  locals: number[];
  /** By position: what an address that is computed from it comes after. */
  data: Time[];
  /** By position: what a store whose value or execution depends on it comes after; control inside a pure branch counts. */
  control: Time[];
  /** The control of the pure branches that the copy is in. */
  inside: Time;
  /** It is in normal form and nothing orders its values: it is its normal form in every state. */
  isSettled: boolean;
}

export interface MachineState {
  /** By cell; those of one CPU alone have the list that they began with. */
  readonly writes: readonly (readonly Write[])[];
  /** By cell: the value of a cell that only one CPU accesses, and what it is ordered after. */
  readonly own: readonly number[];
  readonly ownData: readonly Time[];
  /** The time of the latest write. */
  readonly top: Time;
  /** Who looks at memory from outside sees all that was before this. */
  readonly seen: Time;
  /** By CPU. */
  readonly cpus: readonly CpuViews[];
  /** By copy, through the whole model. */
  readonly copies: readonly CopyState[];
  /** In a trace: the number of the step out of it; -1 elsewhere. */
  readonly step: number;
}

/** The views of a CPU that has accessed nothing. */
export const noViews = (cells: number): CpuViews => ({
  cells: Array.from({ length: cells * perCell }, (_, at) => (at % perCell === lastOwn ? -1 : 0)),
  ...{ rOld: 0, blind: 0, wOld: 0, rNew: 0, wNew: 0, cap: 0, release: 0, fresh: 0 },
});

/** The cells are shared: they are replaced, not changed. */
export const copyOfViews = (views: CpuViews): CpuViews => ({
  cells: views.cells,
  rOld: views.rOld,
  blind: views.blind,
  wOld: views.wOld,
  rNew: views.rNew,
  wNew: views.wNew,
  cap: views.cap,
  release: views.release,
  fresh: views.fresh,
});

export const copyOfCopy = ({ locals, data, control, inside }: CopyState): CopyState => ({
  locals: locals.slice(),
  data: data.slice(),
  control: control.slice(),
  inside,
  isSettled: false,
});

/** dmb ish: all before it comes before all behind it. */
export function fence(views: CpuViews): void {
  const all = Math.max(views.rOld, views.blind, views.wOld);
  views.rNew = Math.max(views.rNew, all);
  views.wNew = Math.max(views.wNew, all);
}

export function barrier(views: CpuViews, kind: 'full' | 'read' | 'write'): void {
  switch (kind) {
    case 'full':
      fence(views);
      return;
    case 'read':
      views.rNew = Math.max(views.rNew, views.rOld);
      views.wNew = Math.max(views.wNew, views.rOld);
      return;
    case 'write':
      views.wNew = Math.max(views.wNew, views.wOld);
  }
}

export function withElement<T>(list: readonly T[], at: number, element: T): T[] {
  const changed = list.slice();
  changed[at] = element;
  return changed;
}
