/** The models of the project, in the order in which they are listed: the kernel's races, then algorithms with published counts. */
import type { AnyDefinition } from 'racewalk';
import { model as gupFastVsCollapse } from './gup-fast-vs-collapse.ts';
import { model as gupFastVsUnmap } from './gup-fast-vs-unmap.ts';
import { model as gupFastVsFreePgtables } from './gup-fast-vs-free-pgtables.ts';
import { model as gupFastVsSplittingPmd } from './gup-fast-vs-splitting-pmd.ts';
import { model as gupFastVsCompoundPage } from './gup-fast-vs-compound-page.ts';
import { model as splitUnfreezesTail } from './split-unfreezes-tail.ts';
import { model as gupFastVsFork } from './gup-fast-vs-fork.ts';
import { model as dirtyCow } from './dirty-cow.ts';
import { model as mremapVsTruncate } from './mremap-vs-truncate.ts';
import { model as reclaimVsMprotect } from './reclaim-vs-mprotect.ts';
import { model as dontneedVsDontneed } from './dontneed-vs-dontneed.ts';
import { model as zapVsWriteback } from './zap-vs-writeback.ts';
import { model as migrateDeviceVsDontneed } from './migrate-device-vs-dontneed.ts';
import { model as switchMmVsFlush } from './switch-mm-vs-flush.ts';
import { model as numaVsDontneed } from './numa-vs-dontneed.ts';
import { model as pmdpInvalidateVsDirty } from './pmdp-invalidate-vs-dirty.ts';
import { model as migrationVsPin } from './migration-vs-pin.ts';
import { model as migrateHugeVsStore } from './migrate-huge-vs-store.ts';
import { model as ksmVsPin } from './ksm-vs-pin.ts';
import { model as madvFreeVsDirectIo } from './madv-free-vs-direct-io.ts';
import { model as gupFastChecks } from './gup-fast-checks.ts';
import { model as peterson } from './mutual-exclusion/peterson.ts';
import { model as anderson } from './mutual-exclusion/anderson.ts';
import { model as bakery } from './mutual-exclusion/bakery.ts';
import { model as szymanski } from './mutual-exclusion/szymanski.ts';
import { model as lamport } from './mutual-exclusion/lamport.ts';
import { model as alurTaubenfeld } from './mutual-exclusion/alur-taubenfeld.ts';
import { model as mcs } from './mutual-exclusion/mcs.ts';
import { model as ticketLock } from './mutual-exclusion/ticket-lock.ts';
import { model as qspinlock } from './mutual-exclusion/qspinlock.ts';

export const registry: readonly AnyDefinition[] = [
  gupFastVsCollapse,
  gupFastVsUnmap,
  gupFastVsFreePgtables,
  gupFastVsSplittingPmd,
  gupFastVsCompoundPage,
  splitUnfreezesTail,
  gupFastVsFork,
  dirtyCow,
  mremapVsTruncate,
  reclaimVsMprotect,
  dontneedVsDontneed,
  zapVsWriteback,
  migrateDeviceVsDontneed,
  switchMmVsFlush,
  numaVsDontneed,
  pmdpInvalidateVsDirty,
  migrationVsPin,
  migrateHugeVsStore,
  ksmVsPin,
  madvFreeVsDirectIo,
  gupFastChecks,
  peterson,
  anderson,
  bakery,
  szymanski,
  lamport,
  alurTaubenfeld,
  mcs,
  ticketLock,
  qspinlock,
];
