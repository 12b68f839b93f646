/** An abstract state in words: where the threads are in it, and what is held by copies that are not. */
import type { Configuration } from '../family/configuration.ts';
import type { AbstractMachine } from '../family/machine.ts';
import type { ThreadTable } from '../program/transition-system.ts';
import { textOf } from './author-words.ts';

/** `with gup_fast at line 14 'put_page(page)', collapse_huge_page at its end, and others holding some of mem.count` */
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
    .map(({ name, sign }) => `${sign > 0 ? 'some' : 'less than nothing'} of ${name}`);
  const others = held.length === 0 ? '' : `, while other copies hold ${held.join(' and ')}`;
  return `in an abstract state with ${threads.join(', ')}${others}`;
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
