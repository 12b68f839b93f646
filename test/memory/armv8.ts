/** ARMv8 as its axioms have it: every final state of a litmus test, by trying all executions that one could think of. */
import { domainsOf, initialOf } from '../../checker/litmus/domains.ts';
import type { LitmusTest, LitmusValue, Observed } from '../../checker/litmus/litmus-test.ts';
import { lower } from '../../checker/litmus/lower.ts';
import { isAllowed, preservedIn, type Acquire, type Edge } from './armv8-axioms.ts';
import { runsOf, type Access, type Run } from './armv8-runs.ts';

type Placed = Run & { readonly preserved: readonly Edge[] };

/** What is asked of the axioms. */
export interface Asked {
  readonly observed: readonly Observed[];
  readonly acquire: Acquire;
}

/** The final states as JSON, each the values of what is observed. Only the test's reading is shared with the checker. */
export function armv8States(test: LitmusTest, { observed, acquire }: Asked): ReadonlySet<string> {
  const locations = [
    ...new Set([
      ...test.processes.flatMap(({ parameters }) => parameters),
      ...observed.filter(({ owner }) => owner === null).map(({ name }) => name),
    ]),
  ];
  const codes = test.processes.map((one) => lower(one, { locations: new Set(locations), initial: [] }));
  const domains = domainsOf(test, codes, locations);
  const threads = codes.map(({ from: { number }, registers, instructions }) => {
    const initial = new Map(registers.map((name) => [name, initialOf(test, number, name)]));
    const runs = runsOf(number, instructions, initial, (cell) => domains.locations.get(String(cell))!);
    return runs.map((run): Placed => ({ ...run, preserved: preservedIn(run, acquire) }));
  });
  const states = new Set<string>();
  for (const runs of product(threads))
    for (const memory of memoriesAfter(runs, (cell) => initialOf(test, null, String(cell))))
      states.add(JSON.stringify(observed.map((one) => valueAtEnd(one, { test, runs, memory }))));
  return states;
}

type Memory = ReadonlyMap<LitmusValue, LitmusValue>;

interface End {
  readonly test: LitmusTest;
  readonly runs: readonly Run[];
  readonly memory: Memory;
}

const valueAtEnd = ({ owner, name }: Observed, { test, runs, memory }: End) =>
  owner === null
    ? (memory.get(name) ?? initialOf(test, null, name))
    : runs.find(({ process }) => process === owner)!.registers.get(name)!.value;

/** What memory can hold after these runs together: nothing when no allowed execution consists of them. */
function memoriesAfter(
  runs: readonly Placed[],
  initial: (cell: LitmusValue) => LitmusValue,
): readonly Memory[] {
  const accesses = runs.flatMap((run) => run.accesses);
  const reads = accesses.filter(({ kind }) => kind === 'read');
  const writes = accesses.filter(({ kind }) => kind === 'write');
  const sources = reads.map((read) => [
    ...(initial(read.cell) === read.value ? [null] : []),
    ...writes.filter((write) => write.cell === read.cell && write.value === read.value),
  ]);
  if (sources.some((some) => some.length === 0)) return [];
  const preserved = runs.flatMap((run) => run.preserved);
  const orders = [...Map.groupBy(writes, ({ cell }) => cell).values()].map(coherenceOrders);
  const choices = product(sources).map(
    (chosen) =>
      new Map(
        reads.flatMap((read, at): readonly [Access, Access][] =>
          chosen[at] === null ? [] : [[read, chosen[at]!]],
        ),
      ),
  );
  return product(orders)
    .filter((coherence) =>
      choices.some((sourceOf) => isAllowed({ accesses, preserved, sourceOf, coherence })),
    )
    .map((coherence) => new Map(coherence.map((order) => [order.at(-1)!.cell, order.at(-1)!.value])));
}

/** The orders of writes to one cell in which those of each process stand as in its text. */
const coherenceOrders = (writes: readonly Access[]): readonly (readonly Access[])[] =>
  writes.length === 0
    ? [[]]
    : writes
        .filter(
          (first) =>
            !writes.some(({ process, position }) => process === first.process && position < first.position),
        )
        .flatMap((first) =>
          coherenceOrders(writes.filter((one) => one !== first)).map((others) => [first, ...others]),
        );

const product = <T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  choices.reduce<readonly (readonly T[])[]>(
    (all, some) => all.flatMap((chosen) => some.map((one) => [...chosen, one])),
    [[]],
  );
