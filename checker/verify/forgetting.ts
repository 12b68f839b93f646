/** Dead locals at a location, and the values that replace theirs. */
import { deadLocals } from '../program/dead-locals.ts';
import { numberingOf } from '../program/numbering.ts';
import type { ThreadTable } from '../program/transition-system.ts';
import type { Meaning, PartialState } from './meaning.ts';
import { copyOf, locationIn } from './steps.ts';

/** Resets dead locals to their initial values; a dead pointer to a copy points nowhere. */
export function forgetting(
  threads: readonly ThreadTable[],
  m: Meaning,
): (part: PartialState) => PartialState {
  const numbering = numberingOf(m.world.system);
  const dead = threads.map((table, at) => {
    const locals = [...numbering.locals[at]!];
    return deadLocals(numbering, at).map((list) =>
      list.map(({ position }) => {
        const [name, { first, length }] = locals.find(
          ([, range]) => range.first <= position && position < range.first + range.length,
        )!;
        const { domain, initial } = table.thread.locals[name]!;
        const reference = {
          kind: 'local',
          thread: table.thread.name,
          name,
          index: null,
          replica: null,
          domain,
        } as const;
        return {
          key: `${table.thread.name}.${name}`,
          cell: `${table.thread.name}.${name}${length > 1 ? `[${position - first}]` : ''}`,
          value: initial[position - first]!,
          reference,
          first: position === first,
        };
      }),
    );
  });
  return (part) => {
    const next = copyOf(part);
    for (const [at, table] of threads.entries()) {
      const group = m.groupOf(table.thread.name);
      for (const [me, cells] of (group < 0
        ? [next.common]
        : next.copies[group]!.map((copy) => copy.cells)
      ).entries())
        for (const { key, cell, value, reference, first } of dead[at]![locationIn(table, next, group, me)]!) {
          const counter = m.world.counters.indexOf(`${key} points to`);
          if (counter >= 0) forgetPointer(next, m, counter, `been at by ${key}`);
          else if (cell in cells) {
            if (group < 0 || !m.isElementPointer(reference)) cells[cell] = m.stored(key, value);
          } else if (first && key in cells) cells[key] = m.stored(key, value);
        }
    }
    return next;
  };
}

function forgetPointer({ copies, rest }: PartialState, m: Meaning, counter: number, been: string): void {
  for (const [group, all] of copies.entries()) {
    if (!m.world.groups[group]!.cells.includes(been)) continue;
    rest[counter * copies.length + group] = 0;
    for (const { cells, shares } of all) {
      cells[been] = 0;
      shares[counter] = 0;
    }
  }
}
