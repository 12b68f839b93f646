/** Relations with provenance: each pair has a shortest chain of edges. */
import * as r from './relation.ts';
import type { Relation } from './relation.ts';

export interface LabelledEdge {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** `chains[a * size + b]` leads from a to b; undefined if they are not related. */
export interface Labelled {
  readonly size: number;
  readonly chains: readonly (readonly LabelledEdge[] | undefined)[];
}

export const labelled = (
  relation: Relation,
  labelOf: (from: number, to: number) => string | readonly LabelledEdge[],
): Labelled => {
  const { size } = relation;
  const chains = new Array<readonly LabelledEdge[] | undefined>(size * size).fill(undefined);
  for (const [from, to] of r.pairsOf(relation)) {
    const label = labelOf(from, to);
    chains[from * size + to] = typeof label === 'string' ? [{ from, to, label }] : label;
  }
  return { size, chains };
};

const shorter = (
  one: readonly LabelledEdge[] | undefined,
  other: readonly LabelledEdge[] | undefined,
): readonly LabelledEdge[] | undefined =>
  one === undefined || (other !== undefined && other.length < one.length) ? other : one;

export const either = (first: Labelled, ...others: readonly Labelled[]): Labelled =>
  others.reduce(
    (one, other) => ({
      size: one.size,
      chains: one.chains.map((chain, at) => shorter(chain, other.chains[at])),
    }),
    first,
  );

const thenTwo = (one: Labelled, other: Labelled): Labelled => {
  const { size } = one;
  const chains = new Array<readonly LabelledEdge[] | undefined>(size * size).fill(undefined);
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++) {
      const first = one.chains[a * size + b];
      if (first === undefined) continue;
      for (let c = 0; c < size; c++) {
        const second = other.chains[b * size + c];
        if (second === undefined) continue;
        const known = chains[a * size + c];
        if (known === undefined || known.length > first.length + second.length)
          chains[a * size + c] = [...first, ...second];
      }
    }
  return { size, chains };
};

export const followed = (first: Labelled, ...others: readonly Labelled[]): Labelled =>
  others.reduce(thenTwo, first);

export const orNothing = (relation: Labelled): Labelled => ({
  size: relation.size,
  chains: relation.chains.map((chain, at) => (at % (relation.size + 1) === 0 ? [] : chain)),
});

/** One step or more. */
export const steps = ({ size, chains }: Labelled): Labelled => {
  const all = [...chains];
  for (let via = 0; via < size; via++)
    for (let a = 0; a < size; a++) {
      const first = all[a * size + via];
      if (first === undefined) continue;
      for (let b = 0; b < size; b++) {
        const second = all[via * size + b];
        if (second === undefined) continue;
        const known = all[a * size + b];
        if (known === undefined || known.length > first.length + second.length)
          all[a * size + b] = [...first, ...second];
      }
    }
  return { size, chains: all };
};

/** Restricted to these pairs. */
export const only = ({ size, chains }: Labelled, pairs: Relation): Labelled => ({
  size,
  chains: chains.map((chain, at) => (r.has(pairs, Math.floor(at / size), at % size) ? chain : undefined)),
});

/** The shortest chain from an event to itself; undefined if there is none. */
export const shortestCycle = ({ size, chains }: Labelled): readonly LabelledEdge[] | undefined =>
  Array.from({ length: size }, (_, event) => chains[event * size + event])
    .filter((chain) => chain !== undefined && chain.length > 0)
    .reduce(shorter, undefined);
