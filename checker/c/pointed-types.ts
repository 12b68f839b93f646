/** The types to which variables point, so that their objects need numbers. */
import { assignedNames, declarationsIn, expressionsIn } from './syntax/walk.ts';
import { typeKey } from './memory.ts';
import { typeArgument } from './syntax/type-of.ts';
import type { FunctionDefinition, Statement, Unit } from './syntax/syntax.ts';
import type { Type } from './syntax/types.ts';

/**
 * The keys of the types to which a global variable, a member, a local variable, a returned value, an assigned parameter
 * or container_of() points. A parameter that is never assigned stands for its argument and needs no number.
 */
export function pointedTypes(
  unit: Unit,
  functions: readonly FunctionDefinition[],
  bodies: readonly (readonly Statement[])[],
  pools: readonly Type[],
): ReadonlySet<string> {
  const found = new Set<string>(pools.map(typeKey));
  const add = (type: Type): void => {
    if (type.kind === 'array') add(type.of);
    if (type.kind === 'pointer' && type.to.kind !== 'void' && type.to.kind !== 'function') {
      found.add(typeKey(type.to));
      add(type.to);
    }
  };
  const seen = new Set<Type>();
  const addMembers = (type: Type): void => {
    if (type.kind === 'array') return addMembers(type.of);
    add(type);
    if (type.kind !== 'struct' || seen.has(type)) return;
    seen.add(type);
    for (const field of type.fields) addMembers(field.type);
  };
  for (const { type } of unit.variables) addMembers(type);
  for (const type of pools) addMembers(type);
  for (const { type, body } of functions) {
    add(type.returns);
    const assigned = assignedNames(body);
    for (const { name, type: parameter } of type.parameters) if (assigned.has(name)) add(parameter);
    for (const { type: local } of declarationsIn(body)) addMembers(local);
  }
  for (const body of bodies) for (const { type } of declarationsIn(body)) addMembers(type);
  for (const body of [...bodies, ...functions.map((one) => one.body)])
    for (const one of expressionsIn(body))
      if (one.kind === 'call' && one.name === 'container_of') {
        const [, named] = one.arguments;
        const container = named === undefined ? null : typeArgument(named, unit.typedefs);
        if (container !== null) found.add(typeKey(container));
      }
  return found;
}

/** The functions that bodies and initialisers call or name, with those that they call. */
export function reachableFunctions(
  unit: Unit,
  bodies: readonly (readonly Statement[])[],
): readonly FunctionDefinition[] {
  const found = new Map<string, FunctionDefinition>();
  const pending = [...bodies, initialisersOf(unit)];
  for (let body = pending.pop(); body !== undefined; body = pending.pop())
    for (const expression of expressionsIn(body)) {
      const name = expression.kind === 'call' || expression.kind === 'name' ? expression.name : null;
      const definition = name === null ? undefined : unit.functions.get(name);
      if (definition === undefined || found.has(definition.name)) continue;
      found.set(definition.name, definition);
      pending.push(definition.body);
    }
  return [...found.values()];
}

/** The initial values of variables, as statements. */
export const initialisersOf = ({ variables }: Unit): readonly Statement[] =>
  variables.flatMap(({ initial, place }): readonly Statement[] =>
    initial === null ? [] : [{ kind: 'expression', place, expression: initial }],
  );

/** The names that threads, the functions that they reach, initialisers and claims use. */
export function namesIn(unit: Unit, bodies: readonly (readonly Statement[])[]): ReadonlySet<string> {
  const claims = unit.clauses.flatMap(({ arguments: given, place }) =>
    given.map((expression): Statement => ({ kind: 'expression', place, expression })),
  );
  const functions = reachableFunctions(unit, bodies).map(({ body }) => body);
  return new Set(
    [...bodies, ...functions, claims, initialisersOf(unit)].flatMap((body) =>
      [...expressionsIn(body)].flatMap((one) => (one.kind === 'name' ? [one.name] : [])),
    ),
  );
}

/** The names of the functions whose address is taken, so that pointers to them need numbers. */
export function addressedFunctions(unit: Unit, bodies: readonly (readonly Statement[])[]): readonly string[] {
  const named = new Set(
    [...bodies, initialisersOf(unit)].flatMap((body) =>
      [...expressionsIn(body)].flatMap((one) => (one.kind === 'name' ? [one.name] : [])),
    ),
  );
  return [...unit.functions.keys()].filter((name) => named.has(name));
}

/** The events that bodies count, in the order of the text. */
export const namesOfCounts = (bodies: readonly (readonly Statement[])[]): readonly string[] =>
  bodies.flatMap((body) =>
    [...expressionsIn(body)].flatMap((one) => {
      const [name] = one.kind === 'call' && one.name === 'COUNT' ? one.arguments : [];
      return name?.kind === 'string' ? [name.value] : [];
    }),
  );

/** The names of all functions that bodies call. */
export const calledNames = (bodies: readonly (readonly Statement[])[]): ReadonlySet<string> =>
  new Set(
    bodies.flatMap((body) =>
      [...expressionsIn(body)].flatMap((one) => (one.kind === 'call' ? [one.name] : [])),
    ),
  );
