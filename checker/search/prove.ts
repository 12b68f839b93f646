/** Proves a protocol for any number of copies by views that are closed under steps, and by checks of small numbers. */
import { anyOptionsOf, isSame, smallSizes, type Claim } from '../family/claim.ts';
import type { Configuration } from '../family/configuration.ts';
import { familyOf, unprovableMemory, type Family, type Given } from '../family/family.ts';
import { judge } from '../family/judge.ts';
import { machineOf, type AbstractMachine } from '../family/machine.ts';
import { boundsOf } from '../family/bounds.ts';
import { rolesOf } from '../family/roles.ts';
import { Refusal } from '../family/refusal.ts';
import { Views } from '../family/views.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import { endingThreads, isSettled } from '../liveness/finite-runs.ts';
import type { Model } from '../language/model.ts';
import { checking, type Checked } from './check.ts';
import type { Limits } from '../state-space/outcome.ts';
import { defaultSettings, type SearchSettings } from './settings.ts';
import type { Cooperative } from '../state-space/cooperative.ts';

/** A closed set of views without a violation, and its claim. */
export interface Proof {
  readonly claim: Claim;
  readonly family: Family;
  readonly element: string | null;
  /** Copies of each group in a view; the shares of copies outside are exact below `most`. */
  readonly size: number;
  readonly most: number;
  /** The largest number of copies of a thread that the proof covers; null: any. */
  readonly upTo: number | null;
  readonly views: readonly Configuration[];
  readonly machine: AbstractMachine;
  /** By option: the least number that the views cover. */
  readonly from: Readonly<Record<string, number>>;
}

/** A check of one number of copies. */
export interface Small {
  readonly sizes: Given;
  readonly checked: Checked;
}

export type Proving =
  | { readonly verdict: 'holds'; readonly proofs: readonly Proof[]; readonly small: readonly Small[] }
  /** The finding of a check of a small number. */
  | { readonly verdict: 'refuted'; readonly by: Small; readonly small: readonly Small[] }
  | {
      readonly verdict: 'not proved';
      readonly reason: string;
      /** The abstract counterexample; null: the model is rejected, or a limit was reached. */
      readonly doubt: { readonly machine: AbstractMachine; readonly where: Configuration } | null;
      readonly small: readonly Small[];
    };

/** Pairs of `size` and `most`, in the order of the attempts. */
const ladder = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
  [3, 1],
] as const;

/** Limit on the number of views; larger sizes have many more. */
const mostViews = 40_000;

/** Limits on the states of checks of small numbers. */
const smallStates = { proved: 20_000, open: 1_000_000 };

/** The proved claim, and the larger claims that are not proved. */
export interface Proved {
  readonly claim: Claim;
  readonly result: Proving;
  readonly larger: readonly { readonly claim: Claim; readonly result: Proving }[];
}

/**
 * Tries the claims in order until one is proved; if none is, the result is that of the last.
 */
export function* provingMost(
  claims: readonly Claim[],
  limits: Limits,
  settings?: SearchSettings,
): Cooperative<Proved> {
  const larger: { claim: Claim; result: Proving }[] = [];
  for (const claim of claims) {
    const result = yield* proving(claim, limits, settings);
    if (result.verdict === 'holds' || limits.stop() !== null || larger.length === claims.length - 1)
      return { claim, result, larger };
    larger.push({ claim, result });
  }
  throw new Error('provingMost needs at least one claim');
}

/** The threads of which every copy ends, whatever the number, where the claim is proved: it has no deadlock. */
export const endsFor = (claim: Claim): readonly string[] => endingThreads(modelAt(claim, {}));

/**
 * The proof of a claim, or the reason why there is none. A claim is not proved if the check of its smallest number is
 * inconclusive.
 */
export function* proving(
  claim: Claim,
  limits: Limits,
  settings: SearchSettings = defaultSettings,
): Cooperative<Proving> {
  const reason = unprovableMemory(claim.given);
  if (reason !== null) return { verdict: 'not proved', reason, doubt: null, small: [] };
  const small: Small[] = [];
  const refuted = yield* checkSmall(claim, { limits, settings, small, states: smallStates.proved });
  if (refuted !== null) return refuted;
  if (small.length === 0 || small[0]!.checked.outcome.verdict === 'inconclusive')
    return { verdict: 'not proved', reason: inconclusiveOf(small), doubt: null, small };
  const attempt = yield* provingByViews(claim, { limits, settings });
  if (attempt.verdict === 'holds') return withReached({ ...attempt, small: [...small, ...attempt.small] });
  const found = yield* checkSmall(claim, { limits, settings, small, states: smallStates.open });
  return found ?? { ...attempt, small };
}

