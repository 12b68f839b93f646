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

const ofKind = fc.oneof(
  { arbitrary: fc.constantFrom<Kind>('store', 'load'), weight: 1 },
  { arbitrary: fc.constantFrom(...(Object.keys(lines) as Kind[])), weight: 1 },
);

/** A line mostly goes to another cell than the one before it: what is reordered are accesses to different cells. */
const processOn = (cells: readonly string[], longest: number): fc.Arbitrary<Program[number]> =>
  fc
    .array(
      fc.record({
        kind: ofKind,
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

const processes = (count: number, longest: number, cells: readonly string[]): fc.Arbitrary<Program> =>
  fc
    .array(processOn(cells, longest), { minLength: count, maxLength: count })
    .filter((threads) => !threads.some(readsItsOwnStore));

const anywhere: Site = { cell: 'x', value: 1, after: '0', into: '?' };
const loads = (kind: Kind) => lines[kind](anywhere).includes('?');

const stores = (kind: Kind) => /WRITE_ONCE|_release|xchg|_or/.test(lines[kind](anywhere));

/**
 * A process reads a cell, stores to it and reads its own store, so that what depends on that could come before the
 * first read. `weak` does not let it: it performs both reads in the order of the text.
 */
const readsItsOwnStore = (code: Program[number]): boolean =>
  code.some(({ cell, kind }, at) => {
    if (!loads(kind) && kind !== 'or') return false;
    const behind = code.slice(at + 1).filter((one) => one.cell === cell);
    const store = behind.findIndex((one) => stores(one.kind));
    return store >= 0 && behind.slice(store).some((one) => loads(one.kind));
  });

/** Two or three processes on two or three cells. Without bias, which would prefer short ones: they have no races. */
export const program: fc.Arbitrary<Program> = fc.noBias(
  fc.oneof(
    { arbitrary: processes(2, 5, ['x', 'y']), weight: 3 },
    { arbitrary: processes(2, 5, ['x', 'y', 'z']), weight: 1 },
    { arbitrary: processes(3, 3, ['x', 'y', 'z']), weight: 1 },
    { arbitrary: processes(3, 3, ['x', 'y']), weight: 1 },
  ),
);

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
