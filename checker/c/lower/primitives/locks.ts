/**
 * Locks: taking one waits in one step and is an acquire; releasing one is a release.
 *
 * Assumes: no order among those who wait.
 * Source:  Documentation/memory-barriers.txt, "LOCK ACQUISITION FUNCTIONS"; kernel/locking
 */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect } from '../../../language/statement.ts';
import { truthValue } from '../arithmetic.ts';
import { sourceText } from '../emitter.ts';
import { nothing, pointedBy, type Call, type Lowering, type Primitive } from '../lowering.ts';
import type { Scope } from '../scope.ts';
import { compared, constant, negated } from '../value.ts';
import { enter, leave, restoreInterrupts, saveInterrupts, type InterruptCall } from './critical-section.ts';

type Entry = readonly [string, Primitive];

/** One way to hold a lock. */
interface Mode {
  readonly isFree: (cell: AnyExpr) => AnyExpr;
  readonly taken: (cell: AnyExpr) => AnyExpr;
  /** Whether the lock is held in this way, where its release reads the cell; null: the release is a store alone. */
  readonly isHeld: ((cell: AnyExpr) => AnyExpr) | null;
  readonly released: (cell: AnyExpr) => AnyExpr;
}

const plus = (cell: AnyExpr, by: number): AnyExpr => ({
  kind: 'binary',
  operator: by < 0 ? '-' : '+',
  left: cell,
  right: constant(Math.abs(by)),
});

/** A lock of one holder: a boolean. */
const exclusive: Mode = {
  isFree: negated,
  taken: () => constant(true),
  isHeld: null,
  released: () => constant(false),
};
/** A lock of many readers or one writer: the number of readers, or -1. */
const shared: Mode = {
  isFree: (cell) => compared('>=', cell, constant(0)),
  taken: (cell) => plus(cell, 1),
  isHeld: (cell) => compared('>', cell, constant(0)),
  released: (cell) => plus(cell, -1),
};
const writing: Mode = {
  isFree: (cell) => compared('==', cell, constant(0)),
  taken: () => constant(-1),
  isHeld: null,
  released: () => constant(0),
};
/** A completion: each complete() lets one waiter go on. */
const completing: Mode = {
  isFree: (cell) => compared('>', cell, constant(0)),
  taken: (cell) => plus(cell, -1),
  isHeld: () => constant(true),
  released: (cell) => plus(cell, 1),
};

/** The cell of the lock that the first argument points to, and the variable of the proof that says whether it is held. */
function lockOf(thread: Lowering, call: Call, scope: Scope) {
  const object = pointedBy(thread, call, scope);
  const field = object.type.kind === 'struct' ? object.type.fields[0] : undefined;
  if (field === undefined) return thread.fail(call.place, `${call.name} needs a pointer to a lock`);
  const lvalue = thread.member(object, field.name, call.place);
  const { kernel, memory } = thread.program;
  const cell = thread.reference(lvalue, call.place);
  if (cell.kind === 'local')
    return thread.fail(call.place, 'a lock is shared: racewalk reads none of a function');
  return {
    cell,
    checks: thread.asserted(lvalue, call.place),
    isAlive: thread.asserted(
      { ...lvalue, checks: lvalue.checks.filter(({ isLife }) => isLife === true) },
      call.place,
    ),
    isHeld: (mode: Mode): AnyExpr => mode.isHeld?.(cell) ?? kernel.held(memory, cell),
    note: (mode: Mode, isHeld: boolean): readonly Effect[] =>
      mode.isHeld === null
        ? [{ kind: 'set', target: kernel.held(memory, cell), value: constant(isHeld) }]
        : [],
  };
}

/** What a lock does to its CPU: a spinlock forbids to sleep, a mutex may sleep. */
interface Kind {
  readonly sleeps: boolean;
  readonly interrupts: InterruptCall | null;
  /**
   * Whether its release still uses the lock when another CPU may have taken it: to wake up those who wait.
   *
   * Source:  Documentation/locking/mutex-design.rst; __mutex_unlock_slowpath(), rwsem_wake()
   */
  readonly wakes: boolean;
}

const lock =
  (mode: Mode, { sleeps, interrupts }: Kind): Primitive =>
  (thread, call, scope) => {
    if (sleeps) thread.mightSleep(call.place);
    if (interrupts !== null) saveInterrupts(thread, call, scope, interrupts);
    if (!sleeps) enter(thread, call.place);
    const { cell, checks, note } = lockOf(thread, call, scope);
    const effects: readonly Effect[] = [
      ...checks,
      { kind: 'set', target: cell, value: mode.taken(cell) },
      ...note(mode, true),
    ];
    thread.access({ place: call.place, guard: mode.isFree(cell), effects, ordering: 'acquire' });
    return nothing;
  };

const unlock =
  (mode: Mode, { sleeps, interrupts, wakes }: Kind): Primitive =>
  (thread, call, scope) => {
    const { cell, checks, isAlive, isHeld, note } = lockOf(thread, call, scope);
    const claim = `${thread.emitter.text(call.place)}: a lock is released only while it is held`;
    const effects: readonly Effect[] = [
      ...checks,
      { kind: 'assert', claim, condition: isHeld(mode) },
      { kind: 'set', target: cell, value: mode.released(cell) },
      ...note(mode, false),
    ];
    thread.access({ place: call.place, effects, ordering: 'release' });
    if (wakes && isAlive.length > 0) {
      const text = `${sourceText(call.place)} wakes up those who wait`;
      thread.emitter.generated(() =>
        thread.access({ place: call.place, text, effects: isAlive, isAside: true }),
      );
    }
    if (!sleeps) leave(thread, call.place);
    if (interrupts !== null) restoreInterrupts(thread, call, scope, interrupts);
    return nothing;
  };

