/** The primitives of racewalk/kernel that no model of the list uses: what each does, and what it orders. */
import { describe, expect, test } from 'vitest';
import { add, always, and, array, bool, branch, defineModel, ended, eq, exists, forAll, init, label, goto, lt, ne, never, not, range, reachable, say, set, shared, step, thread, type Parts, type Text, type Variable } from '../../checker/language/index.ts';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { atomicFetchAdd, atomicReturn, cmpxchg, downgradeWrite, downRead, downReadTrylock, downWrite, downWriteTrylock, interrupts, ipiHandlers, localIrqRestore, localIrqSave, rwsem, sendIpi, sendIpiToAndWait, spinLock, spinTrylock, spinUnlock, tryCmpxchg, upRead, upWrite, xchg, type AtomicOrder } from '../../models/kernel/index.ts';

function verdict(build: () => Parts, memory: MemoryModelName = 'sc'): string {
  const definition = defineModel({ name: 'primitive', summary: 'a test', options: {}, build });
  return check(withMemoryOption(definition).build({ memory }), noLimits).outcome.verdict;
}

/** Two CPUs that each add 1 to a plain counter between `lock` and `unlock`; the second sees what the first has stored. */
const counted = (lock: (l: { got: Variable<boolean> }) => Text, unlock: () => Text) => (): Parts => {
  const cpu = thread('cpu', { cpus: 2, locals: { got: init(bool, false), seen: init(range(0, 2), 0) } }, (l) => [
    lock(l),
    step('seen = n', set(l.seen, mem.n)),
    step('n = seen + 1', set(mem.n, add(l.seen, 1))),
    unlock(),
  ]);
  const both = and(ended(cpu, 0), ended(cpu, 1));
  return {
    shared: mem,
    threads: [cpu],
    properties: [
      // A store may still be on its way to memory when its CPU has ended, hence what each has seen.
      always('no addition is lost', never(and(both, forAll(cpu, (l) => eq(l.seen, 0))), say`both have seen 0`)),
      reachable('both end', both),
    ],
  };
};

const mem = shared({
  locked: init(bool, false),
  sem: rwsem(2, 'mm->mmap_lock'),
  n: init(range(0, 2), 0),
});

const spinning = (take: Text, got: Variable<boolean>): Text => [
  label('again'),
  take,
  branch('!got', not(got), [goto('again')]),
];

describe.each(['sc', 'tso', 'pso', 'arm64'] as const)('locks exclude under %s', (memory) => {
  test.each<[string, (l: { got: Variable<boolean> }) => Text, () => Text]>([
    ['spin_lock', () => spinLock('lock', mem.locked), () => spinUnlock('unlock', mem.locked)],
    ['spin_trylock', (l) => spinning(spinTrylock('try', mem.locked, l.got), l.got), () => spinUnlock('unlock', mem.locked)],
    ['down_write', () => downWrite('down', mem.sem), () => upWrite('up', mem.sem)],
    ['down_write_trylock', (l) => spinning(downWriteTrylock('try', mem.sem, l.got), l.got), () => upWrite('up', mem.sem)],
  ])('%s', (_, lock, unlock) => {
    expect(verdict(counted(lock, unlock), memory)).toBe('holds');
  });

  test('readers do not exclude each other', () => {
    const readers = counted(() => downRead('down', mem.sem), () => upRead('up', mem.sem));
    expect(verdict(readers, memory)).toBe('violated');
    const trying = counted(
      (l) => spinning(downReadTrylock('try', mem.sem, l.got), l.got),
      () => upRead('up', mem.sem),
    );
    expect(verdict(trying, memory)).toBe('violated');
  });
});

test('a writer that becomes a reader lets readers in, and no writer', () => {
  const build = (other: 'reader' | 'writer') => (): Parts => {
    const owner = thread('owner', {}, () => [
      downWrite('down', mem.sem),
      downgradeWrite('downgrade', mem.sem),
      step('n = 1', set(mem.n, 1)),
      step('n = 0', set(mem.n, 0)),
      upRead('up', mem.sem),
    ]);
    const guest = thread('guest', { locals: { saw: init(range(0, 2), 0) } }, (l) =>
      other === 'reader'
        ? [downRead('down', mem.sem), step('saw = n', set(l.saw, mem.n)), upRead('up', mem.sem)]
        : [downWrite('down', mem.sem), step('saw = n', set(l.saw, mem.n)), upWrite('up', mem.sem)],
    );
    return { shared: mem, threads: [owner, guest], properties: [reachable('in between', exists(guest, (l) => eq(l.saw, 1)))] };
  };
  expect(verdict(build('reader'))).toBe('holds');
  expect(verdict(build('writer'))).toBe('unreached');
});

