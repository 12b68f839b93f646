/** Mutants as text: those that nobody notices, by thread and line, then how many there were. */
import type { Mutant, Mutated } from '../checker/mutate/mutate.ts';
import { titleOf } from '../checker/mutate/mutation.ts';
import { count } from '../checker/telling/numbers.ts';
import type { Source } from './models.ts';
import type { Style } from './output.ts';
import { styled } from './output.ts';
import { wrap } from '../checker/telling/wrap.ts';

/** Shape:  lines of at most `width` characters, without an end of line at the end. */
export function renderMutants(source: Source, mutated: Mutated, seconds: number, width: number): string {
  const { mutants, stale, scenarios } = mutated;
  const unexplained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why === null);
  const undecided = mutants.filter(({ fate }) => fate.kind === 'undecided');
  return [
    headline(source, mutated, seconds, width),
    ...section('No scenario notices, and nothing explains:', unexplained, 'yellow', width),
    ...section('Undecided:', undecided, 'yellow', width),
    ...explainedSections(mutants, width),
    ...staleSection(stale, width),
    ...(mutants.length === 0 ? [] : [legend(source, scenarios, width)]),
  ].join('\n\n');
}

function headline(
  { definition }: Source,
  { mutants, scenarios }: Mutated,
  seconds: number,
  width: number,
): string {
  const of = (kind: Mutant['fate']['kind']) => mutants.filter(({ fate }) => fate.kind === kind).length;
  const explained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why !== null).length;
  const numbers = [
    `${count(mutants.length)} mutants`,
    `${count(of('killed'))} killed`,
    `${count(of('survives'))} survive`,
    `${count(explained)} explained`,
    ...(of('undecided') === 0 ? [] : [`${count(of('undecided'))} undecided`]),
  ].join(', ');
  const where = `${scenarios.length} ${scenarios.length === 1 ? 'scenario' : 'scenarios'}`;
  const all = explained === mutants.length - of('killed');
  const lines = wrap(`${definition.name}: ${numbers}`, width, 2);
  return [
    ...lines.map((line) => styled(['bold', all ? 'green' : 'yellow'], line)),
    styled('dim', `in ${where}, ${seconds.toFixed(1)} s`),
  ].join('\n');
}

/** The mutants of a kind, under the threads that they belong to. */
function section(title: string, mutants: readonly Mutant[], style: Style, width: number): readonly string[] {
  if (mutants.length === 0) return [];
  const threads = [...Map.groupBy(mutants, ({ mutation }) => mutation.thread)];
  return [
    styled(style, title),
    ...threads.map(([thread, own]) =>
      [styled('bold', thread), ...own.flatMap((one) => mutantLines(one, width))].join('\n'),
    ),
  ];
}

function mutantLines({ mutation, fate }: Mutant, width: number): readonly string[] {
  const { statement, change } = mutation;
  const reason = fate.kind === 'undecided' ? ` (${fate.scenario}: ${fate.reason})` : '';
  const line = `${String(statement.line).padStart(3)}  ${titleOf(statement)}: ${change}${reason}`;
  return wrap(line, width, 7);
}

function explainedSections(mutants: readonly Mutant[], width: number): readonly string[] {
  const explained = mutants.flatMap((mutant) =>
    mutant.fate.kind === 'survives' && mutant.fate.why !== null ? [{ mutant, why: mutant.fate.why }] : [],
  );
  return [...Map.groupBy(explained, ({ why }) => why)].flatMap(([why, own]) =>
    section(
      wrap(`Explained: ${why}`, width, 2).join('\n'),
      own.map(({ mutant }) => mutant),
      'dim',
      width,
    ),
  );
}

function staleSection(stale: readonly string[], width: number): readonly string[] {
  if (stale.length === 0) return [];
  const names = stale.flatMap((name) => wrap(`  ${name}`, width, 4));
  return [[styled('yellow', 'Explained in the model, and killed or not there:'), ...names].join('\n')];
}

/** Every variant numbers its lines: this says whose numbers these are. */
function legend({ typed, definition }: Source, scenarios: readonly string[], width: number): string {
  const first = scenarios[0]!;
  const isDeclared = definition.scenarios.some(({ name }) => name === first);
  const shown = isDeclared ? `${typed}/${first}` : `${typed} ${first}`.trimEnd();
  const more = scenarios.length === 1 ? '' : ', or of the next scenario that has the statement';
  return wrap(`Lines are those of "racewalk show ${shown}"${more}.`, width).join('\n');
}
