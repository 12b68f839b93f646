/** Interned spaces with a part replaced: the full search that laws compare with, and deliberate faults that they must notice. */
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { minding, changing } from '../../checker/reduction/analysis/access.ts';
import type { CellScope } from '../../checker/reduction/analysis/scope.ts';
import {
  ThreadModular,
  type Future,
  type ScopeContext,
} from '../../checker/reduction/analysis/thread-modular.ts';
import {
  contextOf,
  InternedSpace,
  type ReducedSpace,
  type Selector,
} from '../../checker/reduction/reduced-space.ts';
import { allCopies, type CopySet } from '../../checker/reduction/stubborn/copy-set.ts';
import { SimilarStates } from '../../checker/reduction/stubborn/similar-states.ts';
import { firstLocal } from '../../checker/reduction/state/interned-state.ts';
import { StepCache } from '../../checker/reduction/stubborn/step-cache.ts';
import {
  soundDependence,
  StubbornSets,
  type Dependence,
  type StubbornContext,
} from '../../checker/reduction/stubborn/stubborn-sets.ts';

/** Everything is expanded; dead locals are kept unless `forget` is set. */
export function fullSpace(
  system: TransitionSystem,
  { forget = false, symmetry = false }: { readonly forget?: boolean; readonly symmetry?: boolean } = {},
): ReducedSpace {
  const context = contextOf(system);
  const everyCopy = { select: () => allCopies };
  return new InternedSpace(forget ? context : keepingLocals(context), everyCopy, symmetry);
}

function keepingLocals(context: StubbornContext): StubbornContext {
  const { states, visibility, numbering } = context;
  const noneDead = numbering.system.threads.map(({ locations }) => locations.map(() => []));
  return { ...context, steps: new StepCache(states, visibility, noneDead) };
}

/** Its cells count as never changed by their copy. */
class Undisturbed extends ThreadModular {
  override readonly scopes: readonly CellScope[];

  constructor({ numbering, visibility, threadModular }: StubbornContext) {
    super(numbering, visibility);
    this.scopes = threadModular.scopes.map((scope) => ({ ...scope, changed: [] }));
  }
}

/** It does not report the cells on which a future depends. */
class Silent extends ThreadModular {
  override future(copy: number, locals: ArrayLike<number>, around: ScopeContext): Future {
    return super.future(copy, locals, around, () => undefined);
  }
}

/** Stubborn sets to which states are similar where as many copies, of whichever thread, are in some local state. */
export function hastySpace(system: TransitionSystem, symmetry: boolean): ReducedSpace {
  const context = contextOf(system);
  const similar = {
    fingerprint: (words: Int32Array) => words.slice(firstLocal).reduce((sum, local) => sum + local, 0),
    recordOf: () => 0,
  };
  return new InternedSpace(context, new StubbornSets(context, soundDependence, similar), symmetry);
}

/** The set chosen in the first of similar states is chosen in all of them. */
function untested({ states, threadModular }: StubbornContext, sets: Selector): Selector {
  const similar = new SimilarStates(states, threadModular);
  const chosen = new Map<number, CopySet>();
  return {
    select: (current) => {
      const print = similar.fingerprint(current.words);
      const set = chosen.get(print) ?? sets.select(current);
      chosen.set(print, set);
      return set;
    },
  };
}

interface Fault {
  readonly dependence?: Partial<Dependence>;
  readonly threadModular?: (context: StubbornContext) => ThreadModular;
  readonly selector?: (context: StubbornContext, sets: Selector) => Selector;
  /** Replaces `complete`. */
  readonly complete?: () => boolean;
}

export const faults = {
  /** Nothing joins a set because it could enable a disabled step. */
  enabling: { dependence: { mayEnable: () => false } },
  /** Writers of what a property reads do not depend on each other. */
  visibility: {
    dependence: {
      conflict: (step, future, isConjunct) =>
        !isConjunct && soundDependence.conflict(step, future, isConjunct),
    },
  },
  /** Threads may be ignored for ever. */
  proviso: { complete: () => false },
  /** Only writes conflict with writes. */
  readWrite: {
    dependence: {
      conflict: (step, future) => (step & changing & future) !== 0,
      mayChange: () => false,
    },
  },
  /** The other threads write nothing while one runs. */
  interference: { threadModular: (context) => new Undisturbed(context) },
  /** A step that tests a counter is steady with all values of it. */
  steadiness: { dependence: { mayChange: () => false } },
  /** The future of a copy is remembered by its local state alone. */
  circumstances: { threadModular: ({ numbering, visibility }) => new Silent(numbering, visibility) },
  /** A set that was chosen in a similar state is not tested. */
  similarity: { selector: untested },
  /** The tests of others have the same result however a counter is changed. */
  minding: {
    dependence: {
      conflict: (step, future, isConjunct) => soundDependence.conflict(step, future & ~minding, isConjunct),
    },
  },
} satisfies Record<string, Fault>;

export function faultySpace(system: TransitionSystem, name: keyof typeof faults): ReducedSpace {
  const { dependence = {}, threadModular, selector = (_, sets) => sets, complete }: Fault = faults[name];
  const sound = contextOf(system);
  const context = threadModular === undefined ? sound : { ...sound, threadModular: threadModular(sound) };
  const sets = new StubbornSets(context, { ...soundDependence, ...dependence });
  const space = new InternedSpace(context, selector(context, sets), false);
  return complete === undefined ? space : Object.assign(space, { complete });
}
