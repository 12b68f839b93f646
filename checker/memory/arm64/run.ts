/** One execution of a transition under way: what it has read and written so far, and what hangs on that. */
import { DomainError, type ModelError, type Outside } from '../../language/model-error.ts';
import type { Statement } from '../../language/statement.ts';
import {
  coherence,
  copyOfCopy,
  copyOfViews,
  forwarded,
  forwardedFromUpdate,
  lastOwn,
  perCell,
  withElement,
  type CopyState,
  type MachineState,
  type Time,
  type CpuViews,
  type Write,
} from './machine-state.ts';

/** How shared memory is read: one load, a look at all cells at one time, or a block that nobody comes between. */
export type ReadMode = 'load' | 'snapshot' | 'newest';

/** A load, as a trace tells it; `by` is the position among the statements executed. */
export interface Loaded {
  readonly by: number;
  readonly cell: number;
  readonly from: Write;
  /** What others see of the cell at that time. */
  readonly newest: Write;
  /** What has overwritten the value; `newest` where nothing has. */
  readonly next: Write;
}

export interface StoredWrite {
  readonly by: number;
  readonly cell: number;
  readonly value: number;
  /** The write that was the newest before. */
  readonly before: Write;
  /** Where it had been promised: the write that others see already. */
  readonly promised: Write | null;
}

/** A statement that was executed, as a trace tells it: how a branch came out, and which value a choice took. */
export interface Executed {
  readonly statement: Statement;
  readonly taken: boolean | null;
  readonly chosen: number | null;
  /** By name of the event: how often it was counted. */
  readonly counts: Record<string, number>;
}

/** A run of a transition: mutable, and copied where it can go on in several ways. */
export class TransitionRun {
  readonly cpu: number;
  readonly self: number;
  readonly views: CpuViews;
  readonly copy: CopyState;
  /** Whether a cell is accessed by one CPU alone. */
  readonly isOwn: readonly boolean[];
  readonly isGhost: readonly boolean[];
  writes: (readonly Write[])[];
  own: number[];
  ownData: Time[];
  top: Time;

  /** In a trace: the number of the step. */
  readonly step: number;
  reading: ReadMode = 'load';
  /** Which of the writes that can be read, from the newest; and how many there are. */
  choice = 0;
  choices = 1;
  /** In a snapshot, the time. */
  at: Time = 0;
  isAcquire = false;
  isBlind = false;
  /** An atomic operation that writes: its store is behind a promise, wherever its load is. */
  isUpdating = false;
  /** What the load comes after beside the views: an earlier release. */
  floor: Time = 0;

  /** The views of the value that is being computed: for addresses, and for stores. */
  data: Time = 0;
  control: Time = 0;
  readonly bound: number[] = [];

  /** The cell that was read or written, or -1. */
  cell = -1;
  value = 0;
  valueData: Time = 0;
  valueControl: Time = 0;
  /** The position of the write that was read. */
  source = -1;
  hasRead = false;
  isStale = false;
  isBlocked = false;

  stored = -1;
  storedValue = 0;
  addressData: Time = 0;
  addressControl: Time = 0;
  storedData: Time = 0;
  storedControl: Time = 0;
  /** Control of a conditional store in the step itself. */
  conditions: Time = 0;
  /** The latest of what a block has read or written. */
  latest: Time = 0;

  failed: string | null = null;
  /** The author's mistake that shows, and the statement that made it. */
  error: string | null = null;
  /** The value outside of its domain that is the mistake. */
  outside: Outside | null = null;
  mistaken: Statement | null = null;
  /** After a mistake with which nothing can go on, such as an index outside of its array. */
  isOver = false;
  /** What is being executed. */
  statement: Statement | null = null;
  /** Whether a full barrier has been executed. */
  isFenced = false;
  /** Which way a branch went that was executed last. */
  isTaken = false;
  /** What was read; a trace wants it. */
  loads: Loaded[] = [];
  stores: StoredWrite[] = [];
  /** The statements executed, where a trace wants them. */
  trail: Executed[] | null = null;

