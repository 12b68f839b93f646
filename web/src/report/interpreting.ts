/** The search in a report: by the interpreter alone. */
import type { TransitionTable } from '../../../checker/analysis/transition-table.ts';
import { interpretedSpace } from '../../../checker/search/interpreted-space.ts';
import type { Limits, Outcome } from '../../../checker/search/outcome.ts';
import { searching } from '../../../checker/search/search.ts';
import type { Steps } from '../../../checker/search/steps.ts';

export const exploring = (table: TransitionTable, limits: Limits): Steps<Outcome> =>
  searching(table, interpretedSpace(table), limits, 'interpreter');
