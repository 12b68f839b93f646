/** Turns the findings of a search into an answer. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Property } from '../language/property.ts';
import type { Answer, Schedule, Statistics } from '../state-space/outcome.ts';
import type { Finding, StateSpace } from '../state-space/state-space.ts';

const kinds = ['deadlock', 'error', 'assertion', 'invariant'] as const;

/** By kind, then invariants in the order of the model. */
const order = (finding: Finding) =>
  kinds.indexOf(finding.kind) * 1e6 + (finding.kind === 'invariant' ? finding.property : 0);

/** The finding to report: the shortest; of equal length, deadlocks before model errors, assertions and invariants. */
export function worstOf(
  findings: readonly Finding[],
  lengthOf: (finding: Finding) => number,
): Finding | null {
  const rank = (finding: Finding) => lengthOf(finding) * 1e9 + order(finding);
  const [first, ...others] = findings;
  return first === undefined
    ? null
    : others.reduce((least, other) => (rank(other) < rank(least) ? other : least), first);
}

/** The answer of a finding, with a schedule that leads to it. */
export function answerTo(
  finding: Finding,
  system: TransitionSystem,
  schedule: Schedule,
  minimal: boolean,
): Answer {
  switch (finding.kind) {
    case 'deadlock':
      return { verdict: 'deadlock', schedule, minimal };
    case 'invariant': {
      const property = system.model.properties[finding.property]!.name;
      return { verdict: 'violated', kind: 'invariant', property, schedule, minimal };
    }
    case 'assertion':
      return { verdict: 'violated', kind: 'assertion', property: finding.claim, schedule, minimal };
    case 'error':
      return { verdict: 'error', message: finding.message, schedule };
  }
}

/** The answer of a complete search without findings. */
export function answerAtEnd({ model }: TransitionSystem, { reached }: Pick<StateSpace, 'reached'>): Answer {
  const limits = model.properties.filter(({ limit }, at) => limit === true && reached.has(at));
  if (limits.length > 0) return { verdict: 'inconclusive', reason: limits.map(limitReached).join('; ') };
  const witnesses = model.properties.filter(
    ({ kind, limit }, at) => kind === 'reachable' && limit !== true && !reached.has(at),
  );
  return witnesses.length > 0
    ? { verdict: 'unreached', witnesses: witnesses.map(({ name }) => name) }
    : { verdict: 'holds' };
}

/** The limit, its cause and the option that raises it. */
export const limitReached = ({ name, remedy = '' }: Property): string => `${name}: ${remedy}`;

/** The statistics of a search. */
export function statisticsOf(
  system: TransitionSystem,
  space: Pick<StateSpace, 'count' | 'transitions' | 'bytes' | 'fired'>,
  depth: number,
  method: string,
): Statistics {
  const { count: states, transitions, bytes, fired } = space;
  const unfired = system.transitions.filter(({ id }) => fired[id] === 0);
  return { states, transitions, depth, bytes, unfired, endless: null, method };
}

/** Whether two findings have the same kind and claim. */
export function isSameReport(a: Finding, b: Finding): boolean {
  if (a.kind === 'invariant') return b.kind === 'invariant' && a.property === b.property;
  if (a.kind === 'assertion') return b.kind === 'assertion' && a.claim === b.claim;
  return a.kind === b.kind && (a.kind !== 'error' || (b.kind === 'error' && a.message === b.message));
}