  constructor(state: Memory, who: Who, { isOwn, isGhost }: Pick<TransitionRun, 'isOwn' | 'isGhost'>) {
    this.cpu = who.cpu;
    this.self = who.self;
    this.isOwn = isOwn;
    this.isGhost = isGhost;
    this.views = copyOfViews(who.views);
    this.copy = copyOfCopy(who.copy);
    this.writes = state.writes as (readonly Write[])[];
    this.own = state.own as number[];
    this.ownData = state.ownData as Time[];
    this.top = state.top;
    this.step = state.step;
  }

  /** Of what goes wrong only the first is reported. */
  mistake(error: ModelError): void {
    if (this.error !== null || this.failed !== null) return;
    this.error = error.message;
    this.outside = error instanceof DomainError ? error.outside : null;
    this.mistaken = this.statement;
  }

  /** The position of the statement that is being executed. */
  get by(): number {
    return Math.max(0, (this.trail?.length ?? 0) - 1);
  }

  /** Another run from here on. */
  fork(): TransitionRun {
    const { cpu, self, views, copy } = this;
    const fork = new TransitionRun(this, { cpu, self, views, copy }, this);
    const own = { views: fork.views, copy: fork.copy };
    return Object.assign(fork, this, own, {
      bound: this.bound.slice(),
      loads: this.loads.slice(),
      stores: this.stores.slice(),
      trail: this.trail === null ? null : this.trail.slice(),
    });
  }

  /** The value of a cell, with what it comes after in `data` and `control`. */
  read(cell: number, addressData: Time, addressControl: Time): number {
    if (this.isGhost[cell]!) return this.own[cell]!;
    if (this.isOwn[cell]!) return this.readOwn(cell, addressData, addressControl);
    if (this.reading === 'newest') return this.readNewest(cell);
    if (this.cell !== cell || this.reading === 'snapshot') this.load(cell, addressData, addressControl);
    this.data = Math.max(this.data, this.valueData);
    this.control = Math.max(this.control, this.valueControl);
    return this.value;
  }

  private readOwn(cell: number, addressData: Time, addressControl: Time): number {
    const { views } = this;
    const post = Math.max(addressData, this.ownData[cell]!, this.isAcquire ? this.floor : 0);
    if (this.isAcquire) {
      views.rNew = Math.max(views.rNew, post);
      views.wNew = Math.max(views.wNew, post);
    }
    views.cap = Math.max(views.cap, addressControl);
    this.hasRead = true;
    this.data = Math.max(this.data, post);
    this.control = Math.max(this.control, post, addressControl);
    const value = this.own[cell]!;
    if (this.trail !== null) {
      const write: Write = { time: 0, value, promisedBy: -1, step: -1 };
      this.loads.push({ by: this.by, cell, from: write, newest: write, next: write });
    }
    return value;
  }

  private readNewest(cell: number): number {
    const list = this.writes[cell]!;
    const write = list.at(-1)!;
    this.latest = Math.max(this.latest, write.time);
    if (this.trail !== null) this.loads.push({ by: this.by, cell, from: write, newest: write, next: write });
    return write.value;
  }