describe('atomic operations add up, and return the old value', () => {
  const locals = { old: init(range(0, 2), 0), got: init(bool, false) };
  const cases: Readonly<Record<string, (l: { old: Variable<number>; got: Variable<boolean> }, order: AtomicOrder) => Text>> = {
    atomic_add_return: (l, order) => [atomicReturn('inc', mem.n, 1, l.old, order)],
    atomic_fetch_add: (l, order) => [atomicFetchAdd('inc', mem.n, 1, l.old, order)],
    cmpxchg: (l, order) => [
      label('again'),
      cmpxchg('cmpxchg(&n, 0, 1)', mem.n, { expected: 0, next: 1, old: l.old }, order),
      branch('old != 0', ne(l.old, 0), [
        cmpxchg('cmpxchg(&n, 1, 2)', mem.n, { expected: 1, next: 2, old: l.old }, order),
        branch('old != 1', ne(l.old, 1), [goto('again')]),
      ]),
    ],
    try_cmpxchg: (l, order) => [
      label('again'),
      tryCmpxchg('try_cmpxchg(&n, &old, 1)', mem.n, { expected: l.old, next: 1, got: l.got }, order),
      branch('!got', not(l.got), [
        tryCmpxchg('try_cmpxchg(&n, &old, 2)', mem.n, { expected: l.old, next: 2, got: l.got }, order),
        branch('!got', not(l.got), [goto('again')]),
      ]),
    ],
  };

  test.each(Object.keys(cases))('%s', (name) => {
    for (const order of ['full', 'acquire', 'release', 'relaxed'] as const)
      for (const memory of ['sc', 'arm64'] as const)
        expect(
          verdict(() => {
            const cpu = thread('cpu', { cpus: 2, locals }, (l) => cases[name]!(l, order));
            const both = and(ended(cpu, 0), ended(cpu, 1));
            return {
              shared: mem,
              threads: [cpu],
              properties: [
                // A store may still be on its way to memory when its CPU has ended, hence what each has seen.
                always('none is lost', never(and(both, forAll(cpu, (l) => forAll(cpu, (other) => eq(l.old, other.old)))), say`both equal`)),
                ...(memory === 'sc' ? [always('sum', never(and(both, lt(mem.n, 2)), say`${mem.n}`))] : []),
                reachable('end', both),
              ],
            };
          }, memory),
        ).toBe('holds');
  });
});

test('xchg passes a message if its order suffices', () => {
  const message = (order: AtomicOrder) => () => {
    const mem = shared({ data: init(bool, false), flag: init(bool, false) });
    const writer = thread('writer', { locals: { old: init(bool, false) } }, (l) => [
      step('data = 1', set(mem.data, true)),
      xchg('xchg(&flag, 1)', mem.flag, true, l.old, order),
    ]);
    const reader = thread('reader', { locals: { old: init(bool, false), saw: init(bool, true) } }, (l) => [
      xchg('xchg(&flag, 0)', mem.flag, false, l.old, 'acquire'),
      branch('old', l.old, [step('saw = data', set(l.saw, mem.data))]),
    ]);
    return {
      shared: mem,
      threads: [writer, reader],
      properties: [always('seen', forAll(reader, (l) => l.saw)), reachable('flag', exists(reader, (l) => l.old))],
    };
  };
  expect(verdict(message('relaxed'), 'arm64')).toBe('violated');
  expect(verdict(message('release'), 'arm64')).toBe('holds');
  expect(verdict(message('full'), 'arm64')).toBe('holds');
});

describe('inter-processor interrupts', () => {
  const build = (send: 'numbers' | 'mask' | 'no wait', off: boolean) => (): Parts => {
    const mem = shared({ ...interrupts(2), tlb: array(2, bool, true), done: init(bool, false) });
    const host = thread('host', { cpus: 2 }, (_, cpu) => [
      localIrqSave(mem, cpu),
      localIrqRestore(mem, cpu),
      ...(off ? [localIrqSave(mem, 0)] : []),
    ]);
    const sender = thread('sender', { locals: { mask: array(2, bool, (cpu) => cpu === 0) } }, (l) => [
      ...(send === 'no wait' ? [sendIpi('send', mem, [0])] : sendIpiToAndWait('send', mem, send === 'mask' ? l.mask : [0])),
      step('done', set(mem.done, true)),
    ]);
    const handlers = ipiHandlers(mem, host, (cpu) => [set(mem.tlb.at(cpu), false)]);
    return {
      shared: mem,
      threads: [host, sender, handlers],
      properties: [
        always('CPU 0 has flushed', never(and(mem.done, mem.tlb.at(0)), say`CPU 0 has its entry`)),
        always('CPU 1 is left alone', mem.tlb.at(1)),
        reachable('done', mem.done),
      ],
    };
  };

  test.each<[Parameters<typeof build>[0], boolean, string]>([
    ['numbers', false, 'holds'],
    ['mask', false, 'holds'],
    ['no wait', false, 'violated'],
    ['numbers', true, 'deadlock'],
  ])('%s, irqs stay off: %s', (send, off, expected) => {
    expect(verdict(build(send, off))).toBe(expected);
  });
});
