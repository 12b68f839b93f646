/** One variant of a model: built, with its table, or the model error. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import { transitionSystem } from '../../../checker/program/build-transitions.ts';
import { inFull } from '../../../checker/memory/memory-models.ts';
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import { withFallbacks } from '../../../checker/language/option.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { beginningsOf } from '../walk/steps.ts';

export interface Built {
  readonly kind: 'built';
  readonly definition: AnyDefinition;
  /** Every option with its value. */
  readonly options: Choices;
  readonly model: Model;
  readonly system: TransitionSystem;
  /** Changes whenever the meaning of the model may have. */
  readonly fingerprint: string;
}

export interface Invalid {
  readonly kind: 'error';
  readonly definition: AnyDefinition;
  readonly options: Choices;
  readonly message: string;
}

export type BuiltVariant = Built | Invalid;

export function variantOf(definition: AnyDefinition, chosen: Choices): BuiltVariant {
  let options = chosen;
  try {
    options = withFallbacks(definition.options, chosen);
    const model = definition.build(options);
    const system = transitionSystem(inFull(model));
    beginningsOf(system);
    return { kind: 'built', definition, options, model, system, fingerprint: fingerprintOf(model) };
  } catch (error) {
    return { kind: 'error', definition, options, message: told(error) };
  }
}

/** Recognizes ModelError by name, because a user's module has its own copy of the language. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'ModelError' ? error.message : `build(...) throws ${error.name}: ${error.message}`;
}

/** FNV-1a over the text of the model, in base 36. */
function fingerprintOf(model: Model): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(model)) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(36);
}
