/** The compiled space of a search that keeps its states outside of it: no reduction but symmetry, no claims about runs. */
import { goalsOf } from '../language/liveness.ts';
import { numberingOf } from '../program/numbering.ts';
import { symmetryOf } from '../program/symmetry.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { compiledSpace, type CompiledSpace } from '../engine/compiled-space.ts';
import { tooManyBeginnings } from './breadth-first.ts';
import { needsEdges } from './decide-liveness.ts';
import type { SearchSettings } from './settings.ts';

/** The memory of addresses of 32 bits. */
const mostBytes = 2 ** 32;

export interface ExternalSpace {
  readonly space: CompiledSpace;
  /** Such as 'compiled, symmetric, on disk'. */
  readonly method: string;
  /** Two spaces pack equal states alike if these texts are equal. */
  readonly search: string;
}

/** Why a search that keeps its states at a `place` such as 'on disk' cannot decide the model, or null. */
export function externalRefusal(system: TransitionSystem, place: string): string | null {
  const { machine, liveness = [] } = system.model;
  if (machine === 'arm64') return `the states of an arm64 machine are not kept ${place}`;
  if (!needsEdges(system)) return tooManyBeginnings(system);
  const claims = new Set(goalsOf(system.model).map(({ claim }) => `"${liveness[claim]!.name}"`));
  return `liveness is not decided ${place}: ${[...claims].join(', ')}`;
}

/** The space of a system that is not refused; states are canonical where the model has symmetry. */
export function externalSpace(
  system: TransitionSystem,
  { maxBytes, parallel, symmetry: wanted }: Pick<SearchSettings, 'maxBytes' | 'parallel' | 'symmetry'>,
  place: string,
): ExternalSpace {
  const symmetry = wanted ? symmetryOf(numberingOf(system)) : null;
  const groups = symmetry !== null && symmetry.groups.length > 0 ? symmetry : null;
  const method = groups === null ? `compiled, ${place}` : `compiled, symmetric, ${place}`;
  const space = compiledSpace(system, {
    maxBytes: Math.min(maxBytes ?? mostBytes, mostBytes),
    wideFrom: null,
    fold: null,
    compact: null,
    parallel,
    symmetry: groups,
    forget: groups !== null,
  });
  return { space, method, search: JSON.stringify({ symmetric: groups !== null, model: system.model }) };
}