const inconclusiveOf = ([first]: readonly Small[]) =>
  first?.checked.outcome.verdict === 'inconclusive'
    ? first.checked.outcome.reason
    : 'no number of copies was checked';

/** Refutes a proof if no checked number reaches the witnesses: it could be vacuous. */
function withReached(proved: Proving & { readonly verdict: 'holds' }): Proving {
  const { small } = proved;
  const decided = small.filter(({ checked }) => checked.outcome.verdict !== 'inconclusive');
  const unreached = decided.find(({ checked }) => checked.outcome.verdict === 'unreached');
  if (unreached === undefined || decided.some(({ checked }) => checked.outcome.verdict === 'holds'))
    return proved;
  return { verdict: 'refuted', by: unreached, small };
}

/** Limits and settings of a proof. */
export interface ProofEffort {
  readonly limits: Limits;
  readonly settings: SearchSettings;
}

/** Checks small numbers until there are too many states; null: none is refuted. */
function* checkSmall(
  claim: Claim,
  { limits, settings, small, states }: ProofEffort & { readonly small: Small[]; readonly states: number },
): Cooperative<Proving | null> {
  for (const sizes of smallSizes(claim)) {
    if (small.some((one) => isSame(one.sizes, sizes) && one.checked.outcome.verdict !== 'inconclusive'))
      continue;
    const last = small.at(-1)?.checked.outcome.statistics.states ?? 0;
    if (last > states / 4) break;
    const maxStates = Math.min(states, limits.maxStates);
    const checked = yield* checkingAt(claim, sizes, { limits: { ...limits, maxStates }, settings });
    small.push({ sizes, checked });
    const { verdict } = checked.outcome;
    if ('schedule' in checked.outcome) return { verdict: 'refuted', by: small.at(-1)!, small };
    if (verdict === 'inconclusive') break;
  }
  return null;
}

function modelAt({ definition, given, edit }: Claim, sizes: Given): Model {
  const model = definition.build({ ...given, ...sizes });
  return edit === undefined ? model : edit(model);
}

function* checkingAt(claim: Claim, sizes: Given, { limits, settings }: ProofEffort): Cooperative<Checked> {
  return yield* checking(modelAt(claim, sizes), limits, settings);
}

export type Attempt = Exclude<Proving, { readonly verdict: 'refuted' }>;

/** The proof by views; checks only the small numbers that the views do not cover. */
export function* provingByViews(claim: Claim, work: ProofEffort): Cooperative<Attempt> {
  try {
    return yield* climbing(claim, work);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { verdict: 'not proved', reason: error.message, doubt: null, small: [] };
  }
}

/** Tries views of increasing size; proves or checks separately the numbers that they do not cover. */
function* climbing(claim: Claim, work: ProofEffort): Cooperative<Attempt> {
  const { copies } = anyOptionsOf(claim.definition, claim.given);
  const elements = claim.any.filter((key) => !copies.includes(key));
  if (elements.length > 1)
    throw new Refusal(
      `a proof covers any number of elements of one option, not of ${elements.join(' and ')}`,
    );
  const [element = null] = elements;
  const family = familyOf(claim.definition, claim.given, claim.any, claim.edit);
  let open: Attempt | null = null;
  for (const { size, most, upTo } of rungsOf(family, element)) {
    const machine = machineOf(family, { most, upTo: upTo ?? Infinity }, element);
    if (!areEnough(machine, size)) break;
    const views = new Views(machine, size);
    const reason = yield* closing(views, work.limits);
    if (reason !== null) return open ?? { verdict: 'not proved', reason, doubt: null, small: [] };
    judge(views);
    const [doubt] = views.doubts.values();
    if (doubt !== undefined) {
      open = { verdict: 'not proved', reason: doubt.what, doubt: { machine, where: doubt.where }, small: [] };
      continue;
    }
    const unproved = unprovedRuns(claim);
    if (unproved !== null) throw new Refusal(unproved);
    const from = fromOf(machine, size);
    if (Object.values(from).some((least) => upTo !== null && least > upTo)) break;
    const all = [...views.all.values()].map((view) => views.unpacked(view));
    const proof: Proof = { claim, family, element, size, most, upTo, views: all, machine, from };
    const below = yield* provingBelow(claim, from, work);
    return below.verdict === 'holds' ? { ...below, proofs: [proof, ...below.proofs] } : below;
  }
  return (
    open ?? { verdict: 'not proved', reason: 'a thread has fewer copies than a view', doubt: null, small: [] }
  );
}

