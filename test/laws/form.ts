/** What is the same for all states that are alike: up to permutations of copies, and with or without dead locals. */
import type { DeadLocals } from '../../checker/program/dead-locals.ts';
import type { Numbering } from '../../checker/program/numbering.ts';
import type { Symmetry } from '../../checker/program/symmetry.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import type { Explored } from './explore-levels.ts';

/** Which states are alike. */
export interface View {
  readonly numbering: Numbering;
  readonly symmetry: Symmetry;
  /** By thread; null: no locals are dead. */
  readonly dead: readonly DeadLocals[] | null;
}

function member({ numbering, dead: deadOf }: View, state: State, copy: number) {
  const { thread, table, replica } = numbering.copies[copy]!;
  const { location, locals } = state.threads[table.thread.name]![replica]!;
  const dead = deadOf?.[thread]![location] ?? [];
  const values = Object.values(locals).flat();
  return [location, ...values].map((value, at) =>
    dead.some(({ position }) => position === at) ? 'dead' : value,
  );
}

/** All orders of so many replicas. */
function ordersOf(count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, place) => order.toSpliced(place, 0, count - 1)),
  );
}

/** The same for all states that are alike, and for them only: the least of all permutations; it knows no packed states. */
export function form(view: View, state: State): string {
  const { numbering, symmetry } = view;
  const cells = [...numbering.shared.keys()].flatMap((name) => state.shared[name]!);
  const copies = numbering.copies.map((_, copy) => member(view, state, copy));
  const permuted = symmetry.groups.reduce(
    (some, { members, cells: owned, columns, movingColumns }) =>
      some.flatMap((before) =>
        ordersOf(members.length).map((order) => {
          const after = { cells: before.cells.slice(), copies: before.copies.slice() };
          for (const [place, replica] of order.entries()) {
            for (const [at, cell] of owned[place]!.entries())
              after.cells[cell] = before.cells[owned[replica]![at]!]!;
            for (const [at, copy] of members[place]!.entries())
              after.copies[copy] = before.copies[members[replica]![at]!]!;
          }
          for (const { copy, first } of [...columns, ...movingColumns]) {
            const row = after.copies[copy]!;
            after.copies[copy] = row.map((value, at) =>
              at < first || at >= first + order.length ? value : row[first + order[at - first]!]!,
            );
          }
          return after;
        }),
      ),
    [{ cells, copies }],
  );
  return permuted.map((one) => JSON.stringify(one)).reduce((least, one) => (one < least ? one : least));
}

/** By depth: the forms of the states there, each once. */
export function formsOf(view: View, { space, levels }: Explored): readonly (readonly string[])[] {
  const seen = new Set<string>();
  const byDepth = levels.map((from, at) => {
    const ids = Array.from({ length: (levels[at + 1] ?? space.count) - from }, (_, nth) => from + nth);
    const forms = ids.map((id) => form(view, space.state(id)));
    const fresh = [...new Set(forms)].filter((one) => !seen.has(one)).sort();
    for (const one of fresh) seen.add(one);
    return fresh;
  });
  // The deepest levels of the full space may bring nothing but what is alike.
  return byDepth.slice(0, 1 + byDepth.findLastIndex((forms) => forms.length > 0));
}
