/** Describes claims for any number, and why they are not proved. */
import { anyOptionsOf, type Claim } from '../family/claim.ts';
import type { Proved, Small } from '../search/prove.ts';
import { count } from './numbers.ts';
import { asTyped } from './options-text.ts';
import { headline } from './verdict.ts';

/** `any number of CPUs in gup_fast and ptes` */
export function anyOf({ definition, given, any }: Claim): string {
  const { copies } = anyOptionsOf(definition, given);
  const names = any.map((key) => (copies.includes(key) ? definition.options[key]!.description : key));
  return `any number of ${names.join(' and ')}`;
}

/** The largest number of copies that a result covers; null: it covers any, or is no proof. */
export function upToOf(result: Proved['result']): number | null {
  if (result.verdict !== 'holds') return null;
  const bounds = result.proofs.flatMap(({ upTo }) => upTo ?? []);
  return bounds.length === 0 ? null : Math.min(...bounds);
}

/** `any number of CPUs in gup_fast, up to 268,435,456` */
export const boundedAnyOf = (claim: Claim, upTo: number | null): string =>
  `${anyOf(claim)}${upTo === null ? '' : `, up to ${count(upTo)}`}`;

export function reasonOf(result: Proved['result']): string {
  switch (result.verdict) {
    case 'holds':
      return 'proved';
    case 'refuted':
      return `${headline(result.by.checked.outcome)} (${describeSizes(result.by)})`;
    case 'not proved':
      return result.reason;
  }
}

/** The verdict in one line, without the model's name. */
export function proofHeadline({ claim, result }: Pick<Proved, 'claim' | 'result'>): string {
  switch (result.verdict) {
    case 'holds':
      return `holds for ${boundedAnyOf(claim, upToOf(result))}`;
    case 'refuted':
      return reasonOf(result);
    case 'not proved':
      return `not proved for ${anyOf(claim)}: ${result.reason}`;
  }
}

/** `--cpus 2` */
export const describeSizes = ({ sizes }: Small) =>
  Object.entries(sizes)
    .map(([key, size]) => asTyped(key, size))
    .join(' ');

/** That every copy of some threads ends, in one sentence; empty: nothing is known of an end. */
export const endsText = (threads: readonly string[]): string =>
  threads.length === 0 ? '' : `and ${threads.map((thread) => `every ${thread}`).join(' and ')} ends`;
