/** Which barriers the kernel's races need where; and that the smallest sets are those that trying all subsets finds. */
import { describe, expect, test } from 'vitest';
import { barriersOf } from '../../../checker/study/barriers/barrier.ts';
import { barrierStudy, type AblatedBarriers } from '../../../checker/study/barriers/barriers.ts';
import { ablatingUnder } from '../../../checker/study/barriers/ablation.ts';
import { without } from '../../../checker/study/barriers/without.ts';
import { studying } from '../../../checker/study/study.ts';
import type { MemoryModelName } from '../../../checker/language/memory-name.ts';
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import { defaultSettings as memorySettings, memoryModels } from '../../../checker/memory/memory-models.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { check, noLimits } from '../../../checker/search/check.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { defaultSettings } from '../../../checker/search/settings.ts';
import { finish } from '../../../checker/state-space/cooperative.ts';
import { model as collapse } from '../../../models/gup-fast-vs-collapse.ts';
import { model as fork } from '../../../models/gup-fast-vs-fork.ts';
import { model as ksm } from '../../../models/ksm-vs-pin.ts';
import { model as madvFree } from '../../../models/madv-free-vs-direct-io.ts';
import { model as split } from '../../../models/split-unfreezes-tail.ts';
import { model as switchMm } from '../../../models/switch-mm-vs-flush.ts';
import { long } from '../../depth.ts';

const storeBuffers: readonly MemoryModelName[] = ['sc', 'tso', 'pso'];

const onTrial = (definition: AnyDefinition, given: Choices = {}) =>
  finish(
    studying(
      barrierStudy(withMemoryOption(definition), given, {
        memories: storeBuffers,
        settings: defaultSettings,
      }),
      noLimits,
    ),
  );

const textOf = (set: readonly { readonly text: string }[]) =>
  set.length === 0 ? '-' : set.map(({ text }) => text).join(' + ');

/** `sc: - tso: smp_mb()`, with `+` between the barriers of a set and `|` between sets. */
const needs = ({ trial }: AblatedBarriers['variants'][number]) =>
  trial.sufficient.map(({ memory, sets }) => `${memory}: ${sets.map(textOf).join(' | ')}`).join(', ');

test('the email: which repair needs which barrier on which machine', long, () => {
  const { variants } = onTrial(collapse);
  expect(variants.map((one) => [one.variant.setting, one.variant.fixes, needs(one)])).toEqual([
    [{ flush: 'broadcast' }, { syncIpi: true }, 'sc: -, tso: -, pso: -'],
    [{ flush: 'broadcast' }, { recheckPmd: true }, 'sc: -, tso: dsb(ish), pso: dsb(ish)'],
    [
      { flush: 'broadcast' },
      { recheckPte: true, secondPinCheck: 'all-pages' },
      'sc: -, tso: smp_mb(), pso: smp_mb() + pmd_populate(mm, pmd, pmd_pgtable(_pmd))',
    ],
    [{ flush: 'ipi' }, {}, 'sc: -, tso: -, pso: -'],
  ]);
});

test.each([
  ['R4 c', split, 'sc: -, tso: -, pso: smp_mb()'],
  ['R5', fork, 'sc: -, tso: smp_mb(), pso: smp_mb() + smp_wmb()'],
  ['R8 c', switchMm, 'sc: -, tso: smp_mb() + load_cr3(next->pgd), pso: smp_mb() + load_cr3(next->pgd)'],
  ['R11 a', ksm, 'sc: -, tso: smp_mb(), pso: smp_mb() + smp_mb__after_atomic()'],
  ['R11 b', madvFree, 'sc: -, tso: smp_mb(), pso: smp_mb()'],
])('%s', (_, definition, expected) => {
  expect(onTrial(definition).variants.map(needs)).toEqual([expected]);
});

test('each barrier and recheck by itself', { timeout: long.timeout }, () => {
  const [only] = onTrial(collapse, { secondPinCheck: 'all-pages' }).variants;
  const rows = only!.trial.barriers
    .filter(({ barrier }) => barrier.kind !== 'implied')
    .map(({ barrier, without: each }) => [
      barrier.text,
      ...each.map(({ idle, verdict }) => (idle ? '.' : verdict)),
    ]);
  expect(rows).toEqual([
    ['pte_val(pte) != pte_val(*ptep)', 'violated', 'violated', 'violated'],
    ['dsb(ish)', '.', 'holds', 'holds'],
    ['smp_mb()', '.', 'violated', 'violated'],
    ['page_count(src_page) != 1', 'violated', 'violated', 'violated'],
    ['pmd_populate(mm, pmd, pmd_pgtable(_pmd))', '.', '.', 'violated'],
  ]);
});

test('a variant that no barrier saves', () => {
  const [only] = onTrial(collapse, { flush: 'broadcast' }).variants;
  expect(
    only!.trial.sufficient.map(({ whole, sets, undecided }) => [whole.verdict, sets, undecided]),
  ).toEqual(storeBuffers.map(() => ['violated', [], false]));
});

test('with a limit nothing is claimed', () => {
  const limits = { ...noLimits, maxStates: 100 };
  const model = collapse.build({ secondPinCheck: 'all-pages' });
  const { sufficient } = finish(ablatingUnder(model, 'tso', limits, defaultSettings));
  expect(sufficient).toMatchObject({ sets: [], undecided: true });
});

/** The smallest of all subsets of the barriers that somebody wrote: the read-modify-writes stay as they are. */
function byTryingAll(model: Model, memory: MemoryModelName): readonly string[] {
  const all = barriersOf(model).filter(({ kind, onlyOrders }) => onlyOrders && kind !== 'implied');
  const holds = (kept: number) => {
    const left = without(
      model,
      all.filter((_, at) => (kept >> at) % 2 === 0),
    );
    return check(memoryModels[memory](left, memorySettings)).outcome.verdict === 'holds';
  };
  const good = Array.from({ length: 2 ** all.length }, (_, kept) => kept).filter(holds);
  return good
    .filter((kept) => good.every((other) => other === kept || (other & kept) !== other))
    .map((kept) => all.flatMap(({ line }, at) => ((kept >> at) % 2 === 1 ? [line] : [])).join())
    .sort();
}

describe.each([
  ['second pin check', collapse, { secondPinCheck: 'all-pages' }],
  ['fork', fork, { writeProtectSeq: true, barrierBeforeCheck: true }],
  ['KSM', ksm, { checkExclusive: 'after', fullBarrier: true, writeBarrier: true }],
] as const)('%s', (_, definition, options) => {
  test.each(storeBuffers)('%s: as trying all subsets', long, (memory) => {
    const model = definition.build(options);
    const { sufficient } = finish(ablatingUnder(model, memory, noLimits, defaultSettings));
    const found = sufficient.sets.map((set) => set.map(({ line }) => line).join()).sort();
    expect(found).toEqual(byTryingAll(model, memory));
  });
});
