/**
 * The normal form of a state: equal for states that no CPU, and nobody who looks at memory, can ever tell apart.
 *
 * The argument for each rule stands in docs/soundness/arm64.md, under 'arm64: which states are one'.
 */
import {
  coherence,
  forwarded,
  forwardedFromUpdate,
  lastOwn,
  perCell,
  type CopyState,
  type MachineState,
  type Time,
  type CpuViews,
  type Write,
} from './machine-state.ts';
import { loads, reading, snapshots, stores, updates } from './future-accesses.ts';
import type { Program } from './program.ts';

/** What of memory counts for whom. */
export interface Audience {
  /** The CPUs that act. */
  readonly cpus: readonly number[];
  /** In a certification: one CPU acts, with its handlers only where they access memory outside of blocks. */
  readonly isAlone: boolean;
  /** By cell: whether a property sees it beside what CPUs have reached. */
  readonly observed: readonly boolean[];
  /** Rules that are left out: only tests name some, to compare. */
  readonly without?: ReadonlySet<string>;
}

/** `clamp` views to what can be told apart, `trim` lists, also `ahead`, forget values that `repeat` and `dead` locals. */
export type Rule = 'clamp' | 'trim' | 'ahead' | 'repeat' | 'dead';

/** What a CPU and the handlers on it may still do, by cell. */
function futureOf(program: Program, state: MachineState, cpu: number, alone: boolean) {
  const host = program.hosts[cpu]!;
  const futureAt = (processor: number) =>
    program.processors[processor]!.futureOf(state.copies[processor]!.locals);
  const own = futureAt(host);
  const all = program.onCpu[cpu]!;
  if ((alone && !program.isInterrupted[cpu]!) || all.length === 1) return own;
  const cells = own.cells.slice();
  for (const processor of all)
    if (processor !== host)
      for (const [cell, kinds] of futureAt(processor).cells.entries()) cells[cell]! |= kinds;
  return { cells, orders: true, acquires: all.some((processor) => futureAt(processor).acquires) };
}

export function normalForm(program: Program, state: MachineState, audience: Audience): MachineState {
  return new NormalForm(program, state, audience).result();
}

class NormalForm {
  readonly #program: Program;
  readonly #state: MachineState;
  readonly #audience: Audience;
  readonly #futures: readonly ReturnType<typeof futureOf>[];
  /** By position among the CPUs of the audience: times of writes that the CPU can tell apart, ascending once sorted. */
  readonly #relevant: Time[][];
  readonly #outside: Time[] = [];
  /** Times that keep their order; ascending. */
  #kept: Time[] = [];
  readonly #cuts: number[];
  /** By cell: the positions behind the cut that are forgotten, ascending. */
  readonly #repeats: (readonly number[])[];
  readonly #promises: Time[][];
  /** By position among the CPUs of the audience: where fenced loads begin. */
  readonly #ahead: readonly Ahead[];

