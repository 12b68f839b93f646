/** The result of `mutate` as text: the surviving mutants by thread and line, and totals. */
import type { Scenario } from '../../checker/language/model.ts';
import type { Mutant, Mutated } from '../../checker/study/mutate/mutate.ts';
import { titleOf } from '../../checker/study/mutate/site.ts';
import { count } from '../../checker/report/numbers.ts';
import { quotedPath } from '../../checker/report/options-text.ts';
import type { ModelSource } from '../model-files/models.ts';
import { styled, type Style } from '../terminal/output.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** The result and the checked variants. */
interface Rendered extends Mutated {
  readonly asked: readonly Scenario[];
  readonly seconds: number;
}

/** Shape:  lines of at most `width` characters; no final newline. */
export function renderMutants(source: ModelSource, mutated: Rendered, width: number): string {
  const { mutants, stale, scenarios } = mutated;
  const unexplained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why === null);
  const undecided = mutants.filter(({ fate }) => fate.kind === 'undecided');
  return [
    headline(source, mutated, width),
    ...variantsSection(source, mutated.asked, width),
    ...section('Mutants that no scenario detects, without explanation:', unexplained, 'yellow', width),
    ...section('Undecided:', undecided, 'yellow', width),
    ...explainedSections(mutants, width),
    ...staleSection(stale, width),
    // Lines of C are those of the file.
    ...(mutants.some(
      ({ mutation, fate }) => fate.kind !== 'killed' && mutation.statement.source === undefined,
    )
      ? [legend(source, scenarios, width)]
      : []),
  ].join('\n\n');
}

function headline({ definition }: ModelSource, { mutants, asked, seconds }: Rendered, width: number): string {
  const of = (kind: Mutant['fate']['kind']) => mutants.filter(({ fate }) => fate.kind === kind).length;
  const starved = mutants.filter(({ fate }) => fate.kind === 'killed' && fate.verdict === 'livelock').length;
  const explained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why !== null).length;
  const numbers = [
    `${count(mutants.length)} mutants`,
    `${count(of('killed'))} killed${starved === 0 ? '' : ` (${count(starved)} by liveness)`}`,
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

/** The mutated variants of a model without scenarios. */
function variantsSection(
  { definition }: ModelSource,
  asked: readonly Scenario[],
  width: number,
): readonly string[] {
  if (isDeclared(definition, asked)) return [];
  const lines = asked.map(({ name, verdict }) => `${name === '' ? 'default options' : name}: ${verdict}`);
  const broken = asked.some(({ verdict }) => verdict !== 'holds')
    ? ['A mutant of a failing variant is killed when the verdict changes: fix the model first.']
    : [];
  return [
    ['Mutated:', ...lines.flatMap((line) => wrap(`  ${line}`, width, 4))].join('\n'),
    ...broken.map((text) => wrap(text, width).join('\n')),
  ];
}

/** Mutants of one kind, grouped by thread. */
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
  // A line of C has its number in its text.
  const number = statement.source === undefined ? `${String(statement.line).padStart(3)}  ` : '  ';
  return wrap(`${number}${titleOf(statement)}: ${change}${reason}`, width, 7);
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
  return [
    [styled('yellow', 'Stale explanations (the mutant is killed or does not exist):'), ...names].join('\n'),
  ];
}

/** The variant that line numbers refer to: each variant numbers its own lines. */
function legend(
  { typed, definition, scenario }: ModelSource,
  scenarios: readonly string[],
  width: number,
): string {
  const first = scenarios[0]!;
  const isDeclared = definition.scenarios.some(({ name }) => name === first);
  // The options of a scenario follow its name.
  const slash = isDeclared || scenario !== null;
  const shown = isDeclared
    ? quotedPath(`${typed}/${first}`)
    : `${quotedPath(typed)}${slash ? '/' : ' '}${first}`.trimEnd();
  const more = scenarios.length === 1 ? '' : ', or of the first later scenario with that statement';
  return wrap(`Line numbers refer to "racewalk show ${shown}"${more}.`, width).join('\n');
}
