/** `smp_mb__before_atomic()` and the like: full barriers beside what they strengthen, and nothing elsewhere. */
import { expect, test } from 'vitest';
import { memoryModelNames } from '../../checker/language/memory-name.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const lock = 'spin_lock(l);';
const unlockLock = 'spin_unlock(l); spin_lock(m);';

/** Between the store and the load of a process of SB, whose other process has a full barrier. */
test.each<[string, string]>([
  ['atomic_inc(z);', '- - - A'],
  ['smp_mb__before_atomic(); atomic_inc(z);', '- - - -'],
  ['atomic_inc(z); smp_mb__after_atomic();', '- - - -'],
  ['atomic_set(z, 1); smp_mb__after_atomic();', '- A A A'],
  ['atomic_inc(z); WRITE_ONCE(*u, 1); smp_mb__after_atomic();', '- - - A'],
  [lock, '- - - A'],
  [`${lock} smp_mb__after_spinlock();`, '- - - -'],
  [`${lock} smp_mb__after_unlock_lock();`, '- - - A'],
  // An atomic operation that is an acquire stays behind an earlier release, on ARMv8 and not in the kernel's model.
  [unlockLock, '- - - -'],
  [`${unlockLock} smp_mb__after_unlock_lock();`, '- - - -'],
  ['smp_mb__after_spinlock();', '- A A A'],
])('%s', (between, verdict) => {
  const source = [
    'C test',
    between.includes('spin_unlock') ? '{ l=1; }' : '{ }',
    'P0(int *x, int *y, atomic_t *z, int *u, spinlock_t *l, spinlock_t *m) {',
    `WRITE_ONCE(*x, 1); ${between} r0 = READ_ONCE(*y); }`,
    'P1(int *x, int *y) { WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x); }',
    'exists (0:r0=0 /\\ 1:r0=0)',
  ].join('\n');
  const found = memoryModelNames.map((memory) => (runLitmus(source, memory).positive > 0 ? 'A' : '-'));
  expect(found.join(' ')).toBe(verdict);
});
