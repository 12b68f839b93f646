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
import { loads, reading, snapshots, stores, updates, type AccessesToCome } from './future-accesses.ts';
import type { Program } from './program.ts';
import { TimesOfCpu, TimeSet, TimeTable } from './times.ts';

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
function futureOf(program: Program, state: MachineState, cpu: number, alone: boolean): AccessesToCome {
  const host = program.hosts[cpu]!;
  let future = program.processors[host]!.futureOf(state.copies[host]!.locals);
  const all = program.onCpu[cpu]!;
  if ((alone && !program.isInterrupted[cpu]!) || all.length === 1) return future;
  for (const processor of all)
    if (processor !== host)
      future = joined(future, program.processors[processor]!.futureOf(state.copies[processor]!.locals));
  return future;
}

/** What was joined before: there is one object for equal futures. */
const known = new WeakMap<AccessesToCome, WeakMap<AccessesToCome, AccessesToCome>>();

/** Of a CPU that may do both: a handler orders what it interrupts. */
function joined(one: AccessesToCome, handler: AccessesToCome): AccessesToCome {
  const before = known.get(one)?.get(handler);
  if (before !== undefined) return before;
  const both = {
    cells: one.cells.map((kinds, cell) => kinds | handler.cells[cell]!),
    orders: true,
    acquires: one.acquires || handler.acquires,
  };
  if (!known.has(one)) known.set(one, new WeakMap());
  known.get(one)!.set(handler, both);
  return both;
}

/** The normal forms for one audience. Its tables are used again for every state. */
export class NormalForms {
  readonly #program: Program;
  readonly #audience: Audience;
  readonly #clamps: boolean;
  readonly #trims: boolean;
  readonly #forgetsRepeats: boolean;
  readonly #forgetsDead: boolean;
  /** The cells that several CPUs access. */
  readonly #sharedCells: readonly number[];
  /** By CPU: its position in the audience, or -1. */
  readonly #positions: readonly number[];
  #state!: MachineState;

  // By position among the CPUs of the audience.
  readonly #futures: AccessesToCome[] = [];
  readonly #times: readonly TimesOfCpu[];
  /** Where fenced loads begin, and by cell whether one that is not fenced may come. */
  readonly #ahead: Time[];
  readonly #unfenced: Uint8Array[] = [];
  /** The positions of the oldest writes that they may load from the cell that is looked at. */
  readonly #oldest: number[];

  readonly #outside = new TimeSet();
  /** Times that keep their order, and their numbers. */
  readonly #kept = new TimeSet();
  readonly #rank = new TimeTable();
  /** The shared cells with several writes, and those with one that has a time. */
  readonly #busy: number[] = [];
  readonly #aged: number[] = [];
  /** By cell: the position of the oldest write that is kept. */
  readonly #cuts: number[];
  /** By cell: the positions behind the cut that are forgotten, ascending. */
  readonly #repeats: (readonly number[])[];

  constructor(program: Program, audience: Audience) {
    this.#program = program;
    this.#audience = audience;
    const { isOwn, cpus } = program;
    const applies = (rule: Rule) => audience.without?.has(rule) !== true;
    this.#clamps = applies('clamp');
    this.#trims = applies('trim');
    this.#forgetsRepeats = applies('repeat');
    this.#forgetsDead = applies('dead');
    this.#sharedCells = [...isOwn.keys()].filter((cell) => !isOwn[cell]!);
    this.#positions = Array.from({ length: cpus }, (_, cpu) => audience.cpus.indexOf(cpu));
    this.#times = audience.cpus.map(() => new TimesOfCpu());
    this.#ahead = audience.cpus.map(() => 0);
    this.#oldest = audience.cpus.map(() => 0);
    this.#cuts = isOwn.map(() => 0);
    this.#repeats = isOwn.map(() => noPositions);
  }

