/** More than one access in a step, what cannot stand inside atomically, names out of their place. */
import { describe, expect, test } from 'vitest';
import {
  add,
  always,
  and,
  atomically,
  bool,
  branch,
  choose,
  each,
  either,
  ended,
  eq,
  forAll,
  forever,
  goto,
  inc,
  init,
  label,
  loop,
  not,
  range,
  set,
  shared,
  step,
  thread,
  wait,
  type Expr,
} from '../../checker/language/index.ts';
import { areReported } from './model-errors.ts';
import { inThread, mem, modelOf } from './tiny.ts';

describe('more than one access in a step', () => {
  areReported({
    'two shared cells': [
      () => inThread(() => [step('x', set(mem.pmd, 'none'), inc(mem.count))]),
      "thread 't', line 1 'x': one step touches mem.pmd and mem.count; a CPU needs several steps for that",
      "atomically('why', ...)",
    ],
    'a shared index': [
      () => inThread((l) => [step('x', set(l.pte, mem.pte.at(mem.count)))]),
      'one step touches mem.pte[mem.count] and mem.count',
    ],
    'a condition over two': [
      () => inThread(() => [branch('x', and(mem.flag, eq(mem.count, 1)), [])]),
      "thread 't', line 1 'if (x)': one step touches mem.flag and mem.count",
    ],
    'a wait and its effect': [
      () => inThread(() => [wait('x', mem.flag, inc(mem.count))]),
      'one step touches mem.flag and mem.count',
    ],
    'each over shared cells': [
      () =>
        inThread(() => [
          step(
            'x',
            each(2, (i) => [set(mem.pte.at(i), 'none')]),
          ),
        ]),
      'one step touches mem.pte[i] and all of mem.pte[i]',
    ],
    'forAll over shared cells': [
      () =>
        inThread(() => [
          wait(
            'x',
            forAll(2, (i) => eq(mem.pte.at(i), 'none')),
          ),
        ]),
      'one step touches',
      'all of mem.pte[i]',
    ],
    'the same text for two cells': [
      () => inThread((l) => [step('x', set(mem.counts.at(l.i), 0), set(l.i, 1), set(mem.counts.at(l.i), 0))]),
      "thread 't', line 1 'x': one step touches",
    ],
  });

  test('one cell before its index moves on is one access', () => {
    expect(() => inThread((l) => [step('x', set(l.n, mem.counts.at(l.i)), inc(l.i))])).not.toThrow();
  });
});

describe('inside atomically', () => {
  const inBlock = (...body: Parameters<typeof atomically>[1][]) =>
    inThread(() => [atomically('a lock', ...body)]);
  areReported({
    'a wait that is not the first': [
      () => inBlock(step('x'), wait('later', mem.flag)),
      "thread 't', line 1 'atomically': only the first statement of an atomic block may wait, but 'later' waits too",
    ],
    'a wait in a branch': [
      () => inBlock(branch('x', mem.flag, [wait('later', mem.flag)])),
      "'later' waits too",
    ],
    'a loop': [
      () => inThread((l) => [atomically('a lock', loop('for', l.i, [step('x')]))]),
      "thread 't', line 1 'atomically': 'loop' is not allowed in an atomic block; use each(...) to update all elements at once",
    ],
    'an endless loop': [() => inBlock(forever(step('x'))), "'forever' is not allowed in an atomic block"],
    'a way back': [
      () => inBlock(label('here'), step('x'), goto('here')),
      "'goto here' leads back inside of an atomic block",
    ],
    alternatives: [
      () => inBlock(either([step('x')], [step('y')])),
      "'either' is not allowed in an atomic block",
    ],
    'another one': [
      () => inBlock(atomically('twice', step('x'))),
      "'atomically' is not allowed in an atomic block",
    ],
    nothing: [() => inBlock(), "thread 't', line 1 'atomically': the atomic block is empty"],
    'no reason': [
      // @ts-expect-error the reason is missing
      () => inThread(() => [atomically(step('x'), step('y'))]),
      "thread 't': the first argument of atomically(...) must be the reason why the block is atomic",
    ],
    'an empty reason': [() => inThread(() => [atomically('', step('x'))]), 'must be the reason'],
  });
});

