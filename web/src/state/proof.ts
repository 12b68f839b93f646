/** The proof for any number of CPUs and ptes, searched for after the check of the variant. */
import { effect, signal, untracked } from '@preact/signals';
import { claimsOf } from '../../../checker/family/claim.ts';
import { familyOf, unprovableMemory } from '../../../checker/family/family.ts';
import { Refusal } from '../../../checker/family/refusal.ts';
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { Checker, type Running } from '../check/client.ts';
import { keyOfBuild, type PlainProof } from '../check/messages.ts';
import { report } from './report.ts';
import { built, check } from './session.ts';
import type { Built } from './variant.ts';

export type AnyNumber =
  /** There is nothing to prove. */
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly proof: PlainProof };

const none: AnyNumber = { kind: 'none' };

export const anyNumber = signal<AnyNumber>(none);

/** Time limit of a proof, in seconds. */
const budget = 6;

/** Limit on the states of checks of small numbers. */
const maxStates = 200_000;

const checker = new Checker();
let running: Running<'prove'> | null = null;
let round = 0;

/** Starts a proof after every check that ends in 'holds'. */
export const keepProving = (): (() => void) =>
  effect(() => {
    const [variant, now] = [built.value, check.value];
    const own = ++round;
    anyNumber.value = none;
    running?.stop();
    running = null;
    const holds = now.kind === 'done' && now.outcome.verdict === 'holds';
    if (variant !== null && holds && report === null)
      untracked(() => void prove(variant, () => own === round));
  });

export const stopProving = (): void => running?.stop();

async function prove({ definition, options }: Built, isWanted: () => boolean): Promise<void> {
  if (unprovableMemory(options) !== null) return;
  // Shows the verdict first, because building takes time.
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (!isWanted()) return;
  const { build, ...plain } = definition;
  const models = new Map<string, Model | string>();
  const recording: AnyDefinition = {
    ...definition,
    build: (given = {}, beyond = []) => {
      const key = keyOfBuild(definition, given, beyond);
      const model = models.get(key) ?? builtOr(build, given, beyond);
      models.set(key, model);
      if (typeof model === 'string') throw new ModelError(model);
      return model;
    },
  };
  if (!recordFamilies(recording, options)) return;
  anyNumber.value = { kind: 'running' };
  try {
    for (;;) {
      running = checker.run({ kind: 'prove', definition: plain, given: options, models, budget, maxStates });
      const result = await running.result;
      if (!isWanted()) return;
      if (result.kind === 'proof') {
        anyNumber.value = { kind: 'done', proof: result.proof };
        return;
      }
      // Numbers below the size of the views, which the families did not build.
      const { given, beyond } = result;
      models.set(keyOfBuild(definition, given, beyond), builtOr(build, given, beyond));
    }
  } catch {
    if (isWanted()) anyNumber.value = none;
  }
}

/** Builds the models of the families of all claims; returns whether there is a claim. */
function recordFamilies(recording: AnyDefinition, given: Choices): boolean {
  const claims = claimsOf(recording, given, []);
  for (const claim of claims)
    try {
      familyOf(recording, claim.given, claim.any);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  return claims.length > 0;
}

/** A model, or its error; a user's module has its own copy of ModelError. */
function builtOr(build: AnyDefinition['build'], given: Choices, beyond: readonly string[]): Model | string {
  try {
    return build(given, beyond);
  } catch (error) {
    if (error instanceof Error && error.name === 'ModelError') return error.message;
    throw error;
  }
}
