/** Two versions of a protocol as text: verdicts side by side, races in the other version, costs, barriers. */
import { memoryKey } from '../../../checker/language/memory-name.ts';
import type { Difference } from '../../../checker/report/same-schedule.ts';
import { optionName } from '../../../checker/language/option.ts';
import { wrap } from '../../../checker/report/wrap.ts';
import { called } from '../../barriers/text.ts';
import { tableText } from '../../terminal/table.ts';
import { describeValue } from '../choices.ts';
import { describeCost, describeSteps, heading } from '../text.ts';
import { barriersElsewhere, type BarrierElsewhere, type Need } from './barriers.ts';
import { sides, type ComparedVersions, type RaceElsewhere, type Side, type VersionRow } from './study.ts';

/** Shape:  lines of at most `width` characters, unless a word is longer; no final newline. */
export function renderVersions(compared: ComparedVersions, seconds: number, width: number): string {
  const { rows } = compared;
  const labels = labelsOf(compared, width);
  const costs = costsText(compared, labels);
  const reasons = rows.flatMap((row) => sides.flatMap((side) => row[side].reason ?? []));
  const undecided = [...new Set(reasons)].map((reason) => wrap(`Not decided: ${reason}`, width).join('\n'));
  return [
    title(compared, width),
    verdictTable(compared, labels),
    ...(labels.legend.length === 0 ? [] : [labels.legend.join('\n')]),
    ...undecided,
    ...racesElsewhere(compared, labels, width),
    ...(costs === null ? [] : [costs]),
    ...barrierSections(compared, width),
    `compared in ${seconds.toFixed(1)} s`,
  ].join('\n\n');
}

const title = ({ asked: { versions } }: ComparedVersions, width: number): string =>
  sides.flatMap((side) => wrap(`${`${side}:`.padEnd(8)}${versions[side].typed}`, width, 8)).join('\n');

/** What tells the rows apart: the varied options and the memory model, or their numbers where these are too wide. */
interface Labels {
  readonly titles: readonly string[];
  readonly of: (row: VersionRow) => readonly string[];
  /** In a sentence; empty for the only row. */
  readonly where: (row: VersionRow) => string;
  /** The options of each number. */
  readonly legend: readonly string[];
}

function labelsOf(compared: ComparedVersions, width: number): Labels {
  const { versions, memories, variants } = compared.asked;
  const keys = Object.keys(variants[0]!);
  const definitionOf = (key: string) =>
    sides.map((side) => versions[side].definition).find(({ options }) => key in options)!;
  const titles = [...(memories.length > 1 ? [memoryKey] : []), ...keys.map(optionName)];
  const of = ({ memory, varied }: VersionRow) => [
    ...(memories.length > 1 ? [memory] : []),
    ...keys.map((key) => describeValue(definitionOf(key), key, varied[key]!)),
  ];
  const where = (row: VersionRow) =>
    of(row)
      .map((value, at) => (titles[at] === memoryKey ? value : `${titles[at]}=${value}`))
      .join(' ');
  const named = { titles, of, where, legend: [] };
  const fits = verdictTable(compared, named)
    .split('\n')
    .every((line) => line.length <= width);
  if (fits) return named;
  const numberOf = (row: VersionRow) => String(compared.rows.indexOf(row) + 1);
  const legend = compared.rows.flatMap((row) => wrap(`${numberOf(row)}: ${where(row)}`, width, 4));
  return { titles: ['row'], of: (row) => [numberOf(row)], where: (row) => `row ${numberOf(row)}`, legend };
}

function verdictTable({ rows }: ComparedVersions, { titles, of }: Pick<Labels, 'titles' | 'of'>): string {
  const head = [
    ...titles.map(heading),
    ...sides.flatMap((side) => [`${side}:\nverdict`, 'trace\nsteps', 'states']),
  ];
  const cells = rows.map((row) => [
    ...of(row),
    ...sides.flatMap((side) => [row[side].verdict, describeSteps(row[side]), row[side].states]),
  ]);
  return tableText(cells, {
    head,
    aligns: head.map((_, at) => (at < titles.length || (at - titles.length) % 3 === 0 ? 'left' : 'right')),
    gap: ' ',
  });
}