  private load(cell: number, addressData: Time, addressControl: Time): void {
    const { views, cpu } = this;
    const list = this.writes[cell]!;
    const at = cell * perCell;
    const pre = Math.max(addressData, views.rNew, this.floor, this.isUpdating ? 0 : views.fresh);
    const bound = Math.max(pre, views.cells[at + coherence]!);
    let from = list.length - 1;
    while (from > 0 && list[from]!.time > bound) from--;
    const source = this.choose(list, from);
    if (source < 0) this.isBlocked = true;
    const write = list[Math.max(source, 0)]!;
    let newest = list.length - 1;
    while (newest > 0 && list[newest]!.promisedBy === cpu) newest--;
    const isForwarded =
      views.cells[at + lastOwn] === source &&
      !(views.cells[at + forwardedFromUpdate] === 1 && this.isAcquire);
    const post = Math.max(pre, isForwarded ? views.cells[at + forwarded]! : write.time);
    if (post > views.cells[at + coherence]!) views.cells = withElement(views.cells, at + coherence, post);
    if (this.isBlind) views.blind = Math.max(views.blind, post);
    else views.rOld = Math.max(views.rOld, post);
    if (this.isAcquire) {
      views.rNew = Math.max(views.rNew, post);
      views.wNew = Math.max(views.wNew, post);
    }
    views.cap = Math.max(views.cap, addressControl);
    this.cell = cell;
    this.value = write.value;
    this.valueData = post;
    this.valueControl = Math.max(post, addressControl);
    this.source = source;
    this.hasRead = true;
    this.isStale ||= source !== newest;
    if (this.trail === null) return;
    const next = list[Math.min(Math.max(source, 0) + 1, newest)]!;
    this.loads.push({ by: this.by, cell, from: write, newest: list[newest]!, next });
  }

  /** The position of the write that is read, or -1 where there is none. */
  private choose(list: readonly Write[], from: number): number {
    const { cpu } = this;
    if (this.reading === 'snapshot') {
      let last = list.length - 1;
      while (last > 0 && list[last]!.time > this.at) last--;
      return last < from || list[last]!.promisedBy === cpu ? -1 : last;
    }
    const readable: number[] = [];
    // Its own promise comes later in its text, and no load sees a later store of its own CPU.
    for (let at = list.length - 1; at >= from; at--) if (list[at]!.promisedBy !== cpu) readable.push(at);
    this.choices = readable.length;
    return readable[this.choice] ?? -1;
  }

  /** Assigns a cell: at once inside of a block or of one CPU, else the step stores it when it ends. */
  write(cell: number, value: number, addressData: Time, addressControl: Time): void {
    const { data, control } = this;
    if (this.isOwn[cell]! || this.reading === 'newest') {
      if (this.isOwn[cell]!)
        this.writeOwn(cell, value, { after: Math.max(data, addressData), addressControl });
      else this.append(cell, value, -1);
      return;
    }
    this.stored = cell;
    this.storedValue = value;
    this.addressData = addressData;
    this.addressControl = addressControl;
    this.storedData = data;
    this.storedControl = control;
    this.cell = cell;
    this.value = value;
    this.valueData = data;
    this.valueControl = control;
  }

  private writeOwn(
    cell: number,
    value: number,
    { after, addressControl }: { readonly after: Time; readonly addressControl: Time },
  ): void {
    const before: Write = { time: 0, value: this.own[cell]!, promisedBy: -1, step: -1 };
    this.stores.push({ by: this.by, cell, value, before, promised: null });
    this.own = this.own.slice();
    this.ownData = this.ownData.slice();
    this.own[cell] = value;
    if (this.isGhost[cell]!) return;
    this.ownData[cell] = after;
    this.views.wOld = Math.max(this.views.wOld, after);
    this.views.cap = Math.max(this.views.cap, addressControl);
    this.stored = cell;
    this.storedValue = value;
  }

  /** A new write behind all others. */
  append(cell: number, value: number, promisedBy: number): void {
    const list = this.writes[cell]!;
    this.top += 1;
    this.latest = this.top;
    const write: Write = { time: this.top, value, promisedBy, step: this.step };
    this.writes = this.writes.slice();
    this.writes[cell] = [...list, write];
    if (promisedBy < 0) this.stores.push({ by: this.by, cell, value, before: list.at(-1)!, promised: null });
  }
}

/** What a run finds of memory. */
type Memory = Pick<MachineState, 'writes' | 'own' | 'ownData' | 'top' | 'step'>;

/** The copy that runs, and the CPU that it runs on. */
export interface Who {
  readonly cpu: number;
  readonly self: number;
  readonly views: CpuViews;
  readonly copy: CopyState;
}
