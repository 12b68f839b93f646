/** Which numbers of a space stand for objects, and what these are members of. */
import type { AnyExpr } from '../../language/expression.ts';
import type { Region, Space } from '../memory.ts';
import { between, both, constant, either, isConstant, plus } from './value.ts';

/** The objects that a number may be a member of. */
interface Owner {
  readonly isInside: AnyExpr;
  /** The number of the object around it where it is one; otherwise 0. */
  readonly owner: AnyExpr;
  readonly of: Space;
}

export const ownersIn = ({ regions }: Space, object: AnyExpr): readonly Owner[] =>
  regions.flatMap((region) => {
    const { member } = region;
    if (member === null) return [];
    const isInside = inRegion(region, object);
    const owner = quotient(plus(object, constant(-region.base)), region.count / member.of.names.length);
    return [{ isInside, owner: chosen(isInside, owner), of: member.of }];
  });

/** Whether a number stands for an object; what lies one past an array does not. */
export const isObject = (space: Space, object: AnyExpr): AnyExpr =>
  space.regions
    .map((region) => {
      const [owner] = ownersIn({ ...space, regions: [region] }, object);
      return both(
        inRegion(region, object),
        owner === undefined ? constant(true) : isObject(owner.of, owner.owner),
      );
    })
    .reduce(either, constant(false));

const inRegion = ({ base, count }: Region, object: AnyExpr): AnyExpr =>
  between(object, constant(base), constant(base + count - 1));

const chosen = (condition: AnyExpr, then: AnyExpr): AnyExpr =>
  isConstant(condition, true)
    ? then
    : isConstant(condition, false)
      ? constant(0)
      : { kind: 'conditional', condition, then, otherwise: constant(0) };

/** The quotient of a number that is not below 0. */
export function quotient(expr: AnyExpr, by: number): AnyExpr {
  if (by === 1) return expr;
  return expr.kind === 'constant'
    ? constant(Math.floor(Number(expr.value) / by))
    : { kind: 'binary', operator: '/', left: expr, right: constant(by) };
}
