/** The pte of a page under migration. */
import type { Domain } from 'racewalk';
import { values } from 'racewalk';

/**
 * A pte: the old page, a migration entry, or the new page. A migration entry maps no page; a walk that finds one
 * waits or gives up.
 *
 * Source:  include/linux/swapops.h, make_migration_entry
 */
export const MigratedPte = values('old page', 'migration entry', 'new page');
export type MigratedPte = typeof MigratedPte extends Domain<infer V> ? V : never;
