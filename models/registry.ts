/** The models of the project, in the order in which they are listed. */
import type { AnyDefinition } from 'racewalk';
import { model as gupFastVsCollapse } from './gup-fast-vs-collapse.ts';
import { model as gupFastVsUnmap } from './gup-fast-vs-unmap.ts';
import { model as gupFastVsFreePgtables } from './gup-fast-vs-free-pgtables.ts';

export const registry: readonly AnyDefinition[] = [
  gupFastVsCollapse,
  gupFastVsUnmap,
  gupFastVsFreePgtables,
];
