/** States in normal form as sequences of numbers: equal for equal states. */
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
import { Sequence } from './sequence-set.ts';

/** Every key in turn: it is read before the next one is written. */
const key = new Sequence();

/** The key is valid until the next one is asked for; this holds for all of them. */
export function keyOf(state: MachineState): Sequence {
  key.clear();
  key.add(state.seen);
  for (const list of state.writes) addWrites(list);
  key.addAll(state.own);
  key.addAll(state.ownData);
  for (const views of state.cpus) addViews(views);
  for (const copy of state.copies) addCopy(copy);
  return key;
}

/** Parts of a state, each distinct among those of its kind. */
export const keyOfWrites = (list: readonly Write[]): Sequence => keyAfter(addWrites, list);
export const keyOfNumbers = (numbers: readonly number[]): Sequence => keyAfter(addNumbers, numbers);
export const keyOfViews = (views: CpuViews): Sequence => keyAfter(addViews, views);
export const keyOfCopy = (copy: CopyState): Sequence => keyAfter(addCopy, copy);

function keyAfter<T>(add: (part: T) => void, part: T): Sequence {
  key.clear();
  add(part);
  return key;
}

/** Of the same normal form: what the CPU alone can tell apart, by itself and in its interrupts. */
export function keyAlone(program: Program, state: MachineState, cpu: number): Sequence {
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
  return key;
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
