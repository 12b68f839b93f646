/** The classic shapes of weak memory, written by hand as models: what each memory model allows. */
import { describe, expect, test } from 'vitest';
import {
  defineModel,
  init,
  range,
  reachable,
  release,
  set,
  shared,
  smpMb,
  smpWmb,
  step,
  thread,
  type Statement,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import { outcomesOf } from './outcomes.ts';

const byte = range(0, 2);
const cells = { x: init(byte, 0), y: init(byte, 0) };
const registers = { r0: init(byte, 0), r1: init(byte, 0) };
type Memory = { readonly [K in keyof typeof cells]: Variable<number> };
type Registers = { readonly [K in keyof typeof registers]: Variable<number> };
type Code = (mem: Memory, r: Registers) => Text;

const W = (cell: Variable<number>, value: number): Statement => step(`W ${value}`, set(cell, value));
const R = (register: Variable<number>, cell: Variable<number>): Statement => step('R', set(register, cell));
const mb = () => smpMb();

function modelOf(...codes: readonly Code[]) {
  const build = () => {
    const mem = shared(cells);
    const threads = codes.map((code, at) => thread(`P${at}`, { locals: registers }, (r) => code(mem, r)));
    return { shared: mem, threads, properties: [reachable('something', true)] };
  };
  return defineModel({ name: 'shape', summary: '', options: {}, build }).build();
}

/** Whether a final state with these values is possible, by memory model: 'A' or '-'. */
function allowed(codes: readonly Code[], wanted: Readonly<Record<string, number>>): string {
  return (['sc', 'tso', 'pso'] as const)
    .map((memory) => {
      const { terminal } = outcomesOf(modelOf(...codes), memory)!;
      return [...terminal].some((text) => fits(text, wanted)) ? 'A' : '-';
    })
    .join(' ');
}

/** `P0.r1` is a register of thread P0, `x` is a cell. */
function fits(text: string, wanted: Readonly<Record<string, number>>): boolean {
  const state = JSON.parse(text) as Record<string, unknown>;
  return Object.entries(wanted).every(([name, value]) => {
    const [owner, register] = name.split('.');
    if (register === undefined) return state[name] === value;
    return (state[owner!] as Record<string, unknown>[])[0]![register] === value;
  });
}

const store = { SB: { 'P0.r0': 0, 'P1.r0': 0 }, MP: { 'P1.r0': 1, 'P1.r1': 0 }, R: { y: 2, 'P1.r0': 0 } };

describe('SC, TSO and PSO allow', () => {
  test.each<[string, string, readonly Code[], Readonly<Record<string, number>>]>([
    ['SB', '- A A', [(m, r) => [W(m.x, 1), R(r.r0, m.y)], (m, r) => [W(m.y, 1), R(r.r0, m.x)]], store.SB],
    [
      'SB+mbs',
      '- - -',
      [(m, r) => [W(m.x, 1), mb(), R(r.r0, m.y)], (m, r) => [W(m.y, 1), mb(), R(r.r0, m.x)]],
      store.SB,
    ],
    [
      'SB+wmbs',
      '- A A',
      [(m, r) => [W(m.x, 1), smpWmb(), R(r.r0, m.y)], (m, r) => [W(m.y, 1), R(r.r0, m.x)]],
      store.SB,
    ],
    ['MP', '- - A', [(m) => [W(m.x, 1), W(m.y, 1)], (m, r) => [R(r.r0, m.y), R(r.r1, m.x)]], store.MP],
    [
      'MP+wmb',
      '- - -',
      [(m) => [W(m.x, 1), smpWmb(), W(m.y, 1)], (m, r) => [R(r.r0, m.y), R(r.r1, m.x)]],
      store.MP,
    ],
    [
      'MP+release',
      '- - -',
      [(m) => [W(m.x, 1), release(W(m.y, 1))], (m, r) => [R(r.r0, m.y), R(r.r1, m.x)]],
      store.MP,
    ],
    [
      'LB',
      '- - -',
      [(m, r) => [R(r.r0, m.x), W(m.y, 1)], (m, r) => [R(r.r0, m.y), W(m.x, 1)]],
      { 'P0.r0': 1, 'P1.r0': 1 },
    ],
    ['R', '- A A', [(m) => [W(m.x, 1), W(m.y, 1)], (m, r) => [W(m.y, 2), R(r.r0, m.x)]], store.R],
    [
      'R+mbs',
      '- - -',
      [(m) => [W(m.x, 1), mb(), W(m.y, 1)], (m, r) => [W(m.y, 2), mb(), R(r.r0, m.x)]],
      store.R,
    ],
    ['2+2W', '- - A', [(m) => [W(m.x, 2), W(m.y, 1)], (m) => [W(m.y, 2), W(m.x, 1)]], { x: 2, y: 2 }],
    [
      'IRIW',
      '- - -',
      [
        (m) => [W(m.x, 1)],
        (m) => [W(m.y, 1)],
        (m, r) => [R(r.r0, m.x), R(r.r1, m.y)],
        (m, r) => [R(r.r0, m.y), R(r.r1, m.x)],
      ],
      { 'P2.r0': 1, 'P2.r1': 0, 'P3.r0': 1, 'P3.r1': 0 },
    ],
  ])('%s: %s', (_, verdicts, codes, wanted) => {
    expect(allowed(codes, wanted)).toBe(verdicts);
  });
});

test('a CPU sees its own stores at once', () => {
  const own: Code = (m, r) => [W(m.x, 1), W(m.x, 2), R(r.r0, m.x), R(r.r1, m.y)];
  expect(allowed([own, (m) => [W(m.y, 1)], (m, r) => [R(r.r0, m.x)]], { 'P0.r0': 1 })).toBe('- - -');
});
