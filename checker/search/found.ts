/** Findings of a search whose states lie outside of its memory: the worst of them, and where it lies. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { CompiledSpace, PackedFinding } from '../engine/compiled-space.ts';
import type { Answer, Outcome } from '../state-space/outcome.ts';
import type { Finding } from '../state-space/state-space.ts';
import { liftTrace } from '../trace/lift-trace.ts';
import { answerTo, statisticsOf, worstOf } from './answer.ts';

/** A finding with the length of the shortest runs to it and the depth of its state. */
export interface Found extends PackedFinding {
  readonly length: number;
  readonly depth: number;
}

/** The findings that were made while a level was expanded; -1: in the initial states. */
export const placed = (findings: readonly PackedFinding[], level: number): readonly Found[] =>
  findings.map((one) => ({ ...one, ...placeOf(one.finding, level) }));

/** The worst of all; of equally bad ones that of the least state, whatever order they come in. */
export function worstFound(best: Found | null, found: readonly Found[]): Found | null {
  if (found.length === 0) return best;
  const all = [...(best === null ? [] : [best]), ...found].sort((a, b) => compareBytes(a.state, b.state));
  const lengths = new Map(all.map(({ finding, length }) => [finding, length]));
  const worst = worstOf([...lengths.keys()], (finding) => lengths.get(finding)!);
  return all.find(({ finding }) => finding === worst)!;
}

/** The order of packed states as sequences of bytes. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

/** An invariant fails in a state of the next level. */
function placeOf({ kind }: Finding, level: number): Pick<Found, 'length' | 'depth'> {
  switch (kind) {
    case 'deadlock':
      return { length: level, depth: level };
    case 'invariant':
      return { length: level + 1, depth: level + 1 };
    case 'assertion':
    case 'error':
      return { length: level + 1, depth: level };
  }
}

/**
 * The answer of a finding at the end of a path of packed states, from an initial one to the state of the finding.
 *
 * Throws  Error if the path is none.
 */
export function answerOfPath(
  system: TransitionSystem,
  space: CompiledSpace,
  path: readonly Uint8Array[],
  { finding, minimal }: { readonly finding: Finding; readonly minimal: boolean },
): Answer {
  space.compiled.memory.replace(path.length, path);
  const at = { ...finding, state: path.length - 1 };
  return answerTo(at, system, liftTrace(system, space, [...path.keys()], at), minimal);
}

/** A search that could not begin. */
export function unstarted(system: TransitionSystem, reason: string, method: string): Outcome {
  const nothing = { count: 0, transitions: 0, bytes: 0, fired: system.transitions.map(() => 0) };
  return { verdict: 'inconclusive', reason, statistics: statisticsOf(system, nothing, 0, method) };
}