describe('names out of their place', () => {
  const other = thread('other', { locals: { mine: init(bool, false) } }, () => [step('x')]);
  let mine = mem.flag;
  let otherCpu: Expr<number> = add(mem.count, 0);
  thread('other', { locals: { mine: init(bool, false) } }, (l, cpu) => {
    [mine, otherCpu] = [l.mine, cpu];
    return [step('x')];
  });
  let bound: Expr<number> = otherCpu;
  let inner: Expr<boolean> = mem.flag;
  forAll(2, (i) => {
    bound = i;
    inner = forAll(2, (j) => eq(mem.pte.at(j), 'none'));
    return inner;
  });
  const withProperty = (condition: Expr<boolean>) =>
    modelOf(() => ({ shared: mem, threads: [other], properties: [always('p', condition)] }));
  areReported({
    'a local of another thread': [
      () => inThread(() => [step('x', set(mine, true))]),
      "thread 't', line 1 'x': 'mine' is a local of thread 'other': another thread cannot access it",
    ],
    'cpu of another thread': [
      () => inThread(() => [step('x', set(mem.count, otherCpu))]),
      "thread 't', line 1 'x': 'cpu' of thread 'other' is used outside of that thread",
    ],
    'cpu in a property': [
      () => withProperty(eq(otherCpu, 0)),
      "property 'p': 'cpu' of thread 'other' is used outside",
    ],
    'a local in a property': [
      () => withProperty(not(mine)),
      "property 'p': 'mine' of thread 'other' needs forAll or exists to select a copy",
    ],
    'a bound variable outside of its binder': [
      () => withProperty(eq(bound, 0)),
      "property 'p': a bound variable is used outside of its each, forAll or exists",
    ],
    'a bound variable in a step': [
      () => inThread((l) => [step('x', set(l.n, bound))]),
      "thread 't', line 1 'x': a bound variable is used outside",
    ],
    'an inner forAll outside of its outer one': [
      () => withProperty(inner),
      "property 'p': an expression built inside forAll, exists or each is used outside of it",
    ],
    'ended in a thread': [
      () => inThread(() => [branch('x', ended(other), [])]),
      "thread 't', line 1 'if (x)': 'ended' is allowed only in properties",
    ],
    'ended of a copy that there is not': [
      () => withProperty(ended(other, 1)),
      "property 'p': 'ended' names copy 1 of thread 'other', but its copies are 0 to 0",
    ],
    'ended of a thread of another model': [
      () => withProperty(ended(thread('stranger', {}, () => [step('x')]))),
      "property 'p': thread 'stranger' is not a thread of this model",
    ],
    'a variable of another model': [
      () => inThread(() => [step('x', set(shared({ count: init(range(0, 5), 0) }).count, 1))]),
      "thread 't', line 1 'x': 'mem.count' is not declared in this model",
    ],
    'a choice of a shared variable': [
      () => inThread(() => [choose('addr', mem.count)]),
      "thread 't': choose 'addr' needs a local scalar of the thread",
    ],
    'a choice of an element': [
      () => inThread((l) => [choose('addr', l.seen.at(0))]),
      "choose 'addr' needs a local scalar of the thread, found an element of an array",
    ],
    'a loop over a shared variable': [
      () => inThread(() => [loop('for', mem.count, [step('x')])]),
      "thread 't': loop 'for' needs a local scalar",
    ],
    'a loop over a name': [
      // @ts-expect-error a name is no number
      () => inThread((l) => [loop('for', l.pmd, [step('x')])]),
      "thread 't', line 1 'for': a loop needs a numeric local",
    ],
  });
});
