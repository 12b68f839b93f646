/** The answer to the email, on the page of gup-fast-vs-collapse: each repair on each machine, how far that goes, and what it costs. */
import { memoryKey, type MemoryModelName } from '../../../checker/language/memory-name.ts';
import type { AnyDefinition, Scenario } from '../../../checker/language/model.ts';
import { withFallbacks } from '../../../checker/language/option.ts';
import { count } from '../../../checker/report/numbers.ts';
import { check, noLimits } from '../../../checker/search/check.ts';
import { compare, type Choices } from '../../../checker/study/compare/compare.ts';
import { describeCost } from '../../../cli/compare/text.ts';
import { paragraph, table } from './markdown.ts';

interface Repair {
  readonly what: string;
  readonly options: Choices;
  /** Where the race stays; elsewhere it is gone. */
  readonly violated: readonly MemoryModelName[];
}

const memories = ['sc', 'tso', 'arm64'] as const satisfies readonly MemoryModelName[];
const secondCheck = { secondPinCheck: 'all-pages' };

/** In the order of the table. The text of the answer says what `violated` says: a run that differs is an error. */
const repairs: readonly Repair[] = [
  { what: 'none, v3.18 to v5.19', options: {}, violated: memories },
  { what: 'IPI after `pmdp_clear_flush()`', options: { syncIpi: true }, violated: [] },
  { what: 'second pin check: clear all ptes, `smp_mb()`, check all', options: secondCheck, violated: [] },
  {
    what: '… without `smp_mb()`',
    options: { ...secondCheck, checkBarrier: false },
    violated: ['tso', 'arm64'],
  },
  {
    what: '… without `gup_fast` rechecking the pte',
    options: { ...secondCheck, recheckPte: false },
    violated: memories,
  },
  { what: '… page by page', options: { secondPinCheck: 'per-page' }, violated: memories },
  { what: '`gup_fast` rechecks the pmd, since v6.0', options: { recheckPmd: true }, violated: [] },
  {
    what: '… without the full barrier of the flush',
    options: { recheckPmd: true, flushBarrier: false },
    violated: ['tso', 'arm64'],
  },
];

/** Sizes beyond the scenarios, which `npm run test:long` checks. */
export const larger: readonly {
  readonly options: Choices;
  readonly memory: MemoryModelName;
  readonly states: number;
}[] = [
  { options: { syncIpi: true, ptes: 512 }, memory: 'tso', states: 2_791_714 },
  { options: { syncIpi: true, cpus: 2 }, memory: 'arm64', states: 3430 },
  { options: { syncIpi: true, ptes: 16 }, memory: 'arm64', states: 2011 },
  { options: { ...secondCheck, ptes: 32 }, memory: 'tso', states: 750_170 },
  { options: { ...secondCheck, cpus: 2 }, memory: 'arm64', states: 30_720 },
  { options: { ...secondCheck, ptes: 3 }, memory: 'arm64', states: 10_364 },
  { options: { recheckPmd: true, ptes: 128 }, memory: 'tso', states: 995_350 },
  { options: { recheckPmd: true, cpus: 2 }, memory: 'arm64', states: 5756 },
  { options: { recheckPmd: true, ptes: 8 }, memory: 'arm64', states: 3213 },
];

