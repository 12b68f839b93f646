/** Programs of the literature on dynamic partial-order reduction, whose numbers of inequivalent executions are published. */
import {
  add,
  array,
  bool,
  branch,
  conditional,
  dec,
  defineModel,
  ended,
  eq,
  goto,
  index,
  init,
  label,
  lt,
  not,
  range,
  reachable,
  set,
  shared,
  step,
  sub,
  thread,
  wait,
  when,
  type Parts,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';

/** A model has a property; this one is of no interest. */
function program(name: string, build: () => Omit<Parts, 'properties'>): Model {
  const parts = build();
  const properties = [reachable('an end', ended(parts.threads[0]!))];
  return defineModel({ name, summary: '', options: {}, build: () => ({ ...parts, properties }) }).build();
}

/**
 * One writes a variable that n others read: each read comes before or after it.
 *
 * Source: Abdulla, Aronis, Jonsson, Sagonas, Optimal dynamic partial order reduction (POPL 2014), `readers`.
 */
export const readers = (n: number): Model =>
  program('readers', () => {
    const mem = shared({ x: init(bool, false) });
    const writer = thread('writer', {}, () => [step('x = 1', set(mem.x, true))]);
    const reader = thread('reader', { cpus: n, locals: { seen: init(bool, false) } }, (l) => [
      step('seen = x', set(l.seen, mem.x)),
    ]);
    return { shared: mem, threads: [writer, reader] };
  });

/**
 * One thread searches for the last element of an array that is 0, while n others each set an element to one more than the one before.
 *
 * Source: Abdulla, Aronis, Jonsson, Sagonas, Source sets (JACM 2017), `lastzero`.
 */
export const lastzero = (n: number): Model =>
  program('lastzero', () => {
    const mem = shared({ array: array(n + 1, range(0, n), 0) });
    const reader = thread('reader', { locals: { i: init(index(n + 1), n) } }, (l) => [
      label('look'),
      branch('array[i] != 0', not(eq(mem.array.at(l.i), 0)), [step('i--', dec(l.i)), goto('look')]),
    ]);
    const writer = thread('writer', { cpus: n, locals: { before: init(range(0, n), 0) } }, (l, cpu) => [
      step('before = array[j - 1]', set(l.before, mem.array.at(cpu))),
      step('array[j] = before + 1', set(mem.array.at(add(cpu, 1)), add(l.before, 1))),
    ]);
    return { shared: mem, threads: [reader, writer] };
  });

const blocks = 26;

/** `b` becomes the next block, the first one after the last. */
const next = (b: Variable<number>) => conditional(eq(b, blocks - 1), sub(b, blocks - 1), add(b, 1));

/**
 * Each of n processes allocates a block for an inode of its own: it searches for a free one, from a block that follows from
 * the inode. From the 14th process on, two begin with the same block.
 *
 * Source: Flanagan, Godefroid, Dynamic partial-order reduction for model checking software (POPL 2005), `filesystem`.
 */
export const filesystem = (n: number): Model =>
  program('filesystem', () => {
    const mem = shared({
      inodeLocked: array(n, bool, false),
      inode: array(n, range(0, blocks), 0),
      blockLocked: array(blocks, bool, false),
      busy: array(blocks, bool, false),
    });
    const process = thread('process', { cpus: n, locals: { b: init(index(blocks), 0) } }, (l, i) => [
      wait('acquire(locki[i])', not(mem.inodeLocked.at(i)), set(mem.inodeLocked.at(i), true)),
      branch('inode[i] != 0', not(eq(mem.inode.at(i), 0)), [goto('out')]),
      step('b = i * 2 % 26', set(l.b, conditional(lt(i, blocks / 2), add(i, i), sub(add(i, i), blocks)))),
      label('look'),
      wait('acquire(lockb[b])', not(mem.blockLocked.at(l.b)), set(mem.blockLocked.at(l.b), true)),
      branch('busy[b]', mem.busy.at(l.b), [
        step('release(lockb[b])', set(mem.blockLocked.at(l.b), false)),
        step('b = (b + 1) % 26', set(l.b, next(l.b))),
        goto('look'),
      ]),
      step('busy[b] = true', set(mem.busy.at(l.b), true)),
      step('inode[i] = b + 1', set(mem.inode.at(i), add(l.b, 1))),
      step('release(lockb[b])', set(mem.blockLocked.at(l.b), false)),
      label('out'),
      step('release(locki[i])', set(mem.inodeLocked.at(i), false)),
    ]);
    return { shared: mem, threads: [process] };
  });

const slots = 128;
const messages = 4;

/**
 * Each of n processes puts four messages into a hash table, by compare-and-swap, in the first free slot from its hash on.
 * From the 12th process on, some messages have the same hash.
 *
 * Source: Flanagan, Godefroid, Dynamic partial-order reduction for model checking software (POPL 2005), `indexer`.
 */
export const indexer = (n: number): Model =>
  program('indexer', () => {
    const mem = shared({ table: array(slots, bool, false) });
    const locals = { h: init(index(slots), 0), won: init(bool, false) };
    const processes = Array.from({ length: n }, (_, id) =>
      thread(`process ${id}`, { locals }, (l) =>
        Array.from({ length: messages }, (_unused, at) => at + 1).map((m) => [
          step('h = hash(w)', set(l.h, ((m * 11 + id) * 7) % slots)),
          label(`try ${m}`),
          step(
            'cas(table[h], 0, w)',
            set(l.won, not(mem.table.at(l.h))),
            when(l.won, set(mem.table.at(l.h), true)),
          ),
          branch('it failed', not(l.won), [
            step(
              'h = (h + 1) % 128',
              set(l.h, conditional(eq(l.h, slots - 1), sub(l.h, slots - 1), add(l.h, 1))),
            ),
            goto(`try ${m}`),
          ]),
        ]),
      ),
    );
    return { shared: mem, threads: processes };
  });