/** Takes the lock if it is free; otherwise it orders nothing. */
const trylock =
  (mode: Mode, { sleeps, interrupts }: Kind, isInverted = false): Primitive =>
  (thread, call, scope) => {
    if (interrupts !== null) return thread.fail(call.place, `racewalk does not read ${call.name}`);
    const { cell, checks, note } = lockOf(thread, call, scope);
    const got = thread.emitter.temporary('got', { kind: 'bool' }, false);
    thread.access({
      place: call.place,
      effects: [
        ...checks,
        { kind: 'set', target: got, value: mode.isFree(cell) },
        {
          kind: 'when',
          condition: got,
          effects: [{ kind: 'set', target: cell, value: mode.taken(cell) }, ...note(mode, true)],
        },
      ],
      ordering: 'acquire',
    });
    if (!sleeps) enter(thread, call.place, got);
    return truthValue(isInverted ? negated(got) : got);
  };

const isLocked: Primitive = (thread, call, scope) => {
  const object = pointedBy(thread, call, scope);
  const field = object.type.kind === 'struct' ? object.type.fields[0] : undefined;
  if (field === undefined) return thread.fail(call.place, `${call.name} needs a pointer to a lock`);
  const value = thread.load(thread.member(object, field.name, call.place), call.place);
  return truthValue(thread.truth(value, call.place));
};

/**
 * That somebody holds the lock. Of a lock that has readers, writers alone are known without reading memory.
 *
 * Source:  include/linux/lockdep.h
 */
const assertHeld =
  (isByWriter: boolean): Primitive =>
  (thread, call, scope) => {
    const { cell } = lockOf(thread, call, scope);
    if (cell.domain.kind !== 'bool' && !isByWriter) return nothing;
    const held = thread.program.kernel.held(thread.program.memory, cell);
    thread.assert(held, 'the lock is held', call.place);
    return nothing;
  };

/** A writer becomes a reader without letting another writer in. */
const downgrade: Primitive = (thread, call, scope) => {
  const { cell, checks, isHeld, note } = lockOf(thread, call, scope);
  const claim = `${thread.emitter.text(call.place)}: a lock is downgraded only while it is held for writing`;
  thread.access({
    place: call.place,
    effects: [
      ...checks,
      { kind: 'assert', claim, condition: isHeld(writing) },
      { kind: 'set', target: cell, value: constant(1) },
      ...note(writing, false),
    ],
    ordering: 'release',
  });
  return nothing;
};

const noop: Primitive = () => nothing;

const spinning: Kind = { sleeps: false, interrupts: null, wakes: false };
const sleeping: Kind = { sleeps: true, interrupts: null, wakes: true };
const variants: readonly (readonly [string, string, Kind])[] = [
  ['', '', spinning],
  ['_bh', '_bh', spinning],
  ['_irq', '_irq', { ...spinning, interrupts: 'always' }],
  ['_irqsave', '_irqrestore', { ...spinning, interrupts: 'flags' }],
];

const spinlocks = ['spin', 'raw_spin'].flatMap((prefix): readonly Entry[] => [
  ...variants.flatMap(([take, give, kind]): readonly Entry[] => [
    [`${prefix}_lock${take}`, lock(exclusive, kind)],
    [`${prefix}_unlock${give}`, unlock(exclusive, kind)],
  ]),
  [`${prefix}_lock_nested`, lock(exclusive, spinning)],
  [`${prefix}_trylock`, trylock(exclusive, spinning)],
  [`${prefix}_is_locked`, isLocked],
  [`${prefix}_lock_init`, noop],
]);

const rwlocks = variants.flatMap(([take, give, kind]): readonly Entry[] => [
  [`read_lock${take}`, lock(shared, kind)],
  [`read_unlock${give}`, unlock(shared, kind)],
  [`write_lock${take}`, lock(writing, kind)],
  [`write_unlock${give}`, unlock(writing, kind)],
]);

export const lockPrimitives: readonly Entry[] = [
  ...spinlocks,
  ...rwlocks,
  ['lockdep_assert_held', assertHeld(false)],
  ['lockdep_assert_held_read', assertHeld(false)],
  ['lockdep_assert_held_write', assertHeld(true)],
  ['read_trylock', trylock(shared, spinning)],
  ['write_trylock', trylock(writing, spinning)],
  ['mutex_lock', lock(exclusive, sleeping)],
  ['mutex_lock_nested', lock(exclusive, sleeping)],
  ['mutex_unlock', unlock(exclusive, sleeping)],
  ['mutex_trylock', trylock(exclusive, sleeping)],
  ['mutex_is_locked', isLocked],
  ['mutex_init', noop],
  ['init_rwsem', noop],
  ['down_read', lock(shared, sleeping)],
  ['down_read_nested', lock(shared, sleeping)],
  ['up_read', unlock(shared, sleeping)],
  ['down_read_trylock', trylock(shared, sleeping)],
  ['down_write', lock(writing, sleeping)],
  ['down_write_nested', lock(writing, sleeping)],
  ['up_write', unlock(writing, sleeping)],
  ['down_write_trylock', trylock(writing, sleeping)],
  ['downgrade_write', downgrade],
  ['rwsem_is_locked', isLocked],
  // Under x->wait.lock, whose sections are one step each.
  ['complete', unlock(completing, { ...sleeping, wakes: false })],
  ['wait_for_completion', lock(completing, sleeping)],
  ['try_wait_for_completion', trylock(completing, sleeping)],
];
