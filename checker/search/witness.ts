/** Turns a witness into an invariant violation, whose shortest trace is the shortest run to the witness. */
import { not, type Expr } from '../language/expression.ts';
import type { Model } from '../language/model.ts';

/**
 * The same threads with the negated witness as the only invariant.
 *
 * The other invariants become witnesses, so that they keep their locals alive and steps do not change. Assertions and
 * deadlocks on the way are reported instead.
 */
export const witnessed = (model: Model, witness: string): Model => ({
  ...model,
  properties: model.properties.map((property) =>
    property.kind === 'reachable' && property.name === witness
      ? { ...property, kind: 'always', condition: not(property.condition as Expr<boolean>) }
      : { ...property, kind: 'reachable' },
  ),
});
