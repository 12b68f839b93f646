/** Mutants of the registry: what a check of up to three copies refutes is proved for no number. */
import { describe, expect, test } from 'vitest';
import { declaredClaim } from '../../cli/prove/all.ts';
import { anyOptionsOf, type Claim } from '../../checker/family/claim.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { AnyDefinition, Model } from '../../checker/language/model.ts';
import { mutationsOf } from '../../checker/study/mutate/mutation.ts';
import { edited } from '../../checker/study/mutate/edited.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { provingByViews } from '../../checker/search/prove.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { registry } from '../../models/registry.ts';
import { long } from '../depth.ts';

/** The claim of the first scenario that is proved for any number of copies alone; null where there is none. */
function claimOf(definition: AnyDefinition): Claim | null {
  const found = definition.scenarios.find(
    ({ proves = [], options, memory }) => proves.length > 0 && memory === undefined && !('memory' in options),
  );
  if (found === undefined) return null;
  const { copies } = anyOptionsOf(definition, {});
  const any = found.proves!.filter((key) => copies.includes(key));
  return any.length === 0 ? null : declaredClaim(definition, { ...found, proves: any });
}

const mutated =
  (name: string) =>
  (model: Model): Model => {
    const mutation = mutationsOf(model).find((one) => one.name === name);
    return mutation === undefined ? model : edited(model, mutation.thread, mutation.edits);
  };

/** A proof that asks so often whether to stop is left open: what is proved is proved with fewer views. */
const patience = 60;

function work() {
  let asked = 0;
  const stop = () => (++asked > patience ? 'it takes too long for a law' : null);
  return { limits: { ...noLimits, maxStates: 3000, stop }, settings: defaultSettings };
}

/** Up to so many copies a check may refute it. */
const mostCopies = 3;

/** The number of copies at which a check refutes the claim; null where none of them does. */
function refutedAt({ definition, given, any, edit }: Claim): number | null {
  const lowest = any.map((key) => (definition.options[key] as { readonly low: number }).low);
  for (let size = Math.max(...lowest); size <= mostCopies; size++) {
    const model = definition.build({ ...given, ...Object.fromEntries(any.map((key) => [key, size])) });
    const { verdict } = check(edit!(model), { ...noLimits, maxStates: 3000 }).outcome;
    if (verdict === 'violated' || verdict === 'deadlock' || verdict === 'error') return size;
  }
  return null;
}

/** Of the mutants of all claims each `every`th: how many are refuted, and the names of those that are proved all the same. */
function tried(every: number): { readonly refuted: number; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  let [at, refuted] = [0, 0];
  for (const claim of registry.map(claimOf).filter((one) => one !== null))
    for (const { name } of mutationsOf(claim.definition.build(claim.given))) {
      if (at++ % every !== 0) continue;
      const mutant = { ...claim, edit: mutated(name) };
      try {
        const size = refutedAt(mutant);
        if (size === null) continue;
        refuted++;
        const { verdict } = finish(provingByViews(mutant, work()));
        if (verdict === 'holds') wrong.push(`${claim.definition.name}: ${name}, refuted at ${size}`);
      } catch (error) {
        // A mutant that means nothing is none.
        if (!(error instanceof ModelError)) throw error;
      }
    }
  return { refuted, wrong };
}

describe('a mutant that a check of up to three copies refutes is proved for no number', () => {
  test('of a sample', () => {
    const { refuted, wrong } = tried(41);
    expect(wrong).toEqual([]);
    expect(refuted).toBeGreaterThan(5);
  });

  test('of all', { ...long, timeout: 1_200_000 }, () => {
    const { refuted, wrong } = tried(1);
    expect(wrong).toEqual([]);
    expect(refuted).toBeGreaterThan(150);
  });
});