  constructor(program: Program, state: MachineState, audience: Audience) {
    this.#program = program;
    this.#state = state;
    this.#audience = audience;
    const { cpus } = audience;
    this.#futures = cpus.map((cpu) => futureOf(program, state, cpu, audience.isAlone));
    this.#relevant = cpus.map(() => []);
    this.#promises = cpus.map(() => []);
    this.#ahead = cpus.map((cpu) => this.#aheadOf(cpu));
    this.#cuts = state.writes.map((list, cell) => (program.isOwn[cell]! ? 0 : this.#lookAt(cell, list)));
    // What a CPU has read decides what is seen from outside.
    for (const times of this.#relevant) times.push(...this.#outside);
    for (const times of [...this.#relevant, ...this.#promises, this.#outside]) times.sort((a, b) => a - b);
    this.#repeats = state.writes.map((list, cell) =>
      list.length - this.#cuts[cell]! < 3 || audience.without?.has('repeat') === true
        ? noPositions
        : this.#repeatsOf(list, cell),
    );
    const forgotten = new Set<Time>();
    for (const [cell, positions] of this.#repeats.entries())
      for (const at of positions) forgotten.add(state.writes[cell]![at]!.time);
    if (forgotten.size > 0)
      for (const times of this.#relevant)
        times.splice(0, times.length, ...times.filter((time) => !forgotten.has(time)));
    this.#kept = [...new Set(this.#kept)].filter((time) => !forgotten.has(time)).sort((a, b) => a - b);
  }

  /**
   * The time that loads behind an own store and a full barrier come after: the store is the newest write, or one that the
   * CPU has promised.
   */
  #aheadOf(cpu: number): Ahead {
    const { audience, program, state } = {
      audience: this.#audience,
      program: this.#program,
      state: this.#state,
    };
    const host = program.hosts[cpu]!;
    const unfenced = program.processors[host]!.unfenced[state.copies[host]!.locals[0]!]!;
    const hasHandlers = program.isInterrupted[cpu]! || (!audience.isAlone && program.onCpu[cpu]!.length > 1);
    if (hasHandlers || audience.without?.has('ahead') === true) return { time: 0, unfenced };
    let time = state.top;
    for (const list of state.writes)
      for (const write of list) if (write.promisedBy === cpu) time = Math.min(time, write.time);
    return { time, unfenced };
  }

  /** The position of the oldest write of a cell that a CPU may still load. */
  #oldestFor(list: readonly Write[], cell: number, at: number): number {
    const { rNew, cells } = this.#state.cpus[this.#audience.cpus[at]!]!;
    const { time, unfenced } = this.#ahead[at]!;
    const from = unfenced[cell] === 1 ? 0 : time;
    return lastBefore(list, Math.max(rNew, cells[cell * perCell + coherence]!, from));
  }

  /** Writes of a value that everybody who can read it can read in an older write, and whose times tell nobody anything. */
  #repeatsOf(list: readonly Write[], cell: number): readonly number[] {
    const found: number[] = [];
    const { observed } = this.#audience;
    const end = observed[cell] === true ? lastBefore(list, this.#state.seen) : list.length - 1;
    for (let position = this.#cuts[cell]! + 1; position < end; position++) {
      if (list[position]!.promisedBy >= 0 || list[position + 1]!.promisedBy >= 0) continue;
      if (this.#audience.cpus.every((_, at) => this.#isRepeat(list, position, cell, at)))
        found.push(position);
    }
    return found;
  }

  /** Whether a CPU cannot read a write, or has no use for it. */
  #isRepeat(list: readonly Write[], position: number, cell: number, at: number): boolean {
    const kinds = this.#futures[at]!.cells[cell]!;
    if ((kinds & loads) === 0) return true;
    const cpu = this.#audience.cpus[at]!;
    const oldest = this.#oldestFor(list, cell, at);
    if (oldest > position) return true;
    const { value, time } = list[position]!;
    const next = list[position + 1]!.time;
    const isOlder = (one: number) => list[one]!.value === value && list[one]!.promisedBy !== cpu;
    // In a snapshot other cells at that time are part of what is read: then it is the write right before, or none.
    let older = (kinds & snapshots) === 0 ? oldest : position - 1;
    while (older < position && !isOlder(older)) older++;
    if (older === position || older < oldest) return false;
    const from = (kinds & snapshots) === 0 ? time : list[older]!.time;
    const isBetween = (view: Time) => view >= time && view < next;
    return (
      !this.#relevant[at]!.some((other) => other > from && other !== time && other < next) &&
      !this.#viewsOf(cpu).some(isBetween) &&
      !this.#state.writes.some(
        (other, one) => !this.#program.isOwn[one]! && isBetween(other[this.#cuts[one]!]!.time),
      )
    );
  }

  /** All times before which a CPU may come to be unable to act. */
  #viewsOf(cpu: number): readonly Time[] {
    const { cells, rOld, blind, wOld, rNew, wNew, cap, release, fresh } = this.#state.cpus[cpu]!;
    const ofCells = cells.filter((_, at) => at % perCell === coherence || at % perCell === forwarded);
    const ofCopies = this.#program.onCpu[cpu]!.flatMap((processor) => {
      const { data, control, inside } = this.#state.copies[processor]!;
      return [...data, ...control, inside];
    });
    return [
      ...[rOld, blind, wOld, rNew, wNew, cap, release, fresh],
      ...ofCells,
      ...ofCopies,
      ...this.#state.ownData,
    ];
  }

  /** Notes what counts of a cell's writes; returns the position of the oldest that somebody may still read. */
  #lookAt(cell: number, list: readonly Write[]): number {
    const { cpus, observed, without } = this.#audience;
    const last = list.length - 1;
    // Most cells: one write, which everybody reads.
    if (last === 0 && list[0]!.promisedBy < 0) return 0;
    let cut = without?.has('trim') === true ? 0 : last;
    const oldest = cpus.map((cpu, at) => {
      for (let position = 0; position <= last; position++) {
        const { promisedBy, time } = list[position]!;
        if (promisedBy !== cpu) continue;
        this.#promises[at]!.push(time);
        this.#relevant[at]!.push(time);
        cut = Math.min(cut, position - 1);
      }
      const mayLoad = (this.#futures[at]!.cells[cell]! & loads) !== 0;
      return mayLoad ? this.#oldestFor(list, cell, at) : list.length;
    });
    const outside = observed[cell] === true ? lastBefore(list, this.#state.seen) : list.length;
    cut = Math.min(cut, outside, ...oldest);
    const note = (times: Time[], from: number) => {
      for (let at = Math.max(from, cut + 1); at <= last; at++) times.push(list[at]!.time);
    };
    for (let at = 0; at < cpus.length; at++) note(this.#relevant[at]!, oldest[at]!);
    note(this.#outside, outside);
    note(this.#kept, 0);
    return cut;
  }

  result(): MachineState {
    const { cpus: acting } = this.#audience;
    const { cpus, copies, own, ownData, seen } = this.#state;
    const isActing = (cpu: number) => acting.includes(cpu);
    const newCpus = cpus.map((views, cpu) =>
      isActing(cpu) ? this.#views(views, acting.indexOf(cpu)) : nowhere(views),
    );
    return {
      writes: this.#state.writes.map((list, cell) => this.#list(list, cell)),
      own,
      ownData: ownData.map((time) => (time === 0 ? 0 : this.#anyClamp(time))),
      top: this.#kept.length,
      seen: this.#rank(clampTo(this.#outside, seen)),
      cpus: newCpus,
      copies: copies.map((copy, processor) => this.#copy(copy, processor)),
      step: this.#state.step,
    };
  }

  /** The number of kept times up to this one. */
  #rank(time: Time): Time {
    return countUpTo(this.#kept, time);
  }

  #clamp(at: number, time: Time): Time {
    if (this.#audience.without?.has('clamp') === true) return this.#rank(time);
    return this.#rank(clampTo(this.#relevant[at]!, time));
  }

  #anyClamp(time: Time): Time {
    return Math.max(...this.#audience.cpus.map((_, at) => this.#clamp(at, time)));
  }

  /** Only its own promises are compared with it. */
  #clampToPromises(at: number, time: Time): Time {
    return this.#rank(clampTo(this.#promises[at]!, time));
  }

  #list(list: readonly Write[], cell: number): readonly Write[] {
    const cut = this.#cuts[cell]!;
    const first = list[cut]!;
    if (this.#program.isOwn[cell]! || (list.length === 1 && first.time === 0)) return list;
    const time = first.time === 0 ? 0 : this.#timeOfOldest(first.time, cell);
    if (cut === list.length - 1) return [{ ...first, time }];
    const forgotten = this.#repeats[cell]!;
    const rest = list.flatMap((write, at) =>
      at <= cut || forgotten.includes(at) ? [] : [{ ...write, time: this.#rank(write.time) }],
    );
    return [{ ...first, time }, ...rest];
  }

  /** The latest that a reader could tell from what is before it. */
  #timeOfOldest(time: Time, cell: number): Time {
    let latest = 0;
    for (const at of this.#audience.cpus.keys())
      if ((this.#futures[at]!.cells[cell]! & reading) !== 0) latest = Math.max(latest, this.#clamp(at, time));
    return latest;
  }

  #views(views: CpuViews, at: number): CpuViews {
    const { cells: kinds, orders, acquires } = this.#futures[at]!;
    const rNew = this.#clamp(at, views.rNew);
    const behind = (time: Time) => {
      const clamped = this.#clamp(at, time);
      return clamped <= rNew ? 0 : clamped;
    };
    const hasPromises = this.#promises[at]!.length > 0;
    const rOld = orders ? behind(views.rOld) : 0;
    const blind = orders ? behind(views.blind) : 0;
    const cells = views.cells.slice();
    const reader = { views, behind, hasPromises };
    for (let cell = 0; cell < kinds.length; cell++) this.#cellViews(cells, cell, at, reader);
    return {
      cells,
      rOld,
      blind: blind <= rOld ? 0 : blind,
      wOld: orders ? behind(views.wOld) : 0,
      rNew,
      wNew: this.#clampToPromises(at, views.wNew),
      cap: this.#clampToPromises(at, views.cap),
      release: acquires ? behind(views.release) : 0,
      fresh: this.#rank(views.fresh),
    };
  }

  #cellViews(
    cells: number[],
    cell: number,
    at: number,
    { views, behind, hasPromises }: { views: CpuViews; behind: (time: Time) => Time; hasPromises: boolean },
  ): void {
    const base = cell * perCell;
    const kinds = this.#futures[at]!.cells[cell]!;
    const mayLoad = (kinds & loads) !== 0;
    const ownTime = cells[base + coherence]!;
    if (ownTime === 0 && cells[base + lastOwn]! < 0) {
      cells[base + forwarded] = 0;
      cells[base + forwardedFromUpdate] = 0;
      return;
    }
    cells[base + coherence] = mayLoad || (hasPromises && (kinds & stores) !== 0) ? behind(ownTime) : 0;
    const last = cells[base + lastOwn]! - this.#cuts[cell]!;
    if (cells[base + lastOwn]! >= 0 && last >= 0 && (kinds & (loads | updates)) !== 0) {
      const list = this.#state.writes[cell]!;
      const position = cells[base + lastOwn]!;
      const oldest = lastBefore(list, Math.max(views.rNew, ownTime));
      const [with_, without] = [cells[base + forwarded]!, list[position]!.time].map((time) =>
        this.#clamp(at, Math.max(views.rNew, time)),
      );
      const isKept = !this.#repeats[cell]!.includes(position);
      if (isKept && position >= oldest && with_ !== without) {
        cells[base + lastOwn] = last - this.#repeats[cell]!.filter((one) => one < position).length;
        cells[base + forwarded] = behind(cells[base + forwarded]!);
        return;
      }
    }
    cells[base + lastOwn] = -1;
    cells[base + forwarded] = 0;
    cells[base + forwardedFromUpdate] = 0;
  }

  #copy(copy: CopyState, processor: number): CopyState {
    const { cpu, dead, addresses, isInside } = this.#program.processors[processor]!;
    const at = this.#audience.cpus.indexOf(cpu);
    if (at < 0) return copy;
    const rNew = this.#clamp(at, this.#state.cpus[cpu]!.rNew);
    const hasPromises = this.#promises[at]!.length > 0;
    const location = copy.locals[0]!;
    const locals = copy.locals.slice();
    const data = copy.data.map((time, position) => {
      if (time === 0 || (!hasPromises && !addresses[position]!)) return 0;
      const clamped = this.#clamp(at, time);
      return clamped <= rNew ? 0 : clamped;
    });
    const control = copy.control.map((time) => (hasPromises ? this.#clampToPromises(at, time) : 0));
    if (this.#audience.without?.has('dead') !== true)
      for (const { position, value } of dead[location]!) {
        locals[position] = value;
        data[position] = 0;
        control[position] = 0;
      }
    const inside = hasPromises && isInside[location]! ? this.#clampToPromises(at, copy.inside) : 0;
    return { locals, data, control, inside };
  }
}

interface Ahead {
  readonly time: Time;
  readonly unfenced: Uint8Array;
}

const noPositions: readonly number[] = [];

/** The position of the last write up to a time, or 0. */
function lastBefore(list: readonly Write[], time: Time): number {
  let position = list.length - 1;
  while (position > 0 && list[position]!.time > time) position--;
  return position;
}

/** The latest of some ascending times that is not after this one, or 0. */
function clampTo(times: readonly Time[], time: Time): Time {
  const count = countUpTo(times, time);
  return count === 0 ? 0 : times[count - 1]!;
}

function countUpTo(times: readonly Time[], time: Time): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

const nowhere = (views: CpuViews): CpuViews => ({
  cells: views.cells.map((_, at) => (at % perCell === lastOwn ? -1 : 0)),
  rOld: 0,
  blind: 0,
  wOld: 0,
  rNew: 0,
  wNew: 0,
  cap: 0,
  release: 0,
  fresh: 0,
});
