/** The proof for any number, in the worker: of a definition whose models come beside it. */
import { claimsOf } from '../../../checker/family/claim.ts';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import type { Limits } from '../../../checker/state-space/outcome.ts';
import { provingMost } from '../../../checker/search/prove.ts';
import type { SearchSettings } from '../../../checker/search/settings.ts';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';
import { anyOf, boundedAnyOf, reasonOf, upToOf } from '../../../checker/report/any-number.ts';
import { keyOfBuild, type ProveWork, type Results } from './messages.ts';

/** A model that did not come with the work. */
class Missing extends Error {
  readonly given: Choices;
  readonly beyond: readonly string[];
  constructor(given: Choices, beyond: readonly string[]) {
    super('a model is missing');
    this.given = given;
    this.beyond = beyond;
  }
}

export function* provingWork(
  work: ProveWork,
  limits: Limits,
  settings: SearchSettings,
  seconds: () => number,
): Cooperative<Results['prove']> {
  const definition = withModels(work);
  const stop = () =>
    limits.stop() ?? (seconds() > work.budget ? `no proof was found within ${work.budget} s` : null);
  try {
    const claims = claimsOf(definition, work.given, []);
    const { claim, result, larger } = yield* provingMost(claims, { ...limits, stop }, settings);
    const tried = [...larger, { claim, result }];
    return {
      kind: 'proof',
      proof: {
        proved: result.verdict === 'holds' ? boundedAnyOf(claim, upToOf(result)) : null,
        open: tried
          .filter((one) => one.result.verdict !== 'holds')
          .map((one) => ({ claim: anyOf(one.claim), reason: reasonOf(one.result) })),
      },
    };
  } catch (error) {
    if (error instanceof Missing) return { kind: 'missing', given: error.given, beyond: error.beyond };
    throw error;
  }
}

function withModels({ definition, models }: ProveWork): AnyDefinition {
  return {
    ...definition,
    build: (given = {}, beyond = []) => {
      const model = models.get(keyOfBuild(definition, given, beyond));
      if (model === undefined) throw new Missing(given, beyond);
      if (typeof model === 'string') throw new ModelError(model);
      return model;
    },
  };
}