/** Markdown, for the beginning of the page. Throws  Error where a run contradicts the text. */
export function answer(definition: AnyDefinition): readonly string[] {
  const cells = repairs.map((repair) => memories.map((memory) => verdictCell(definition, repair, memory)));
  const costs = repairs.map(({ options }) => costsOf(definition, options));
  const [race, ipi, second] = [stepsOf(definition, {}), costs[1]!, costs[2]!];
  if (check(definition.build({ flush: 'ipi' })).outcome.verdict !== 'holds')
    throw new Error('the answer says that CPUs whose flush is an IPI do not have the race');
  const holding = repairs.filter(({ violated }) => violated.length === 0);
  return [
    '## The question, and the answer',
    paragraph(
      `The email of 26 October 2014 asks what collapse needs now that its TLB flush no longer stops \`gup_fast\`: an IPI behind \`pmdp_clear_flush()\`, or a second gup-pin check, with a rollback, after the ptes are cleared.`,
    ),
    paragraph(
      `**The race is real** where a TLB flush is a broadcast (arm64, powerpc, x86 with INVLPGB): ${race} steps. x86 with flushes by IPI needs nothing. **Either repair closes it**, for any number of CPUs and all 512 ptes, as far as the second table says. The IPI costs ${ipi['IPIs']} IPI for each CPU, and \`gup_fast\` nothing. The second check costs a slot per pte and ${second['barriers']} barriers, and is right in one form only: clear all ptes, \`smp_mb()\`, then check all pages, with the recheck of the pte in \`gup_fast\`. Page by page, a pin on the second page rolls back the first, which is free.`,
    ),
    paragraph(
      `**The kernel took a third way.** Since v6.0 \`gup_fast\` rechecks the pmd ([70cbc3cc78a9]): one load more, no IPI, and it relies on the full barrier that ends the flush (arm64: \`dsb ish\`). v6.1 sends the IPI as well ([2ba99c5e0881]), for the page table that \`gup_fast\` may still read ([gup-fast-vs-free-pgtables]). Migration had the second check, and lost stores by it ([migrate-huge-vs-store]).`,
    ),
    table(
      ['repair', ...memories, ...Object.keys(costs[0]!)],
      repairs.map(({ what }, at) => [what, ...cells[at]!, ...Object.values(costs[at]!)]),
    ),
    paragraph(
      `A number beside "violated" is the length of the shortest race. Costs are those of one run, at 2 ptes; \`gup_fast\` counts until it has its page.`,
    ),
    '### How far that goes',
    table(
      ['repair', ...memories],
      holding.map((repair) => [
        repair.what,
        ...memories.map((memory) => reachOf(definition, repair.options, memory)),
      ]),
    ),
    paragraph(
      `"Any" is a proof (\`racewalk prove gup-fast-vs-collapse --sync-ipi\`); a number of states is an exhaustive check of that size. That two ptes show what 512 do under \`tso\` and \`arm64\` as well is an argument, not a run: \`gup_fast\` touches one pte and one page, every claim is about one page, and another pte matters only in that a pin of its page fails the collapse, which the second pte does.`,
    ),
    paragraph(
      '`racewalk compare gup-fast-vs-collapse --any-cpus smallest` finds the repairs again, and proves each.',
    ),
  ];
}

const checked = (definition: AnyDefinition, options: Choices, memory: MemoryModelName) =>
  check(definition.build({ ...options, [memoryKey]: memory })).outcome;

function verdictCell(
  definition: AnyDefinition,
  { what, options, violated }: Repair,
  memory: MemoryModelName,
): string {
  const outcome = checked(definition, options, memory);
  const expected = violated.includes(memory) ? 'violated' : 'holds';
  if (outcome.verdict !== expected)
    throw new Error(
      `the answer of gup-fast-vs-collapse says '${expected}' for '${what}' under ${memory}, and a run '${outcome.verdict}'`,
    );
  return 'schedule' in outcome ? `violated ${outcome.schedule.edges.length}` : outcome.verdict;
}

const stepsOf = (definition: AnyDefinition, options: Choices): number => {
  const outcome = checked(definition, options, 'sc');
  if (!('schedule' in outcome)) throw new Error('the race of the email has a trace');
  return outcome.schedule.edges.length;
};

function costsOf(definition: AnyDefinition, given: Choices): Readonly<Record<string, string>> {
  const [row] = compare(definition, { vary: [], given }, noLimits).rows;
  return Object.fromEntries(Object.entries(row!.costs).map(([name, cost]) => [name, describeCost(cost)]));
}

/** The proof that a scenario declares, else its states, and the larger sizes. */
function reachOf(definition: AnyDefinition, options: Choices, memory: MemoryModelName): string {
  const same = (a: Choices, b: Choices) =>
    JSON.stringify(withFallbacks(definition.options, a)) ===
    JSON.stringify(withFallbacks(definition.options, b));
  const scenario = definition.scenarios.find((one) =>
    same(one.options, memory === 'sc' ? options : { ...options, [memoryKey]: memory }),
  );
  if (scenario === undefined) throw new Error(`no scenario has these options under ${memory}`);
  const sizes = larger.filter(
    (one) =>
      one.memory === memory && same({ ...one.options, cpus: 1, ptes: 2 }, { ...options, cpus: 1, ptes: 2 }),
  );
  return [
    provedOf(definition, scenario),
    ...sizes.map((one) => `${sizeOf(definition, one.options)}: ${count(one.states)} states`),
  ].join('; ');
}

function provedOf(definition: AnyDefinition, { options, proves, states }: Scenario): string {
  if (proves === undefined) return `${sizeOf(definition, options)}: ${count(states!)} states`;
  return sizeOf(definition, options, proves);
}

/** `any` names the options whose every value is proved. */
function sizeOf(definition: AnyDefinition, options: Choices, any: readonly string[] = []): string {
  const given = withFallbacks(definition.options, options);
  const size = (key: string, unit: string) =>
    any.includes(key) ? `any ${unit}s` : `${String(given[key])} ${unit}${given[key] === 1 ? '' : 's'}`;
  return `${size('cpus', 'CPU')}, ${size('ptes', 'pte')}`;
}