/** The costs that differ; null: no version has costs. */
function costsText({ rows }: ComparedVersions, { titles, of }: Labels): string | null {
  const cells = rows.flatMap((row) => {
    const names = new Set(sides.flatMap((side) => Object.keys(row[side].costs)));
    return [...names].map((name) => [
      name,
      ...of(row),
      ...sides.map((side) => (name in row[side].costs ? describeCost(row[side].costs[name]!) : '')),
    ]);
  });
  if (cells.length === 0) return null;
  const differing = cells.filter((row) => row.at(-1) !== row.at(-2));
  if (differing.length === 0) return 'The costs of both versions are the same.';
  const head = ['cost', ...titles, ...sides].map(heading);
  const aligns = head.map((_, at) => (at <= titles.length ? ('left' as const) : ('right' as const)));
  const table = tableText(differing, { head, aligns, gap: '  ' });
  return `Costs that differ, minima and maxima over all executions:\n${table}`;
}

/** What becomes of each race in the other version; variants with the same sentence share it. */
function racesElsewhere(compared: ComparedVersions, { where }: Labels, width: number): readonly string[] {
  return sides.flatMap((side) => {
    const told = compared.rows.flatMap((row) =>
      row.races.filter((race) => race.of === side).map((race) => ({ row, text: raceSentence(race) })),
    );
    if (told.length === 0) return [];
    const lines = [...Map.groupBy(told, ({ text }) => text)].flatMap(([text, same]) => {
      const names = same.map(({ row }) => where(row)).filter((name) => name !== '');
      return wrap(`  - ${names.length === 0 ? '' : `${names.join(', ')}: `}${text}`, width, 4);
    });
    const [other] = sides.filter((one) => one !== side);
    return [[`The shortest race ${side} the change, as a schedule ${other} it:`, ...lines].join('\n')];
  });
}

/** What the schedule of a race becomes in the other version. */
export function raceSentence({ steps, follows, first, end, wrong, next }: RaceElsewhere): string {
  const at = ({ step, sentence }: Difference) => `at step ${step + 1} ${sentence}`;
  const begins = first === null || first === end ? '' : `; first difference: ${at(first)}`;
  if (end !== null) return `${at(end)}, so that it follows ${follows} of ${steps} steps${begins}`;
  const goes = next === null ? '' : `, where ${next}`;
  const ends = wrong === null ? `nothing is wrong then${goes}` : `the race is there as well: ${wrong}`;
  return `it follows all ${steps} steps, and ${ends}${begins}`;
}

const becomes = (before: Need, after: Need): string | null => {
  switch (after) {
    case 'needed':
      if (before === 'needed') return 'still necessary';
      return before === 'absent' ? 'new, necessary' : before === 'fails' ? 'necessary' : 'became necessary';
    case 'superfluous':
      if (before === 'needed') return 'became superfluous';
      return before === 'absent'
        ? 'new, superfluous'
        : before === 'fails'
          ? 'superfluous'
          : 'still superfluous';
    case 'absent':
      if (before === 'idle') return null;
      return before === 'needed'
        ? 'gone, was necessary'
        : before === 'superfluous'
          ? 'gone, was superfluous'
          : 'gone';
    case 'idle':
      return before === 'needed' ? 'became superfluous' : null;
    case 'open':
      return 'not decided';
    case 'fails':
      return before === 'needed' ? 'was necessary' : before === 'superfluous' ? 'was superfluous' : null;
  }
};

function barrierSections(
  { barriers, asked: { ablated } }: ComparedVersions,
  width: number,
): readonly string[] {
  if (barriers === null)
    return [
      wrap('Barriers have no effect under sc: --memory tso,arm64 removes each in turn.', width).join('\n'),
    ];
  const sections = ablated.map((memory) => {
    const found = barriersElsewhere(barriers, memory);
    const groups = Map.groupBy(found, ({ before, after }) => becomes(before, after) ?? '');
    groups.delete('');
    const lines = [...groups].flatMap(([word, some]) =>
      wrap(`  ${word}: ${some.map(placed).join('; ')}`, width, 4),
    );
    const failing = sides.filter((side) => failsUnder(barriers[side].variants, memory));
    const notes = failing.flatMap((side) =>
      wrap(`  ${side} the change it fails with all barriers: none of them can be judged there.`, width, 4),
    );
    const none = lines.length + notes.length === 0 ? ['  no barrier that has an effect'] : [];
    return [`Barriers under ${memory}, each removed alone:`, ...lines, ...notes, ...none].join('\n');
  });
  return sections;
}

const failsUnder = (
  variants: NonNullable<ComparedVersions['barriers']>[Side]['variants'],
  memory: string,
): boolean =>
  variants.every(({ trial }) =>
    trial.sufficient.some(
      (one) => one.memory === memory && !['holds', 'inconclusive'].includes(one.whole.verdict),
    ),
  );

const placed = ({ barrier, nth }: BarrierElsewhere) =>
  `${called(barrier)} (${barrier.thread}${nth === 1 ? '' : `, number ${nth}`})`;
