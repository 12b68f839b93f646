/** The text of a trace for single steps: stale reads, own stores, delays, locals, CPUs, and branches. */
import { describe, expect, test } from 'vitest';
import {
  add,
  always,
  and,
  bool,
  branch,
  defineModel,
  ended,
  eq,
  forAll,
  goto,
  init,
  label,
  never,
  range,
  reachable,
  say,
  set,
  shared,
  smpRmb,
  smpWmb,
  step,
  thread,
  type Expr,
} from '../../checker/language/index.ts';
import type { Parts } from '../../checker/language/model.ts';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { atOnceSentence } from '../../checker/report/at-once.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import { raceSentences } from '../../checker/report/race-sentences.ts';
import { racesOf } from '../../checker/report/races.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import { failedClaimIn, headline } from '../../checker/report/verdict.ts';

const bit = range(0, 1);

function told(memory: MemoryModelName, build: () => Parts) {
  const definition = defineModel({ name: 'words', summary: '', options: {}, build });
  const { system, trace, outcome } = check(withMemoryOption(definition).build({ memory }));
  const run = trace!;
  const cpus = cpusOf(system, run);
  const lines = traceLines(system, run, cpus).map(({ text, beside }) =>
    [text, ...beside.map((part) => part.text)].join(' | '),
  );
  return { system, outcome, run, cpus, lines, harm: failedClaimIn(system, outcome, run) };
}

/** Message passing with an optional read barrier; the writer has its write barrier. */
const messagePassing = (barrier: boolean) => (): Parts => {
  const mem = shared({ data: init(bit, 0), ready: init(bool, false) });
  const writer = thread('writer', {}, () => [
    step('data = 1', set(mem.data, 1)),
    smpWmb(),
    step('ready = true', set(mem.ready, true)),
  ]);
  const locals = { saw: init(bool, false), got: init(bit, 0), done: init(bool, false) };
  const reader = thread('reader', { locals }, (l) => [
    step('saw = ready', set(l.saw, mem.ready)),
    ...(barrier ? [smpRmb()] : []),
    step('got = data', set(l.got, mem.data)),
    step('return got', set(l.done, true)),
  ]);
  return {
    shared: mem,
    threads: [writer, reader],
    properties: [
      always(
        'new data',
        forAll(reader, (l) => never(and(l.done, l.saw, eq(l.got, 0)), say`old data`)),
      ),
      reachable('the reader ends', ended(reader)),
    ],
  };
};

describe('a stale read', () => {
  const { system, run, cpus, lines } = told('arm64', messagePassing(false));

  test('shows the value read and what memory has', () => {
    expect(lines).toContain('got = data | reads stale data == 0 (memory has 1)');
  });

  test('races with the store that overwrote it, though the flag in between orders the two in the trace', () => {
    const stale = racesOf(system, run).filter(({ isStale }) => isStale);
    expect(stale.map(({ cell, first, second }) => [cell, first.writes, second.writes])).toEqual([
      ['data', true, false],
    ]);
    expect(raceSentences(system, run, cpus)).toContainEqual(
      expect.stringMatching(
        /^reader reads stale data == 0 \(step \d\) although writer set it to 1 \(step \d\)$/,
      ),
    );
  });

  test('appears in a branch too', () => {
    const { lines: branched } = told('arm64', () => {
      const mem = shared({ data: init(bit, 0), ready: init(bool, false) });
      const writer = thread('writer', {}, () => [
        step('data = 1', set(mem.data, 1)),
        smpWmb(),
        step('ready = true', set(mem.ready, true)),
      ]);
      const reader = thread('reader', { locals: { saw: init(bool, false), bad: init(bool, false) } }, (l) => [
        step('saw = ready', set(l.saw, mem.ready)),
        branch('data', eq(mem.data, 1), [goto('out')]),
        step('bad = saw', set(l.bad, l.saw)),
        label('out'),
      ]);
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [
          always(
            'new data',
            forAll(reader, (l) => never(l.bad, say`old data`)),
          ),
          reachable('the reader ends', ended(reader)),
        ],
      };
    });
    expect(branched.join('\n')).toContain('if (data) | reads stale data == 0 (memory has 1): no');
    expect(branched.at(-1)).toBe('bad = saw | local bad: false -> true');
  });
});

test('the local that completes a violation is shown', () => {
  expect(told('arm64', messagePassing(false)).lines.at(-1)).toBe('return got | local done: false -> true');
});

