/** Random small litmus tests with all that the kernel's memory model knows: plain accesses, locks, RCU, SRCU, atomics. */
import fc from 'fast-check';

interface Site {
  readonly cell: string;
  readonly other: string;
  readonly value: number;
  /** A register that is read before, and one that this line may write. */
  readonly after: string;
  readonly into: string;
}

type Line = (at: Site) => string;

const accesses: readonly Line[] = [
  ({ cell, value }) => `WRITE_ONCE(*${cell}, ${value});`,
  ({ cell, into }) => `${into} = READ_ONCE(*${cell});`,
  ({ cell, value }) => `smp_store_release(${cell}, ${value});`,
  ({ cell, into }) => `${into} = smp_load_acquire(${cell});`,
  ({ cell, value }) => `*${cell} = ${value};`,
  ({ cell, into }) => `${into} = *${cell};`,
  ({ cell, after }) => `WRITE_ONCE(*${cell}, ${after} + 1);`,
  ({ cell, after, value }) => `WRITE_ONCE(*(${cell} + (${after} ^ ${after})), ${value});`,
  ({ cell, after, into }) => `${into} = READ_ONCE(*(${cell} + (${after} ^ ${after})));`,
  ({ cell, after, value }) => `if (${after} == 1) { WRITE_ONCE(*${cell}, ${value}); }`,
  ({ cell, value, into }) => `${into} = xchg_release(${cell}, ${value});`,
  ({ cell, value, into }) => `${into} = cmpxchg(${cell}, 0, ${value});`,
  ({ cell, into }) => `${into} = atomic_fetch_add_relaxed(1, ${cell});`,
  ({ cell }) => `atomic_inc(${cell});`,
  ({ cell, into }) => `${into} = atomic_add_unless(${cell}, 1, 1);`,
];

const fences = [
  'smp_mb',
  'smp_rmb',
  'smp_wmb',
  'smp_mb__before_atomic',
  'smp_mb__after_atomic',
  'synchronize_rcu',
];

/** What one or two accesses stand in. */
const around: readonly ((lines: string, at: Site) => string)[] = [
  (lines) => `rcu_read_lock(); ${lines} rcu_read_unlock();`,
  (lines) => `spin_lock(l); ${lines} spin_unlock(l);`,
  (lines, { into }) => `${into}s = srcu_read_lock(s); ${lines} srcu_read_unlock(s, ${into}s);`,
  (lines, { after }) => `if (${after} == 0) { ${lines} }`,
  (lines, { into }) => `if (spin_trylock(l)) { ${lines} spin_unlock(l); } else { ${into} = 3; }`,
];

const site = fc.record({
  line: fc.nat(accesses.length - 1),
  fence: fc.option(fc.nat(fences.length), { freq: 3 }),
  wrap: fc.option(fc.nat(around.length - 1), { freq: 5 }),
  isX: fc.boolean(),
  value: fc.integer({ min: 1, max: 2 }),
});

type Made = readonly (typeof site extends fc.Arbitrary<infer T> ? T : never)[];

export const lkmmPrograms: fc.Arbitrary<readonly Made[]> = fc.noBias(
  fc.oneof(
    { arbitrary: fc.tuple(...[0, 1].map(() => fc.array(site, { minLength: 1, maxLength: 3 }))), weight: 4 },
    {
      arbitrary: fc.tuple(...[0, 1, 2].map(() => fc.array(site, { minLength: 1, maxLength: 2 }))),
      weight: 1,
    },
  ),
);

/** The program as a file; all registers and cells are observed. */
export function lkmmSource(threads: readonly Made[]): string {
  const bodies = threads.map((lines, number) => {
    const text = lines.map(({ line, fence, wrap, isX, value }, at) => {
      const place: Site = {
        cell: isX ? 'x' : 'y',
        other: isX ? 'y' : 'x',
        value,
        after: at === 0 ? '0' : `r${at - 1}`,
        into: `r${at}`,
      };
      const access = accesses[line]!(place);
      const inside = wrap === null ? access : around[wrap]!(access, place);
      const before =
        fence === null ? '' : `${fences[fence] ?? 'synchronize_srcu'}(${fence < fences.length ? '' : 's'}); `;
      return before + inside;
    });
    const registers = lines.map((_, at) => `int r${at}; int r${at}s;`).join(' ');
    return `P${number}(int *x, int *y, spinlock_t *l, struct srcu_struct *s) {\n${registers}\n${text.join('\n')}\n}`;
  });
  const observed = threads.flatMap((lines, number) => lines.map((_, at) => `${number}:r${at}`));
  return `C random\n{}\n${bodies.join('\n')}\nlocations [${[...observed, 'x', 'y'].join('; ')}]\nexists (x=1)\n`;
}
