/** The search in a report: by the interpreter alone. */
import type { TransitionTable } from '../../../checker/program/transition-system.ts';
import { interpretedSpace } from '../../../checker/state-space/interpreted-space.ts';
import type { Limits, Outcome } from '../../../checker/state-space/outcome.ts';
import { searching } from '../../../checker/search/breadth-first.ts';
import type { Steps } from '../../../checker/state-space/cooperative.ts';

export const exploring = (table: TransitionTable, limits: Limits): Steps<Outcome> =>
  searching(table, interpretedSpace(table), limits, 'interpreter');
