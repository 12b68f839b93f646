/** Describes an abstract counterexample: the locations of its threads, and the shares of other copies. */
import type { Configuration } from '../family/configuration.ts';
import type { AbstractMachine } from '../family/machine.ts';
import type { ThreadTable } from '../program/transition-system.ts';
import { textOf } from './author-words.ts';

/** `abstract counterexample: gup_fast at line 14 'put_page(page)'; other copies hold a positive share of mem.count` */
export function describeDoubt({
  machine,
  where,
}: {
  readonly machine: AbstractMachine;
  readonly where: Configuration;
}): string {
  const { singles, groups, counters } = machine.roles;
  const threads = [
    ...singles.map((table) => placeIn(machine, table, where.common)),
    ...groups.flatMap(({ members }, group) =>
      where.groups[group]!.flatMap((record) => members.map((table) => placeIn(machine, table, record))),
    ),
  ];
  const held = counters
    .map(({ name }, at) => ({ name, sign: Math.sign(sumOf(where.rest, at, groups.length)) }))
    .filter(({ sign }) => sign !== 0)
    .map(({ name, sign }) => `a ${sign > 0 ? 'positive' : 'negative'} share of ${name}`);
  const others = held.length === 0 ? '' : `; other copies hold ${held.join(' and ')}`;
  return `abstract counterexample: ${threads.join(', ')}${others}`;
}

const sumOf = (rest: readonly number[], counter: number, groups: number) =>
  rest.slice(counter * groups, (counter + 1) * groups).reduce((sum, one) => sum + one, 0);

function placeIn({ roles }: AbstractMachine, table: ThreadTable, cells: readonly number[]): string {
  const { name } = table.thread;
  const location = cells[roles.locations.get(name)!.slot]!;
  const [transition] = table.locations[location]!;
  if (transition === undefined) return `${name} at its end`;
  return `${name} at line ${transition.statement.line} '${textOf(transition)}'`;
}
