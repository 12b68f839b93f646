/** What a seeded search looks for, and the threads without which it cannot happen. */
import * as copySet from './copy-set.ts';
import { effectsIn } from '../../program/code-walk.ts';
import type { Code } from '../../program/transition-system.ts';
import type { CopySet } from './copy-set.ts';
import type { CurrentState, StubbornSets, StubbornContext } from './stubborn-sets.ts';
import type { Finding } from '../../state-space/state-space.ts';

/** Events of which a seeded search finds the nearest. */
export interface Goal {
  /** Claims of assertions that fail. */
  readonly claims: readonly string[];
  /** Positions in `Model.properties`: invariants that are violated. */
  readonly properties: readonly number[];
  /** Any mistake of the author. */
  readonly errors: boolean;
  /** A deadlock: then nothing can be left out, for every thread may have its part in it. */
  readonly deadlocks: boolean;
}

/** The goal of finding these, or the like, again. */
export function goalOf(findings: readonly Finding[]): Goal {
  return {
    claims: [
      ...new Set(findings.flatMap((finding) => (finding.kind === 'assertion' ? [finding.claim] : []))),
    ],
    properties: [
      ...new Set(findings.flatMap((finding) => (finding.kind === 'invariant' ? [finding.property] : []))),
    ],
    errors: findings.some(({ kind }) => kind === 'error'),
    deadlocks: findings.some(({ kind }) => kind === 'deadlock'),
  };
}

/**
 * Copies one of which moves on every way from the state to the goal.
 *
 * Sound for:  invariants that hold in the state: who violates one of their conjuncts writes what it reads.
 */
export function seedsOf(
  goal: Goal,
  current: CurrentState,
  { numbering, visibility }: StubbornContext,
  sets: StubbornSets,
): CopySet {
  if (goal.deadlocks || goal.errors) return copySet.allCopies;
  const properties = new Set(goal.properties);
  const conjuncts = visibility.conjuncts.flatMap(({ property }, at) =>
    properties.has(property) ? [at] : [],
  );
  let seeds = conjuncts.length === 0 ? copySet.noCopies : sets.mayChange(current, conjuncts);
  for (const [copy, { table }] of numbering.copies.entries())
    if (table.locations.flat().some(({ code }) => asserts(code, goal.claims)))
      seeds = copySet.adding(seeds, copy);
  return seeds;
}

function asserts(code: Code, claims: readonly string[]): boolean {
  for (const effect of effectsIn(code))
    if (effect.kind === 'assert' && claims.includes(effect.claim)) return true;
  return false;
}
