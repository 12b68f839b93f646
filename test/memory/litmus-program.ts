/** Random small litmus tests in the kernel's C, and how a failing one is shown. */
import fc from 'fast-check';

/** What one line of a process does; `after` is the register that was loaded last, or 0. */
const lines = {
  store: ({ cell, value }) => `WRITE_ONCE(*${cell}, ${value});`,
  release: ({ cell, value }) => `smp_store_release(${cell}, ${value});`,
  load: ({ cell, into }) => `${into} = READ_ONCE(*${cell});`,
  acquire: ({ cell, into }) => `${into} = smp_load_acquire(${cell});`,
  'data to store': ({ cell, value, after }) => `WRITE_ONCE(*${cell}, (${after} ^ ${after}) + ${value});`,
  'value to store': ({ cell, after }) => `WRITE_ONCE(*${cell}, ${after});`,
  'address to store': ({ cell, value, after }) => `WRITE_ONCE(*(${cell} + (${after} ^ ${after})), ${value});`,
  'address to load': ({ cell, after, into }) => `${into} = READ_ONCE(*(${cell} + (${after} ^ ${after})));`,
  'control to store': ({ cell, value, after }) => `if (${after} == 1) { WRITE_ONCE(*${cell}, ${value}); }`,
  'control to load': ({ cell, after, into }) => `if (${after} == 1) { ${into} = READ_ONCE(*${cell}); }`,
  full: () => 'smp_mb();',
  write: () => 'smp_wmb();',
  read: () => 'smp_rmb();',
  exchange: ({ cell, value, into }) => `${into} = xchg(${cell}, ${value});`,
  'exchange relaxed': ({ cell, value, into }) => `${into} = xchg_relaxed(${cell}, ${value});`,
  'exchange acquire': ({ cell, value, into }) => `${into} = xchg_acquire(${cell}, ${value});`,
  'exchange release': ({ cell, value, into }) => `${into} = xchg_release(${cell}, ${value});`,
  'exchange value': ({ cell, after, into }) => `${into} = xchg_relaxed(${cell}, ${after});`,
  compare: ({ cell, value, into }) => `${into} = cmpxchg(${cell}, ${value - 1}, ${value});`,
  'compare relaxed': ({ cell, value, into }) => `${into} = cmpxchg_relaxed(${cell}, ${value - 1}, ${value});`,
  'compare acquire': ({ cell, value, into }) => `${into} = cmpxchg_acquire(${cell}, ${value - 1}, ${value});`,
  'fetch or': ({ cell, value, into }) => `${into} = atomic_fetch_or_relaxed(${value}, ${cell});`,
  // Relaxed and returning nothing. Unlike atomic_inc() it makes no values beyond those of the program.
  or: ({ cell, value }) => `atomic_or(${value}, ${cell});`,
} satisfies Readonly<Record<string, (at: Site) => string>>;

interface Site {
  readonly cell: string;
  readonly value: number;
  readonly after: string;
  /** The register of this line. */
  readonly into: string;
}

export type Kind = keyof typeof lines;

export interface Line {
  readonly kind: Kind;
  readonly cell: string;
  readonly value: number;
}

export type Program = readonly (readonly Line[])[];

/** Plain accesses, those that are asked for, and any. */
const kinds = (frequent: readonly Kind[]): fc.Arbitrary<Kind> =>
  fc.oneof(
    { arbitrary: fc.constantFrom<Kind>('store', 'load'), weight: 2 },
    { arbitrary: fc.constantFrom(...frequent), weight: 2 },
    { arbitrary: fc.constantFrom(...(Object.keys(lines) as Kind[])), weight: 3 },
  );

/** A line mostly goes to another cell than the one before it: what is reordered are accesses to different cells. */
const processOn = (
  kind: fc.Arbitrary<Kind>,
  cells: readonly string[],
  longest: number,
): fc.Arbitrary<Program[number]> =>
  fc
    .array(
      fc.record({
        kind,
        further: fc.constantFrom(0, 1, 1, 1),
        value: fc.integer({ min: 1, max: 2 }),
      }),
      { minLength: 2, maxLength: longest },
    )
    .chain((made) =>
      fc.nat(cells.length - 1).map((start) => {
        let at = start;
        return made.map(({ kind, further, value }) => {
          at += further;
          return { kind, value, cell: cells[at % cells.length]! };
        });
      }),
    );

