/** The model in which reaching a witness is what a search looks for: its shortest trace is the shortest run there. */
import { not, type Expr } from '../language/expression.ts';
import type { Model } from '../language/model.ts';

/**
 * The same threads, with the witness as the only thing that may be violated.
 *
 * Invariants become witnesses, so that the locals they read are seen as before, and steps are the same. Assertions and
 * deadlocks remain: what fails on the way there is told instead.
 */
export const witnessed = (model: Model, witness: string): Model => ({
  ...model,
  properties: model.properties.map((property) =>
    property.kind === 'reachable' && property.name === witness
      ? { ...property, kind: 'always', condition: not(property.condition as Expr<boolean>) }
      : { ...property, kind: 'reachable' },
  ),
});
