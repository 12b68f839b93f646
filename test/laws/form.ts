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

/** The same for all states that are alike, and for them only; it knows nothing of packed states. */
export function form(view: View, state: State): string {
  const { copies, shared } = view.numbering;
  const { groups } = view.symmetry;
  const ownOf = (copy: number) => member(view, state, copy);
  const grouped = new Set(groups.flatMap(({ members }) => members.flat()));
  const cells = [...shared].flatMap(([name, { first, length }]) =>
    Array.from({ length }, (_, at) => ({ number: first + at, value: [state.shared[name]].flat()[at] })),
  );
  const owned = new Set(groups.flatMap((group) => group.cells.flat()));
  const value = (number: number) => cells.find((cell) => cell.number === number)!.value;
  const records = groups.map((group) =>
    group.members
      .map((own, replica) => JSON.stringify([own.map(ownOf), group.cells[replica]!.map(value)]))
      .sort(),
  );
  const others = [...copies.keys()].filter((copy) => !grouped.has(copy)).map(ownOf);
  return JSON.stringify([records, others, cells.filter(({ number }) => !owned.has(number))]);
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