const processes = (count: number, one: fc.Arbitrary<Program[number]>): fc.Arbitrary<Program> =>
  fc.array(one, { minLength: count, maxLength: count });

/** Atomic operations, and what hangs on their values. */
const atomics: readonly Kind[] = [
  'exchange relaxed',
  'exchange acquire',
  'exchange release',
  'exchange value',
  'compare',
  'compare relaxed',
  'fetch or',
  'or',
  'read',
  'value to store',
  'address to load',
];

/** Two or three processes on two or three cells. Without bias, which would prefer short ones: they have no races. */
export function programs(frequent: readonly Kind[] = atomics): fc.Arbitrary<Program> {
  const kind = kinds(frequent);
  return fc.noBias(
    fc.oneof(
      { arbitrary: processes(2, processOn(kind, ['x', 'y'], 5)), weight: 3 },
      { arbitrary: processes(2, processOn(kind, ['x', 'y', 'z'], 5)), weight: 1 },
      { arbitrary: processes(3, processOn(kind, ['x', 'y', 'z'], 3)), weight: 1 },
      { arbitrary: processes(3, processOn(kind, ['x', 'y'], 3)), weight: 1 },
    ),
  );
}

/** The program as a file; all that it loads and all cells are observed. */
export function sourceOf(threads: Program): string {
  const written = threads.map((code) =>
    code.map((one, at) => {
      const before = code.slice(0, at).findLastIndex(({ kind }) => loads(kind));
      return lines[one.kind]({ ...one, after: before < 0 ? '0' : `r${before}`, into: `r${at}` });
    }),
  );
  const bodies = threads.map((code, process) => {
    const declared = code.flatMap(({ kind }, at) => (loads(kind) ? [`int r${at};`] : []));
    return `P${process}(int *x, int *y, int *z) {\n${[...declared, ...written[process]!].join('\n')}\n}`;
  });
  const registers = threads.flatMap((code, process) =>
    code.flatMap(({ kind }, at) => (loads(kind) ? [`${process}:r${at}`] : [])),
  );
  const observed = [...registers, 'x', 'y', 'z'].join('; ');
  return `C random\n{}\n${bodies.join('\n')}\nlocations [${observed}]\nexists (x=0)\n`;
}

/** The kinds of lines in a program, each once. */
export const kindsIn = (threads: Program): ReadonlySet<Kind> =>
  new Set(threads.flatMap((code) => code.map(({ kind }) => kind)));

type Code = Program[number];

const anywhere: Site = { cell: 'x', value: 1, after: '<after>', into: '<into>' };
const loads = (kind: Kind) => lines[kind](anywhere).includes('<into>');
const stores = (kind: Kind) => /WRITE_ONCE|_release|xchg|_or/.test(lines[kind](anywhere));
const updates = (kind: Kind) => /xchg|_or/.test(lines[kind](anywhere));
const depends = (kind: Kind) => lines[kind](anywhere).includes('<after>');

/** What is hard to get right, by name. */
const shapes: Readonly<Record<string, (code: Code) => boolean>> = {
  'reads a cell, stores to it, reads the store': (code) =>
    code.some(({ cell, kind }, at) => {
      if (!loads(kind) && kind !== 'or') return false;
      const behind = code.slice(at + 1).filter((one) => one.cell === cell);
      const store = behind.findIndex((one) => stores(one.kind));
      return store >= 0 && behind.slice(store).some((one) => loads(one.kind));
    }),
  'a store hangs on an atomic operation': (code) =>
    code.some(({ kind }, at) => {
      const before = code.slice(0, at).findLast((one) => loads(one.kind));
      return depends(kind) && stores(kind) && before !== undefined && updates(before.kind);
    }),
  'a load before a compare-and-exchange': (code) =>
    code.some(({ kind, cell }, at) => {
      const behind = code.slice(at + 1);
      return loads(kind) && behind.some((one) => one.kind === 'compare' && one.cell !== cell);
    }),
  'an atomic operation, a read barrier, a load': (code) => {
    const [first, barrier] = [
      code.findIndex(({ kind }) => kind === 'or'),
      code.findLastIndex(({ kind }) => kind === 'read'),
    ];
    return first >= 0 && first < barrier && code.slice(barrier).some(({ kind }) => loads(kind));
  },
};

/** Which of these shapes a program has. */
export const shapesIn = (threads: Program): readonly string[] =>
  Object.entries(shapes).flatMap(([name, has]) => (threads.some(has) ? [name] : []));