  /** Parts of the state that are the same in its normal form are the same objects. */
  of(state: MachineState): MachineState {
    this.#state = state;
    this.#begin();
    const { writes, top } = state;
    for (const cell of this.#busy) this.#cuts[cell] = this.#lookAt(cell, writes[cell]!);
    // What a CPU has read decides what is seen from outside.
    if (this.#outside.count > 0) for (const { relevant } of this.#times) relevant.addAll(this.#outside, top);
    if (this.#forgetsRepeats) this.#findRepeats();
    this.#rank.countUpTo(this.#kept, top);
    for (const times of this.#times) times.rank(this.#rank, this.#kept, top, this.#clamps);
    return this.#result();
  }

  #begin(): void {
    const { cpus, isAlone } = this.#audience;
    const { processors, hosts } = this.#program;
    const { copies, writes, top } = this.#state;
    this.#outside.clear(top);
    this.#kept.clear(top);
    for (let at = 0; at < cpus.length; at++) {
      const host = hosts[cpus[at]!]!;
      this.#times[at]!.clear(top);
      this.#futures[at] = futureOf(this.#program, this.#state, cpus[at]!, isAlone);
      this.#unfenced[at] = processors[host]!.unfenced[copies[host]!.locals[0]!]!;
    }
    this.#busy.length = 0;
    this.#aged.length = 0;
    for (const cell of this.#sharedCells) {
      const list = writes[cell]!;
      this.#cuts[cell] = 0;
      this.#repeats[cell] = noPositions;
      if (list.length > 1) {
        this.#busy.push(cell);
        this.#notePromises(list);
      } else if (list[0]!.time > 0) this.#aged.push(cell);
    }
    for (let at = 0; at < cpus.length; at++) this.#ahead[at] = this.#aheadOf(cpus[at]!, at);
  }

  /** Whatever is promised stands behind another write. */
  #notePromises(list: readonly Write[]): void {
    for (let position = 1; position < list.length; position++) {
      const { promisedBy, time } = list[position]!;
      const at = promisedBy < 0 ? -1 : this.#positions[promisedBy]!;
      if (at < 0) continue;
      const { promises, relevant } = this.#times[at]!;
      promises.add(time);
      relevant.add(time);
    }
  }

  /**
   * The time that loads behind an own store and a full barrier come after: the store is the newest write, or one that the
   * CPU has promised.
   */
  #aheadOf(cpu: number, at: number): Time {
    const { onCpu, isInterrupted } = this.#program;
    const { isAlone, without } = this.#audience;
    const hasHandlers = isInterrupted[cpu]! || (!isAlone && onCpu[cpu]!.length > 1);
    if (hasHandlers || without?.has('ahead') === true) return 0;
    const { promises } = this.#times[at]!;
    return promises.count > 0 ? promises.first : this.#state.top;
  }

  /** The position of the oldest write of a cell that a CPU may still load. */
  #oldestFor(list: readonly Write[], cell: number, at: number): number {
    const { rNew, cells } = this.#state.cpus[this.#audience.cpus[at]!]!;
    const from = this.#unfenced[at]![cell] === 1 ? 0 : this.#ahead[at]!;
    return lastBefore(list, Math.max(rNew, cells[cell * perCell + coherence]!, from));
  }

