/** Claims for any number: the options of a definition that allow one, and the small sizes to check beside the proof. */
import type { AnyDefinition, Model } from '../language/model.ts';
import { elementOptions, replicatingOptions, type Given } from './family.ts';

/** A proof goal: the model with these options, for every value of some of them. */
export interface Claim {
  readonly definition: AnyDefinition;
  /** The fixed options; the others have their defaults. */
  readonly given: Given;
  /** The options that are arbitrary. */
  readonly any: readonly string[];
  /** Edits each model after its build, for example a mutation. */
  readonly edit?: (model: Model) => Model;
}

/** The options for which a proof for any number is possible: numbers of copies and of elements. */
export interface AnyOptions {
  readonly copies: readonly string[];
  readonly elements: readonly string[];
}

export function anyOptionsOf(definition: AnyDefinition, given: Given): AnyOptions {
  const ofDefinition = anyOptions.get(definition) ?? new Map<string, AnyOptions>();
  anyOptions.set(definition, ofDefinition);
  const key = JSON.stringify(given);
  const known = ofDefinition.get(key) ?? {
    copies: replicatingOptions(definition, given),
    elements: elementOptions(definition, given),
  };
  ofDefinition.set(key, known);
  return known;
}

/** Cache by given options: the answer requires building the definition, which takes time. */
const anyOptions = new WeakMap<AnyDefinition, Map<string, AnyOptions>>();

/** The claims for any number: first for all options at once, then for fewer. The options in `kept` stay fixed. */
export function claimsOf(definition: AnyDefinition, given: Given, kept: readonly string[]): readonly Claim[] {
  const all = anyOptionsOf(definition, given);
  const copies = all.copies.filter((key) => !kept.includes(key));
  const elements = all.elements.filter((key) => !kept.includes(key));
  const sets = [
    ...elements.map((element) => [...copies, element]),
    ...(copies.length > 0 ? [copies] : []),
    ...(copies.length > 1 ? copies.map((key) => [key]) : []),
  ];
  return sets.map((any) => ({ definition, given: withoutKeys(given, any), any }));
}

const withoutKeys = (given: Given, keys: readonly string[]): Given =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key)));

/** The largest small size to check. */
const largestSmall = 6;

export const isSame = (one: Given, other: Given) => JSON.stringify(one) === JSON.stringify(other);

/** Small sizes in order; the number of elements starts at its default. */
export function smallSizes({ definition, given, any }: Claim): readonly Given[] {
  const { copies } = anyOptionsOf(definition, given);
  const option = (key: string) =>
    definition.options[key] as { readonly low: number; readonly high: number; readonly fallback: number };
  const growing = any.filter((key) => copies.includes(key));
  const elements = any.filter((key) => !copies.includes(key));
  const most = Math.max(0, ...growing.map((key) => option(key).high - option(key).low));
  const usual = Object.fromEntries(elements.map((key) => [key, option(key).fallback]));
  const sizes = Array.from({ length: Math.min(most + 1, largestSmall) }, (_, more) =>
    Object.fromEntries(growing.map((key) => [key, Math.min(option(key).low + more, option(key).high)])),
  );
  const few = elements.flatMap((key) =>
    [0, 1, 2, 3].map((more) => ({
      ...sizes[0]!,
      ...usual,
      [key]: Math.min(option(key).low + more, option(key).high),
    })),
  );
  const all = [
    ...sizes.slice(0, 1).map((one) => ({ ...one, ...usual })),
    ...few,
    ...sizes.slice(1).map((one) => ({ ...one, ...usual })),
  ];
  return all.filter((one, place) => all.findIndex((other) => isSame(one, other)) === place);
}
