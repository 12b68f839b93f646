/** States in normal form as text: equal for equal states. */
import { reading } from './future-accesses.ts';
import {
  coherence,
  lastOwn,
  perCell,
  type CopyState,
  type MachineState,
  type CpuViews,
  type Write,
} from './machine-state.ts';
import type { Program } from './program.ts';

/** Code units that become text at once: calls with more arguments may overflow the stack. */
const unitsAtOnce = 4_096;

/** Precedes a number that is no single unit, whose digits end with a semicolon. */
const escape = 0xff;

/** Numbers as text, written into one buffer that every key uses in turn: units below 256, so that a character is a byte. */
class KeyText {
  #units = new Uint8Array(unitsAtOnce);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  add(number: number): void {
    if (this.#length === this.#units.length) this.#grow();
    if (number >= -1 && number < escape - 1) this.#units[this.#length++] = number + 1;
    else this.#addDigits(number);
  }

  addAll(numbers: readonly number[]): void {
    for (let at = 0; at < numbers.length; at++) this.add(numbers[at]!);
  }

  text(): string {
    if (this.#length <= unitsAtOnce) return textOf(this.#units.subarray(0, this.#length));
    let text = '';
    for (let at = 0; at < this.#length; at += unitsAtOnce)
      text += textOf(this.#units.subarray(at, Math.min(at + unitsAtOnce, this.#length)));
    return text;
  }

  #addDigits(number: number): void {
    const digits = `${number};`;
    while (this.#length + digits.length >= this.#units.length) this.#grow();
    this.#units[this.#length++] = escape;
    for (let at = 0; at < digits.length; at++) this.#units[this.#length++] = digits.charCodeAt(at);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#units.length);
    larger.set(this.#units);
    this.#units = larger;
  }
}

const textOf = (units: Uint8Array): string => String.fromCharCode.apply(null, units as unknown as number[]);

const key = new KeyText();

export function keyOf(state: MachineState): string {
  key.clear();
  key.add(state.seen);
  for (const list of state.writes) addWrites(list);
  key.addAll(state.own);
  key.addAll(state.ownData);
  for (const views of state.cpus) addViews(views);
  for (const copy of state.copies) addCopy(copy);
  return key.text();
}

/** Parts of a state, each as text of its kind. */
export const keyOfWrites = (list: readonly Write[]): string => textAfter(addWrites, list);
export const keyOfNumbers = (numbers: readonly number[]): string => textAfter(addNumbers, numbers);
export const keyOfViews = (views: CpuViews): string => textAfter(addViews, views);
export const keyOfCopy = (copy: CopyState): string => textAfter(addCopy, copy);

function textAfter<T>(add: (part: T) => void, part: T): string {
  key.clear();
  add(part);
  return key.text();
}

/** Of the same normal form: what the CPU alone can tell apart, by itself and in its interrupts. */
export function keyAlone(program: Program, state: MachineState, cpu: number): string {
  const isInterrupted = program.isInterrupted[cpu]!;
  const acting = isInterrupted ? program.onCpu[cpu]! : [program.hosts[cpu]!];
  const futures = acting.map((at) => program.processors[at]!.futureOf(state.copies[at]!.locals).cells);
  key.clear();
  key.add(cpu);
  for (const [cell, list] of state.writes.entries()) {
    let kinds = 0;
    for (const cells of futures) kinds |= cells[cell]!;
    if (program.isOwn[cell]!) {
      // Interrupts wait for variables of the proof, which are no accesses.
      if (!isInterrupted && (kinds & reading) === 0) continue;
      key.add(cell);
      key.add(state.own[cell]!);
      key.add(state.ownData[cell]!);
      continue;
    }
    const isRead = (kinds & reading) !== 0;
    if (!isRead && !list.some(({ promisedBy }) => promisedBy === cpu)) continue;
    key.add(cell);
    key.add(list.length);
    for (const { time, value, promisedBy } of list) {
      key.add(time);
      key.add(value);
      key.add(promisedBy === cpu ? 1 : 0);
    }
  }
  key.add(end);
  addViews(state.cpus[cpu]!);
  for (const at of acting) addCopy(state.copies[at]!);
  return key.text();
}

/** Ends a list of cells: no cell has this number. */
const end = -1;

function addWrites(list: readonly Write[]): void {
  key.add(list.length);
  for (const { time, value, promisedBy } of list) {
    key.add(time);
    key.add(value);
    key.add(promisedBy);
  }
}

function addNumbers(numbers: readonly number[]): void {
  key.addAll(numbers);
}

function addViews({ cells, rOld, blind, wOld, rNew, wNew, cap, release, fresh }: CpuViews): void {
  key.add(rOld);
  key.add(blind);
  key.add(wOld);
  key.add(rNew);
  key.add(wNew);
  key.add(cap);
  key.add(release);
  key.add(fresh);
  for (let at = 0; at < cells.length; at += perCell) {
    if (cells[at + coherence]! === 0 && cells[at + lastOwn]! < 0) continue;
    key.add(at);
    for (let one = at; one < at + perCell; one++) key.add(cells[one]!);
  }
  key.add(end);
}

function addCopy({ locals, data, control, inside }: CopyState): void {
  key.addAll(locals);
  key.addAll(data);
  key.addAll(control);
  key.add(inside);
}
