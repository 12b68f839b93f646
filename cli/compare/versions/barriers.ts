/** What becomes of barriers between two versions, under one memory model. */
import { memoryModelNames, type MemoryModelName } from '../../../checker/language/memory-name.ts';
import type { Barrier } from '../../../checker/study/barriers/barrier.ts';
import type { Tried } from '../../../checker/study/barriers/ablation.ts';
import type { AblatedBarriers } from '../../../checker/study/barriers/barriers.ts';
import { sides, type Side } from './study.ts';

/**
 * `needed`: without it alone the protocol fails; `superfluous`: it still holds; `idle`: it has no effect under the memory
 * model; `fails`: the protocol fails with all barriers; `open`: not decided; `absent`: the version lacks it.
 */
export const needs = ['needed', 'open', 'fails', 'superfluous', 'idle', 'absent'] as const;
export type Need = (typeof needs)[number];

/** A barrier that one of the versions has, or both. */
export interface BarrierElsewhere extends Readonly<Record<Side, Need>> {
  /** Where it stands in the later version that has it. */
  readonly barrier: Barrier;
  /** Counts from 1 those of the same text in its thread. */
  readonly nth: number;
}

/**
 * The barriers of both versions; those of the same kind, thread and text are the same, in the order of the text.
 *
 * A version with several smallest sets of fixes needs a barrier if one of them needs it.
 */
export function barriersElsewhere(
  ablated: Readonly<Record<Side, AblatedBarriers>>,
  memory: MemoryModelName,
): readonly BarrierElsewhere[] {
  const found = { before: needsIn(ablated.before, memory), after: needsIn(ablated.after, memory) };
  const keys = new Set([...found.after.keys(), ...found.before.keys()]);
  return [...keys].map((key) => {
    const { barrier, nth } = found.after.get(key) ?? found.before.get(key)!;
    const [before, after] = sides.map((side) => found[side].get(key)?.need ?? 'absent');
    return { barrier, nth, before: before!, after: after! };
  });
}

interface Needed {
  readonly barrier: Barrier;
  readonly nth: number;
  readonly need: Need;
}

function needsIn({ variants }: AblatedBarriers, memory: MemoryModelName): ReadonlyMap<string, Needed> {
  const known = new Map<string, Needed>();
  for (const { trial } of variants) {
    const at = trial.sufficient.findIndex((one) => one.memory === memory);
    const { whole } = trial.sufficient[at]!;
    const counts = new Map<string, number>();
    for (const { barrier, without } of trial.barriers) {
      const name = `${barrier.kind} ${barrier.thread} ${barrier.text}`;
      const nth = (counts.get(name) ?? 0) + 1;
      counts.set(name, nth);
      const key = `${name} ${nth}`;
      const need = needOf(whole, without[at]!);
      const before = known.get(key)?.need ?? 'absent';
      known.set(key, { barrier, nth, need: needs.indexOf(need) < needs.indexOf(before) ? need : before });
    }
  }
  return known;
}

function needOf({ verdict: whole }: Tried, { verdict, idle }: Tried): Need {
  if (whole === 'inconclusive') return 'open';
  if (whole !== 'holds') return 'fails';
  if (idle) return 'idle';
  if (verdict === 'inconclusive') return 'open';
  return verdict === 'holds' ? 'superfluous' : 'needed';
}

/** The memory models under which barriers have an effect. */
export const orderedMemories = memoryModelNames.filter((memory) => memory !== 'sc');
