/** States in normal form as text: equal for equal states. */
import { reading } from './future-accesses.ts';
import {
  coherence,
  lastOwn,
  perCell,
  type CopyState,
  type MachineState,
  type CpuViews,
} from './machine-state.ts';
import type { Program } from './program.ts';

/** Code units that become text at once: a text joined of many parts would be copied when it is first hashed. */
const unitsAtOnce = 4_096;

/** Numbers as text: several characters each where one is too small. */
function textOf(numbers: readonly number[]): string {
  const units: number[] = [];
  for (const number of numbers)
    if (number >= -0x4000 && number < 0x4000) units.push(number + 0x4000);
    else units.push(0xffff, ...Array.from(`${number};`, (digit) => digit.charCodeAt(0)));
  if (units.length <= unitsAtOnce) return String.fromCharCode(...units);
  let text = '';
  for (let at = 0; at < units.length; at += unitsAtOnce)
    text += String.fromCharCode(...units.slice(at, at + unitsAtOnce));
  return text;
}

export function keyOf(state: MachineState): string {
  const numbers: number[] = [state.seen];
  for (const list of state.writes) {
    numbers.push(list.length);
    for (const { time, value, promisedBy } of list) numbers.push(time, value, promisedBy);
  }
  numbers.push(...state.own, ...state.ownData);
  for (const views of state.cpus) addViews(numbers, views);
  for (const copy of state.copies) addCopy(numbers, copy);
  return textOf(numbers);
}

/** Of the same normal form: what the processor alone can tell apart. */
export function keyAlone(program: Program, state: MachineState, processor: number): string {
  const { cpu, futureOf } = program.processors[processor]!;
  const copy = state.copies[processor]!;
  const { cells } = futureOf(copy.locals);
  const numbers: number[] = [processor];
  for (const [cell, list] of state.writes.entries()) {
    if (program.isOwn[cell]!) {
      if (cells[cell] === 0 && state.ownData[cell] === 0) continue;
      numbers.push(-cell, state.own[cell]!, state.ownData[cell]!);
      continue;
    }
    const isRead = (cells[cell]! & reading) !== 0;
    if (!isRead && !list.some(({ promisedBy }) => promisedBy === cpu)) continue;
    numbers.push(cell, list.length);
    for (const { time, value, promisedBy } of list) numbers.push(time, value, promisedBy === cpu ? 1 : 0);
  }
  addViews(numbers, state.cpus[cpu]!);
  addCopy(numbers, copy);
  return textOf(numbers);
}

function addViews(numbers: number[], views: CpuViews): void {
  const { cells, rOld, blind, wOld, rNew, wNew, cap, release, fresh } = views;
  numbers.push(rOld, blind, wOld, rNew, wNew, cap, release, fresh);
  for (let at = 0; at < cells.length; at += perCell)
    if (cells[at + coherence]! > 0 || cells[at + lastOwn]! >= 0)
      numbers.push(-at - 1, cells[at]!, cells[at + 1]!, cells[at + 2]!, cells[at + 3]!);
}

function addCopy(numbers: number[], { locals, data, control, inside }: CopyState): void {
  numbers.push(...locals, ...data, ...control, inside);
}
