/** Leaks: when every thread has ended, each allocated object of a pool is one that memory still points to. */
import type { AnyExpr, Binder } from '../language/expression.ts';
import type { Property } from '../language/property.ts';
import { both, compared, constant, either, negated, plus, times, type CValue } from './lower/value.ts';
import type { Program } from './lower/program.ts';
import { isWritten, viewed } from './lower/view.ts';
import { elementOf, nullPointer, typeKey, type Space } from './memory.ts';
import type { View } from './overlay.ts';

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
    condition: program.kernel.whenIdle({ kind: 'quantifier', quantifier: 'all', binder, body }),
  };
}

/** That a cell of memory points to an object, or to a member of it that has numbers of its own. */
function pointersTo({ memory }: Program, space: Space, object: AnyExpr): readonly AnyExpr[] {
  const pointers = [...memory.cells.values()].flatMap((cell) =>
    (cell.tagged ?? [cell.type]).map((type, tag) => ({ ...cell, type, tag })),
  );
  return pointers.flatMap(({ name, type, length, domain, tagged, tag }): readonly AnyExpr[] => {
    const target = type.kind === 'pointer' ? memory.space(elementOf(type.to)) : null;
    if (target === null) return [];
    const pointerIn = (cell: AnyExpr): AnyExpr => {
      if (tagged === undefined) return cell;
      const view: View = { kind: 'tagged', tag, tags: tagged.length, type };
      const { expr } = viewed(view, cell) as CValue & { readonly kind: 'pointer' };
      const otherwise = constant(nullPointer);
      return { kind: 'conditional', condition: isWritten(view, cell), then: expr, otherwise };
    };
    const isInside = (cell: AnyExpr): readonly AnyExpr[] =>
      target === space
        ? [compared('==', cell, object)]
        : target.regions
            .filter(({ member }) => member?.of === space)
            .map(({ base, count }) => {
              // An array of members has several numbers an object.
              const each = count / space.names.length;
              const first = plus(times(object, each), constant(base));
              return both(compared('>=', cell, first), compared('<', cell, plus(first, constant(each))));
            });
    if (length === null) return isInside(pointerIn({ kind: 'shared', name, index: null, domain }));
    const binder: Binder = { level: 1, low: 0, high: length - 1, thread: null };
    const cell: AnyExpr = { kind: 'shared', name, index: { kind: 'bound', binder }, domain };
    return isInside(pointerIn(cell)).map((body) => ({
      kind: 'quantifier',
      quantifier: 'some',
      binder,
      body,
    }));
  });
}