/** Copies of a thread that store and load, beside another thread: CPU 0 is the other one. */
const copies = (harm: (cpu: Expr<number>) => ReturnType<typeof say>) => (): Parts => {
  const mem = shared({ x: init(bit, 0), y: init(bit, 0), own: init(bit, 0) });
  const other = thread('other', { locals: { c: init(bit, 0) } }, (l) => [
    step('y = 1', set(mem.y, 1)),
    step('c = x', set(l.c, mem.x)),
    step('own = 1', set(mem.own, 1)),
  ]);
  const locals = { a: init(bit, 0), b: init(bit, 0) };
  const copy = thread('copy', { cpus: 2, locals }, (l) => [
    step('x = 1', set(mem.x, 1)),
    step('a = x', set(l.a, mem.x)),
    step('b = y', set(l.b, mem.y)),
  ]);
  return {
    shared: mem,
    threads: [other, copy],
    properties: [
      always(
        'one of them comes first',
        forAll(copy, (l, cpu) =>
          never(
            and(
              eq(mem.own, 1),
              eq(l.a, 1),
              eq(l.b, 0),
              forAll(other, (o) => eq(o.c, 0)),
            ),
            harm(cpu),
          ),
        ),
      ),
      reachable('the end', ended(other)),
    ],
  };
};

describe('store buffers', () => {
  const { system, lines } = told(
    'tso',
    copies((cpu) => say`CPU ${cpu}`),
  );

  test('a load of a store of the own CPU shows its value and what memory has', () => {
    expect(lines).toContain('x = 1 | store x = 1 waits');
    expect(lines.join('\n')).toContain('a = x | reads x == 1 (own store; memory has 0)');
  });

  test('a store to a variable that no other CPU accesses reaches memory immediately', () => {
    expect(lines).toContain('own = 1 | own: 0 -> 1 (at once)');
    expect(atOnceSentence(system.model)).toBe('stores to own reach memory at once: no other CPU accesses it');
  });

  test('a value outside its domain is reported for the variable that the author assigns', () => {
    const { outcome } = told('tso', () => {
      const mem = shared({ x: init(bit, 0), y: init(bit, 0) });
      const one = thread('one', { locals: { n: init(bit, 1) } }, (l) => [step('x', set(mem.x, add(l.n, 1)))]);
      const other = thread('other', { locals: { n: init(bit, 1) } }, (l) => [step('n', set(l.n, mem.x))]);
      return { shared: mem, threads: [one, other], properties: [reachable('the end', ended(other))] };
    });
    expect(headline(outcome)).toBe(
      "error: thread 'one', line 1 'x': 'mem.x' becomes 2, which is outside of its domain 0..1",
    );
  });
});

describe('say names the CPU that the column shows', () => {
  test('for the index of a copy', () => {
    const { harm, cpus, run } = told(
      'tso',
      copies((cpu) => say`copy on CPU ${cpu} is wrong`),
    );
    const wrong = /CPU (\d)/.exec(harm!)![1];
    const state = run.steps.at(-1)!.after.threads['copy']!;
    const replica = state.findIndex(({ locals }) => locals['a'] === 1 && locals['b'] === 0);
    expect(wrong).toBe(String(replica + 1));
    expect(cpus.map(({ number }) => number)).toContain(Number(wrong));
  });

  test('but not where it is an index', () => {
    expect(
      told(
        'tso',
        copies((cpu) => say`own[${cpu}]`),
      ).harm,
    ).toMatch(/^own\[[01]\]$/);
    expect(
      told(
        'tso',
        copies((cpu) => say`${cpu}`),
      ).harm,
    ).toMatch(/^[12]$/);
  });
});

test.each([
  ['x == 1', 'if (x == 1)'],
  ['if (x == 1)', 'if (x == 1)'],
  ['if x == 1', 'if x == 1'],
  ['} else if (x == 1) {', '} else if (x == 1) {'],
  ['while (x == 1)', 'while (x == 1)'],
  ['iffy(x)', 'if (iffy(x))'],
])("branch('%s') reads %s", (text, shown) => {
  const { lines } = told('sc', () => {
    const mem = shared({ x: init(bit, 1), bad: init(bool, false) });
    const one = thread('one', {}, () => [
      branch(text, eq(mem.x, 1), [goto('out')]),
      label('out'),
      step('bad', set(mem.bad, true)),
    ]);
    return {
      shared: mem,
      threads: [one],
      properties: [always('good', never(mem.bad, say`bad`)), reachable('the end', ended(one))],
    };
  });
  expect(lines[0]).toBe(`${shown} goto out; | reads x == 1: yes`);
});
