/** The search in a report: by the interpreter alone. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import { interpretedSpace } from '../../../checker/state-space/interpreted-space.ts';
import type { Limits, Outcome } from '../../../checker/state-space/outcome.ts';
import { searching } from '../../../checker/search/breadth-first.ts';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';

export const exploring = (system: TransitionSystem, limits: Limits): Cooperative<Outcome> =>
  searching(system, interpretedSpace(system), limits, 'interpreter');
