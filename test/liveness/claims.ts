/** Claims about the runs of random models. */
import fc from 'fast-check';
import { ended, not, type Expr } from '../../checker/language/index.ts';
import { eventually, leadsTo, type Fairness, type Liveness } from '../../checker/language/liveness.ts';
import type { Model } from '../../checker/language/model.ts';

/** The claims that can be made of a model, each under a fairness. */
export function claimsOf({ threads, properties }: Model, fair: Fairness): readonly Liveness[] {
  const conditions = properties.map(({ condition }) => condition as Expr<boolean>);
  return [
    ...threads.map((thread) => eventually(thread, { fair })),
    ...conditions.flatMap((condition, at) => [
      leadsTo(`${at} ends`, condition, ended(threads[0]!), { fair }),
      leadsTo(`${at} comes`, true, condition, { fair }),
      leadsTo(`${at} goes`, condition, not(condition), { fair }),
    ]),
  ];
}

/** A random model with one claim. */
export const withClaim = (models: fc.Arbitrary<Model>): fc.Arbitrary<Model> =>
  fc
    .tuple(models, fc.nat(), fc.constantFrom<Fairness>('weak', 'weak', 'strong', 'none'))
    .map(([model, nth, fair]) => {
      const claims = claimsOf(model, fair);
      const [claim] = [claims[nth % claims.length]!];
      const text = (model as { [fc.toStringMethod]?: () => string })[fc.toStringMethod]?.() ?? '';
      const claimed: Model = { ...model, properties: unbroken(model), liveness: [claim] };
      return Object.assign(claimed, { [fc.toStringMethod]: () => `${text}${JSON.stringify(claim)}\n` });
    });

/** A violation ends the search before claims are decided: invariants become witnesses, so that steps stay the same. */
const unbroken = ({ properties }: Model): Model['properties'] =>
  properties.map((property) => ({ ...property, kind: 'reachable' }));
