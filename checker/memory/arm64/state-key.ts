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

/** Of the same normal form: what the CPU alone can tell apart, by itself and in its interrupts. */
export function keyAlone(program: Program, state: MachineState, cpu: number): string {
  const isInterrupted = program.isInterrupted[cpu]!;
  const acting = isInterrupted ? program.onCpu[cpu]! : [program.hosts[cpu]!];
  const futures = acting.map((at) => program.processors[at]!.futureOf(state.copies[at]!.locals).cells);
  const numbers: number[] = [cpu];
  for (const [cell, list] of state.writes.entries()) {
    const kinds = futures.reduce((all, cells) => all | cells[cell]!, 0);
    if (program.isOwn[cell]!) {
      // Interrupts wait for variables of the proof, which are no accesses.
      if (!isInterrupted && kinds === 0 && state.ownData[cell] === 0) continue;
      numbers.push(-cell, state.own[cell]!, state.ownData[cell]!);
      continue;
    }
    const isRead = (kinds & reading) !== 0;
    if (!isRead && !list.some(({ promisedBy }) => promisedBy === cpu)) continue;
    numbers.push(cell, list.length);
    for (const { time, value, promisedBy } of list) numbers.push(time, value, promisedBy === cpu ? 1 : 0);
  }
  addViews(numbers, state.cpus[cpu]!);
  for (const at of acting) addCopy(numbers, state.copies[at]!);
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
