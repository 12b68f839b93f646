/** Sets of times, and tables by time: all are small, since a state in normal form numbers its times from 1. */
import type { Time, Write } from './machine-state.ts';

/** Times up to one that `clear` names. */
export class TimeSet {
  count = 0;
  #marks = new Uint8Array(16);

  /** Empties the set, which then has room for times up to `top`. */
  clear(top: Time): void {
    this.count = 0;
    if (top >= this.#marks.length) this.#marks = new Uint8Array(2 * (top + 1));
    else for (let time = 0; time <= top; time++) this.#marks[time] = 0;
  }

  has(time: Time): boolean {
    return this.#marks[time] === 1;
  }

  add(time: Time): void {
    if (this.#marks[time] === 1) return;
    this.#marks[time] = 1;
    this.count += 1;
  }

  delete(time: Time): void {
    if (this.#marks[time] === 0) return;
    this.#marks[time] = 0;
    this.count -= 1;
  }

  addAll(other: TimeSet, top: Time): void {
    for (let time = 0; time <= top; time++) if (other.has(time)) this.add(time);
  }

  /** Adds the times of writes from a position on. */
  addFrom(list: readonly Write[], from: number): void {
    for (let at = from; at < list.length; at++) this.add(list[at]!.time);
  }

  /** The earliest; the set is not empty. */
  get first(): Time {
    return this.#marks.indexOf(1);
  }

  /** The latest up to this one, or 0. */
  latest(time: Time): Time {
    let at = time;
    while (at > 0 && this.#marks[at] === 0) at--;
    return at;
  }

  /** Whether one is after `from` and before `to`, and is not `except`. */
  hasBetween(from: Time, to: Time, except: Time): boolean {
    for (let time = from + 1; time < to; time++) if (time !== except && this.#marks[time] === 1) return true;
    return false;
  }
}

/** A number for each time. */
export class TimeTable {
  #numbers = new Int32Array(16);

  at(time: Time): number {
    return this.#numbers[time]!;
  }

  /** By time up to `top`: how many of the set are not after it. */
  countUpTo(times: TimeSet, top: Time): void {
    const numbers = this.#begin(top);
    let count = 0;
    for (let time = 0; time <= top; time++) {
      if (times.has(time)) count += 1;
      numbers[time] = count;
    }
  }

  /** By time up to `top`: the number in `rank` of the latest in the set that is not after it, or 0. */
  clamp(times: TimeSet, rank: TimeTable, top: Time): void {
    const numbers = this.#begin(top);
    let latest = 0;
    for (let time = 0; time <= top; time++) {
      if (times.has(time)) latest = rank.at(time);
      numbers[time] = latest;
    }
  }

  #begin(top: Time): Int32Array {
    if (top >= this.#numbers.length) this.#numbers = new Int32Array(2 * (top + 1));
    return this.#numbers;
  }
}

/** What of time one CPU can distinguish. */
export class TimesOfCpu {
  /** Times of writes that the CPU can tell apart. */
  readonly relevant = new TimeSet();
  readonly promises = new TimeSet();
  /** A time as the CPU sees it, and as only its promises are compared with it; both are numbers of times that are kept. */
  readonly clamp = new TimeTable();
  readonly toPromises = new TimeTable();

  clear(top: Time): void {
    this.relevant.clear(top);
    this.promises.clear(top);
  }

  /** Fills the tables; `clamps`: whether times are clamped to the relevant ones at all. */
  rank(rank: TimeTable, kept: TimeSet, top: Time, clamps: boolean): void {
    if (clamps) this.clamp.clamp(this.relevant, rank, top);
    else this.clamp.countUpTo(kept, top);
    this.toPromises.clamp(this.promises, rank, top);
  }
}
