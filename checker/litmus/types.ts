/** The declared types of registers and locations of a litmus test. */
import type { CStatement, CType, LitmusTest, Observed } from './litmus-test.ts';

/** The types of the registers that a process declares. */
export function registerTypes(body: readonly CStatement[]): ReadonlyMap<string, CType> {
  const declared = (statement: CStatement): readonly (readonly [string, CType])[] => {
    switch (statement.kind) {
      case 'declare':
        return [[statement.name, statement.type]];
      case 'if':
        return [...statement.then, ...statement.otherwise].flatMap(declared);
      case 'loop':
        return statement.body.flatMap(declared);
      case 'assign':
      case 'evaluate':
        return [];
    }
  };
  return new Map(body.flatMap(declared));
}

/** The types of locations: the widest of several declarations. */
export function locationTypes({
  initial,
  processes,
}: Pick<LitmusTest, 'initial' | 'processes'>): ReadonlyMap<string, CType> {
  const types = new Map<string, CType>();
  const declare = (name: string, type: CType) => {
    const known = types.get(name);
    if (known === undefined || known.bits < type.bits) types.set(name, type);
  };
  for (const one of processes) for (const [name, type] of one.types) declare(name, type);
  for (const { observed, type } of initial)
    if (observed.owner === null && type !== null) declare(observed.name, type);
  return types;
}

/** The declared type of a register or location, or undefined. */
export function typesIn(
  test: Pick<LitmusTest, 'initial' | 'processes'>,
): (observed: Observed) => CType | undefined {
  const locations = locationTypes(test);
  const registers = new Map(test.processes.map(({ number, body }) => [number, registerTypes(body)]));
  return ({ owner, name }) => {
    if (owner === null) return locations.get(name) ?? locations.get(name.replace(/\[\d+\]$/, ''));
    const given = test.initial.find(({ observed }) => observed.owner === owner && observed.name === name);
    return registers.get(owner)?.get(name) ?? given?.type ?? undefined;
  };
}
