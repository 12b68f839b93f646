/** Mutants as text: those that nobody notices, by thread and line, then how many there were. */
import type { Scenario } from '../../checker/language/model.ts';
import type { Mutant, Mutated } from '../../checker/study/mutate/mutate.ts';
import { titleOf } from '../../checker/study/mutate/site.ts';
import { count } from '../../checker/report/numbers.ts';
import { quotedPath } from '../../checker/report/options-text.ts';
import type { ModelSource } from '../model-files/models.ts';
import { styled, type Style } from '../terminal/output.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** What came out, and of which variants. */
interface Rendered extends Mutated {
  readonly asked: readonly Scenario[];
  readonly seconds: number;
}

/** Shape:  lines of at most `width` characters, without an end of line at the end. */
export function renderMutants(source: ModelSource, mutated: Rendered, width: number): string {
  const { mutants, stale, scenarios } = mutated;
  const unexplained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why === null);
  const undecided = mutants.filter(({ fate }) => fate.kind === 'undecided');
  return [
    headline(source, mutated, width),
    ...variantsSection(source, mutated.asked, width),
    ...section('No scenario notices, and nothing explains:', unexplained, 'yellow', width),
    ...section('Undecided:', undecided, 'yellow', width),
    ...explainedSections(mutants, width),
    ...staleSection(stale, width),
    ...(mutants.some(({ fate }) => fate.kind !== 'killed') ? [legend(source, scenarios, width)] : []),
  ].join('\n\n');
}

function headline({ definition }: ModelSource, { mutants, asked, seconds }: Rendered, width: number): string {
  const of = (kind: Mutant['fate']['kind']) => mutants.filter(({ fate }) => fate.kind === kind).length;
  const explained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why !== null).length;
  const numbers = [
    `${count(mutants.length)} mutants`,
    `${count(of('killed'))} killed`,
    `${count(of('survives'))} survive`,
    `${count(explained)} explained`,
    ...(of('undecided') === 0 ? [] : [`${count(of('undecided'))} undecided`]),
  ].join(', ');
  const kind = isDeclared(definition, asked) ? 'scenario' : 'variant';
  const where = `${asked.length} ${kind}${asked.length === 1 ? '' : 's'}`;
  const all = explained === mutants.length - of('killed');
  const lines = wrap(`${definition.name}: ${numbers}`, width, 2);
  return [
    ...lines.map((line) => styled(['bold', all ? 'green' : 'yellow'], line)),
    styled('dim', `in ${where}, ${seconds.toFixed(1)} s`),
  ].join('\n');
}

const isDeclared = ({ scenarios }: ModelSource['definition'], asked: readonly Scenario[]) =>
  asked.some(({ name }) => scenarios.some((declared) => declared.name === name));

/** Which variants a model without scenarios was asked about, since its author has named none. */
function variantsSection(
  { definition }: ModelSource,
  asked: readonly Scenario[],
  width: number,
): readonly string[] {
  if (isDeclared(definition, asked)) return [];
  const lines = asked.map(({ name, verdict }) => `${name === '' ? 'its default variant' : name}: ${verdict}`);
  const broken = asked.some(({ verdict }) => verdict !== 'holds')
    ? ['A mutant of a variant that does not hold is killed when its verdict changes: look at repairs first.']
    : [];
  return [
    ['Mutated:', ...lines.flatMap((line) => wrap(`  ${line}`, width, 4))].join('\n'),
    ...broken.map((text) => wrap(text, width).join('\n')),
  ];
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
function legend(
  { typed, definition, scenario }: ModelSource,
  scenarios: readonly string[],
  width: number,
): string {
  const first = scenarios[0]!;
  const isDeclared = definition.scenarios.some(({ name }) => name === first);
  // Options of a scenario stand behind its name.
  const slash = isDeclared || scenario !== null;
  const shown = isDeclared
    ? quotedPath(`${typed}/${first}`)
    : `${quotedPath(typed)}${slash ? '/' : ' '}${first}`.trimEnd();
  const more = scenarios.length === 1 ? '' : ', or of the next scenario that has the statement';
  return wrap(`Lines are those of "racewalk show ${shown}"${more}.`, width).join('\n');
}
