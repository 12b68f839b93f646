/** Leaks: when every thread has ended, each allocated object of a pool is one that memory still points to. */
import type { AnyExpr, Binder } from '../language/expression.ts';
import type { Property } from '../language/property.ts';
import { compared, constant, negated, plus } from './lower/value.ts';
import type { Program } from './lower/program.ts';
import { elementOf, typeKey, type Space } from './memory.ts';

/** A claim for each type with a pool. */
export const leakClaims = (program: Program): readonly Property[] =>
  program.memory.spaces.flatMap((space) => leakClaim(program, space) ?? []);

function leakClaim(program: Program, space: Space): Property | null {
  const pool = space.regions.find(({ isPool }) => isPool);
  if (pool === undefined) return null;
  const binder: Binder = { level: 0, low: 0, high: pool.count - 1, thread: null };
  const object = plus({ kind: 'bound', binder }, constant(pool.base));
  const isFree = negated(program.kernel.alive(space, object)!);
  const kept = [isFree, ...pointersTo(program, space, object)].reduce(either);
  const name = typeKey(space.type);
  const harm = [
    `object `,
    { kind: 'bound', binder } as const,
    ` of the pool of struct ${name} is allocated, and nothing points to it`,
  ];
  const body: AnyExpr = { kind: 'claim', operand: kept, harm };
  return {
    kind: 'always',
    name: `no struct ${name} is leaked`,
    atEnd: true,
    condition: { kind: 'quantifier', quantifier: 'all', binder, body },
  };
}

const either = (left: AnyExpr, right: AnyExpr): AnyExpr => ({ kind: 'binary', operator: '||', left, right });

/** That a cell of memory points to an object, or to a member of it that has numbers of its own. */
function pointersTo({ memory }: Program, space: Space, object: AnyExpr): readonly AnyExpr[] {
  return [...memory.cells.values()].flatMap(({ name, type, length, domain }): readonly AnyExpr[] => {
    const target = type.kind === 'pointer' ? memory.space(elementOf(type.to)) : null;
    const region = target?.regions.find(({ member }) => member?.of === space);
    if (target === null || (target !== space && region === undefined)) return [];
    const wanted = region === undefined ? object : plus(object, constant(region.base));
    if (length === null) return [compared('==', { kind: 'shared', name, index: null, domain }, wanted)];
    const binder: Binder = { level: 1, low: 0, high: length - 1, thread: null };
    const cell: AnyExpr = { kind: 'shared', name, index: { kind: 'bound', binder }, domain };
    return [{ kind: 'quantifier', quantifier: 'some', binder, body: compared('==', cell, wanted) }];
  });
}