  #findRepeats(): void {
    const { writes } = this.#state;
    let found = false;
    for (const cell of this.#busy) {
      const repeats = this.#repeatsOf(writes[cell]!, cell);
      this.#repeats[cell] = repeats;
      found ||= repeats.length > 0;
    }
    if (!found) return;
    for (const cell of this.#busy)
      for (const at of this.#repeats[cell]!) {
        const { time } = writes[cell]![at]!;
        for (const { relevant } of this.#times) relevant.delete(time);
        this.#kept.delete(time);
      }
  }

  /** Writes of a value that everybody who can read it can read in an older write, and whose times tell nobody anything. */
  #repeatsOf(list: readonly Write[], cell: number): readonly number[] {
    if (list.length - this.#cuts[cell]! < 3) return noPositions;
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
      !this.#times[at]!.relevant.hasBetween(from, next, time) &&
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
    const last = list.length - 1;
    const { cpus, observed } = this.#audience;
    let cut = this.#trims ? Math.min(last, this.#firstPromise(list) - 1) : 0;
    for (let at = 0; at < cpus.length; at++) {
      const mayLoad = (this.#futures[at]!.cells[cell]! & loads) !== 0;
      const position = mayLoad ? this.#oldestFor(list, cell, at) : list.length;
      cut = Math.min(cut, position);
      this.#oldest[at] = position;
    }
    const outside = observed[cell] === true ? lastBefore(list, this.#state.seen) : list.length;
    cut = Math.min(cut, outside);
    for (let at = 0; at < cpus.length; at++)
      this.#times[at]!.relevant.addFrom(list, Math.max(this.#oldest[at]!, cut + 1));
    this.#outside.addFrom(list, Math.max(outside, cut + 1));
    this.#kept.addFrom(list, cut + 1);
    return cut;
  }

  /** The position of the first write that is promised, or that behind the last. */
  #firstPromise(list: readonly Write[]): number {
    let position = 1;
    for (; position < list.length; position++) {
      const { promisedBy } = list[position]!;
      if (promisedBy >= 0 && this.#positions[promisedBy]! >= 0) break;
    }
    return position;
  }

  #result(): MachineState {
    const { cpus, copies, ownData, own, seen, step } = this.#state;
    return {
      writes: this.#lists(),
      own,
      ownData: this.#ownData(ownData),
      top: this.#kept.count,
      seen: this.#rank.at(this.#outside.latest(seen)),
      cpus: this.#cpus(cpus),
      copies: this.#copies(copies),
      step,
    };
  }

  #lists(): MachineState['writes'] {
    const { writes } = this.#state;
    let lists = writes as (readonly Write[])[];
    for (const cell of this.#busy) lists = put(lists, writes, cell, this.#list(writes[cell]!, cell));
    for (const cell of this.#aged) lists = put(lists, writes, cell, this.#list(writes[cell]!, cell));
    return lists;
  }

  #cpus(cpus: readonly CpuViews[]): readonly CpuViews[] {
    const { noViews } = this.#program;
    let changed = cpus as CpuViews[];
    for (let cpu = 0; cpu < cpus.length; cpu++) {
      const at = this.#positions[cpu]!;
      changed = put(changed, cpus, cpu, at < 0 ? noViews : this.#views(cpus[cpu]!, at));
    }
    return changed;
  }

  #copies(copies: readonly CopyState[]): readonly CopyState[] {
    let changed = copies as CopyState[];
    for (let processor = 0; processor < copies.length; processor++)
      changed = put(changed, copies, processor, this.#copy(copies[processor]!, processor));
    return changed;
  }

  #ownData(times: readonly Time[]): readonly Time[] {
    let changed = times as Time[];
    for (let cell = 0; cell < times.length; cell++)
      if (times[cell]! > 0) changed = put(changed, times, cell, this.#anyClamp(times[cell]!));
    return changed;
  }

  #anyClamp(time: Time): Time {
    let latest = 0;
    for (const { clamp } of this.#times) latest = Math.max(latest, clamp.at(time));
    return latest;
  }

  #list(list: readonly Write[], cell: number): readonly Write[] {
    const cut = this.#cuts[cell]!;
    const first = list[cut]!;
    const oldest = withTime(first, first.time === 0 ? 0 : this.#timeOfOldest(first.time, cell));
    if (cut === list.length - 1) return list.length === 1 && oldest === first ? list : [oldest];
    const forgotten = this.#repeats[cell]!;
    const kept = [oldest];
    let isSame = cut === 0 && oldest === first;
    for (let at = cut + 1; at < list.length; at++) {
      if (forgotten.includes(at)) continue;
      const write = withTime(list[at]!, this.#rank.at(list[at]!.time));
      isSame &&= write === list[kept.length];
      kept.push(write);
    }
    return isSame && kept.length === list.length ? list : kept;
  }

  /** The latest that a reader could tell from what is before it. */
  #timeOfOldest(time: Time, cell: number): Time {
    let latest = 0;
    for (let at = 0; at < this.#times.length; at++)
      if ((this.#futures[at]!.cells[cell]! & reading) !== 0)
        latest = Math.max(latest, this.#times[at]!.clamp.at(time));
    return latest;
  }

  #views(views: CpuViews, at: number): CpuViews {
    const { noViews } = this.#program;
    if (views === noViews) return views;
    const { orders, acquires } = this.#futures[at]!;
    const { clamp, toPromises } = this.#times[at]!;
    const rNew = clamp.at(views.rNew);
    const cells = this.#cellsOf(views, at, rNew);
    const rOld = orders ? behind(clamp, views.rOld, rNew) : 0;
    const behindNew = orders ? behind(clamp, views.blind, rNew) : 0;
    const blind = behindNew <= rOld ? 0 : behindNew;
    const wOld = orders ? behind(clamp, views.wOld, rNew) : 0;
    // Only its own promises are compared with these.
    const wNew = toPromises.at(views.wNew);
    const cap = toPromises.at(views.cap);
    const release = acquires ? behind(clamp, views.release, rNew) : 0;
    const fresh = this.#rank.at(views.fresh);
    const isSame =
      cells === views.cells &&
      rOld === views.rOld &&
      blind === views.blind &&
      wOld === views.wOld &&
      rNew === views.rNew &&
      wNew === views.wNew &&
      cap === views.cap &&
      release === views.release &&
      fresh === views.fresh;
    if (isSame) return views;
    const isNone =
      cells === noViews.cells && Math.max(rOld, blind, wOld, rNew, wNew, cap, release, fresh) === 0;
    return isNone ? noViews : { cells, rOld, blind, wOld, rNew, wNew, cap, release, fresh };
  }

  #cellsOf(views: CpuViews, at: number, rNew: Time): readonly number[] {
    const { cells } = views;
    const none = this.#program.noViews.cells;
    if (cells === none) return cells;
    let changed = cells as number[];
    let isNone = true;
    for (let base = 0; base < cells.length; base += perCell) {
      if (cells[base + coherence] !== 0 || cells[base + lastOwn]! >= 0)
        changed = this.#cellViews(changed, views, { base, at, rNew });
      else changed = notForwarded(changed, cells, base);
      isNone &&= changed[base + coherence] === 0 && changed[base + lastOwn]! < 0;
    }
    return isNone ? none : changed;
  }

  #cellViews(
    given: number[],
    views: CpuViews,
    { base, at, rNew }: { readonly base: number; readonly at: number; readonly rNew: Time },
  ): number[] {
    const { cells } = views;
    const { clamp, promises } = this.#times[at]!;
    const cell = base / perCell;
    const kinds = this.#futures[at]!.cells[cell]!;
    const ownTime = cells[base + coherence]!;
    const position = cells[base + lastOwn]!;
    const counts = (kinds & loads) !== 0 || (promises.count > 0 && (kinds & stores) !== 0);
    const changed = put(given, cells, base + coherence, counts ? behind(clamp, ownTime, rNew) : 0);
    const last = position - this.#cuts[cell]!;
    if (position >= 0 && last >= 0 && (kinds & (loads | updates)) !== 0) {
      const list = this.#state.writes[cell]!;
      const forwardedTime = cells[base + forwarded]!;
      const oldest = lastBefore(list, Math.max(views.rNew, ownTime));
      const forgotten = this.#repeats[cell]!;
      const isKept = position >= oldest && !forgotten.includes(position);
      const tells =
        clamp.at(Math.max(views.rNew, forwardedTime)) !==
        clamp.at(Math.max(views.rNew, list[position]!.time));
      if (isKept && tells) {
        const before = forgotten.filter((one) => one < position).length;
        const moved = put(changed, cells, base + lastOwn, last - before);
        return put(moved, cells, base + forwarded, behind(clamp, forwardedTime, rNew));
      }
    }
    const without = put(changed, cells, base + lastOwn, -1);
    return notForwarded(without, cells, base);
  }

  #copy(copy: CopyState, processor: number): CopyState {
    const { cpu, dead, addresses, isInside } = this.#program.processors[processor]!;
    const at = this.#positions[cpu]!;
    if (at < 0 || copy.isSettled) return copy;
    const { clamp, promises, toPromises } = this.#times[at]!;
    const rNew = clamp.at(this.#state.cpus[cpu]!.rNew);
    const hasPromises = promises.count > 0;
    const location = copy.locals[0]!;
    let { locals, data, control } = copy;
    for (let position = 0; position < copy.data.length; position++) {
      const time = copy.data[position]!;
      if (time > 0) {
        const counts = hasPromises || addresses[position]!;
        data = put(data, copy.data, position, counts ? behind(clamp, time, rNew) : 0);
      }
      const depends = copy.control[position]!;
      if (depends > 0) control = put(control, copy.control, position, toPromises.at(depends));
    }
    if (this.#forgetsDead)
      for (const { position, value } of dead[location]!) {
        locals = put(locals, copy.locals, position, value);
        data = put(data, copy.data, position, 0);
        control = put(control, copy.control, position, 0);
      }
    const inside = isInside[location]! ? toPromises.at(copy.inside) : 0;
    const isSettled = this.#forgetsDead && inside === 0 && areNone(data) && areNone(control);
    const isSame =
      locals === copy.locals && data === copy.data && control === copy.control && inside === copy.inside;
    return isSame && !isSettled ? copy : { locals, data, control, inside, isSettled };
  }
}

/** A list with an element changed: `list`, which is copied first where it is still the one before all changes. */
function put<T>(list: T[], before: readonly T[], at: number, value: T): T[] {
  if (list[at] === value) return list;
  const own = list === before ? list.slice() : list;
  own[at] = value;
  return own;
}

const notForwarded = (list: number[], before: readonly number[], base: number): number[] =>
  put(put(list, before, base + forwarded, 0), before, base + forwardedFromUpdate, 0);

function areNone(times: readonly Time[]): boolean {
  for (let at = 0; at < times.length; at++) if (times[at] !== 0) return false;
  return true;
}

const withTime = (write: Write, time: Time): Write => (write.time === time ? write : { ...write, time });

const noPositions: readonly number[] = [];

/** The position of the last write up to a time, or 0. */
function lastBefore(list: readonly Write[], time: Time): number {
  let position = list.length - 1;
  while (position > 0 && list[position]!.time > time) position--;
  return position;
}

/** A view that adds nothing to what the CPU has reached counts as none; `rNew` is clamped. */
function behind(clamp: TimeTable, time: Time, rNew: Time): Time {
  const clamped = clamp.at(time);
  return clamped <= rNew ? 0 : clamped;
}