interface Rung {
  readonly size: number;
  readonly most: number;
  readonly upTo: number | null;
}

/** The attempts in order: with each size the largest numbers of copies for which the counters cannot wrap. */
const rungsOf = (family: Family, element: string | null): readonly Rung[] =>
  ladder.flatMap(([size, most]) => boundsOf(rolesOf(family, element)).map((upTo) => ({ size, most, upTo })));

/** The number of copies up to which the first attempt is about a claim; null: any number. */
export function firstBound({ definition, given, any, edit }: Claim): number | null {
  const { copies } = anyOptionsOf(definition, given);
  const element = any.find((key) => !copies.includes(key)) ?? null;
  return boundsOf(rolesOf(familyOf(definition, given, any, edit), element))[0]!;
}

/** Why what the model claims of its runs is not proved for any number; null: it claims nothing, or deadlock freedom settles it. */
function unprovedRuns(claim: Claim): string | null {
  const model = modelAt(claim, {});
  const [first] = model.liveness ?? [];
  return first === undefined || isSettled(transitionSystem(model))
    ? null
    : `"${first.name}" is about runs that the text of the threads does not bound: check decides it for fixed numbers`;
}

/** Whether threads with a fixed number of copies have as many as a view. */
const areEnough = ({ roles }: AbstractMachine, size: number) =>
  roles.groups.every(({ copies: { per, constant } }) => Object.keys(per).length > 0 || constant >= size);

/** By option: the least number with as many copies as a view. */
function fromOf({ roles }: AbstractMachine, size: number): Proof['from'] {
  const { options, least } = roles.family;
  return Object.fromEntries(
    options.map((option) => {
      const needed = roles.groups
        .filter(({ copies }) => option in copies.per)
        .map(({ copies }) => size - copies.constant);
      return [option, Math.max(least[option]!, ...needed)];
    }),
  );
}

/** Closes the set of views; returns the reason if it stopped, or null. */
function* closing(views: Views, limits: Limits): Cooperative<string | null> {
  const part = `views of ${views.size}`;
  for (let steps = 0; views.step(); steps++) {
    if (views.all.size > mostViews) return `more than ${mostViews} views`;
    if (steps % 16 !== 0) continue;
    limits.onProgress({ states: views.all.size, frontier: views.all.size - views.used.size, depth: 0, part });
    yield;
    const reason = limits.stop();
    if (reason !== null) return reason;
  }
  return null;
}

/** Proves the numbers that the views do not cover: fixes one option at a time, and checks if none is left. */
function* provingBelow(claim: Claim, from: Proof['from'], work: ProofEffort): Cooperative<Attempt> {
  const proofs: Proof[] = [];
  const small: Small[] = [];
  for (const option of claim.any) {
    const { low } = claim.definition.options[option] as { readonly low: number };
    for (let size = low; size < from[option]!; size++) {
      const part: Claim = {
        ...claim,
        given: { ...claim.given, [option]: size },
        any: claim.any.filter((other) => other !== option),
      };
      const found =
        part.any.length === 0 ? yield* checkedOnly(part, work) : yield* provingByViews(part, work);
      if (found.verdict !== 'holds') return { ...found, reason: `with ${option} ${size}: ${found.reason}` };
      proofs.push(...found.proofs);
      small.push(...found.small);
    }
  }
  return { verdict: 'holds', proofs, small };
}

function* checkedOnly(claim: Claim, work: ProofEffort): Cooperative<Attempt> {
  const checked = yield* checkingAt(claim, {}, work);
  const { outcome } = checked;
  const small = [{ sizes: claim.given, checked }];
  if (outcome.verdict === 'holds' || outcome.verdict === 'unreached')
    return { verdict: 'holds', proofs: [], small };
  const reason = outcome.verdict === 'inconclusive' ? outcome.reason : outcome.verdict;
  return { verdict: 'not proved', reason, doubt: null, small };
}
