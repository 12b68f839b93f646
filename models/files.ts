/** The files of the models: a command that names a model loads that file alone. */
import type { AnyDefinition } from 'racewalk';

/** The models of the registry, by name and in its order. */
export const files: Readonly<Record<string, () => Promise<{ readonly model: AnyDefinition }>>> = {
  'gup-fast-vs-collapse': () => import('./gup-fast-vs-collapse.ts'),
  'gup-fast-vs-unmap': () => import('./gup-fast-vs-unmap.ts'),
  'gup-fast-vs-free-pgtables': () => import('./gup-fast-vs-free-pgtables.ts'),
  'gup-fast-vs-splitting-pmd': () => import('./gup-fast-vs-splitting-pmd.ts'),
  'gup-fast-vs-compound-page': () => import('./gup-fast-vs-compound-page.ts'),
  'split-unfreezes-tail': () => import('./split-unfreezes-tail.ts'),
  'gup-fast-vs-fork': () => import('./gup-fast-vs-fork.ts'),
  'dirty-cow': () => import('./dirty-cow.ts'),
  'mremap-vs-truncate': () => import('./mremap-vs-truncate.ts'),
  'reclaim-vs-mprotect': () => import('./reclaim-vs-mprotect.ts'),
  'dontneed-vs-dontneed': () => import('./dontneed-vs-dontneed.ts'),
  'zap-vs-writeback': () => import('./zap-vs-writeback.ts'),
  'migrate-device-vs-dontneed': () => import('./migrate-device-vs-dontneed.ts'),
  'switch-mm-vs-flush': () => import('./switch-mm-vs-flush.ts'),
  'numa-vs-dontneed': () => import('./numa-vs-dontneed.ts'),
  'pmdp-invalidate-vs-dirty': () => import('./pmdp-invalidate-vs-dirty.ts'),
  'migration-vs-pin': () => import('./migration-vs-pin.ts'),
  'migrate-huge-vs-store': () => import('./migrate-huge-vs-store.ts'),
  'ksm-vs-pin': () => import('./ksm-vs-pin.ts'),
  'madv-free-vs-direct-io': () => import('./madv-free-vs-direct-io.ts'),
  'gup-fast-checks': () => import('./gup-fast-checks.ts'),
  peterson: () => import('./mutual-exclusion/peterson.ts'),
  anderson: () => import('./mutual-exclusion/anderson.ts'),
  bakery: () => import('./mutual-exclusion/bakery.ts'),
  szymanski: () => import('./mutual-exclusion/szymanski.ts'),
  mcs: () => import('./mutual-exclusion/mcs.ts'),
  'ticket-lock': () => import('./mutual-exclusion/ticket-lock.ts'),
  qspinlock: () => import('./mutual-exclusion/qspinlock.ts'),
};

/** The races in C: files of `models/c`, which `cli/model-files/c-file.ts` reads. */
export const protocols: readonly string[] = [
  'huge-pmd-unshare',
  'invlpgb-vs-gup-fast',
  'should-flush-tlb',
  'anon-vma-vs-mremap',
  'vma-refcount-vs-exit',
  'move-normal-pmd-vs-retract',
  'thp-mapcount-vs-split',
  'pfncache-vs-invalidate',
  'table-sync-mm',
  'rcu-dynticks',
  'mm-cid-vs-remote-clear',
  'slab-stride-vs-obj-exts',
  'follow-pfnmap-vs-zap',
  'finish-asid-transition',
  'seqlock',
  'qrwlock',
];
