/** A model as text: its options, variables, threads in two columns, properties and scenarios. */
import { asymmetries } from '../../checker/program/symmetry.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { printDomain } from '../../checker/language/domain.ts';
import type { AnyDefinition, Model } from '../../checker/language/model.ts';
import { printExpr, printLiveness } from '../../checker/language/print.ts';
import type { Block } from '../../checker/language/statement.ts';
import type { AnyThread } from '../../checker/language/thread.ts';
import type { AnyDeclaration, Declarations } from '../../checker/language/variable.ts';
import { unorderedSentence, unorderedUnder } from '../../checker/memory/common/unordered.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { writtenModel } from '../../checker/report/author-words.ts';
import { listingOf } from '../../checker/report/listing.ts';
import { describeOptions } from '../options/model-options.ts';
import { styled } from '../terminal/output.ts';
import { twoColumns, type TwoColumns } from '../terminal/two-columns.ts';
import { wrap } from '../../checker/report/wrap.ts';

interface ShownModel {
  readonly chosen: Choices;
  /** The facts of a race of the catalogue. */
  readonly kernel?: readonly TwoColumns[];
  /** In characters. */
  readonly width: number;
}

export function describeModel(
  definition: AnyDefinition,
  model: Model,
  { chosen, kernel = [], width }: ShownModel,
): string {
  // A memory model changes the meaning of the text, not the text.
  const written = writtenModel(model);
  const sections = [
    [`${styled('bold', definition.name)}: ${definition.summary}`],
    section('in the kernel', kernel, width),
    [describeOptions(definition.options, width)],
    section('shared memory', variableRows(written.shared), width),
    section('CPU state', cpuRows(model), width),
    ...written.threads.map((thread) => threadSection(thread, width)),
    unorderedUnder(definition, chosen).flatMap((one) => wrap(unorderedSentence(one), width, 2)),
    asymmetries(transitionSystem(written)).flatMap((reason) => wrap(reason, width, 2)),
    [styled('bold', 'properties'), ...propertyLines(written, width)],
    section(
      "rests on racewalk's model of",
      (model.stubs ?? []).map(({ name, source }) => [name, source]),
      width,
    ),
    section(
      'scenarios',
      definition.scenarios.map(({ name, verdict, memory, why }) => [
        name,
        verdict + (memory === undefined ? '' : ` (${memory})`) + (why === undefined ? '' : `: ${why}`),
      ]),
      width,
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function section(name: string, rows: readonly TwoColumns[], width: number): readonly string[] {
  return rows.length === 0 ? [] : [styled('bold', name), ...twoColumns(rows, width)];
}

function threadSection(thread: AnyThread, width: number): readonly string[] {
  const copies = thread.cpus > 1 ? `, ${thread.cpus} copies` : '';
  const on = thread.on === null ? '' : `, on the CPUs of ${thread.on}`;
  const blocks = thread.mayBlockForever ? ', may block forever' : '';
  const locals = Object.entries(thread.locals).map(([name, declaration]): TwoColumns => [
    name,
    describe(declaration),
  ]);
  return [
    styled('bold', `thread ${thread.name}${copies}${on}${blocks}`),
    ...twoColumns(locals, width),
    ...(locals.length === 0 ? [] : ['']),
    ...twoColumns(codeRows(thread.body), width),
  ];
}

/** Line numbers are those of all other commands. */
const codeRows = (body: Block): readonly TwoColumns[] =>
  listingOf(body).map(({ line, depth, text, meaning }): TwoColumns => [
    `${String(line ?? '').padStart(3)}  ${'  '.repeat(depth)}${text}`,
    meaning,
  ]);

const variableRows = (declarations: Declarations): readonly TwoColumns[] =>
  Object.entries(declarations).map(([name, declaration]: [string, AnyDeclaration]) => [
    declaration.length === null ? name : `${name}[${declaration.length}]`,
    describe(declaration),
  ]);

function describe({ domain, initial, meaning }: AnyDeclaration): string {
  const first = [...new Set(initial)].length === 1 ? String(initial[0]) : initial.join(', ');
  return `${printDomain(domain)}, initially ${first}${meaning === '' ? '' : ` -- ${meaning}`}`;
}

/** The CPU state that a memory model adds: size and cells of each part. */
function cpuRows({ shared }: Model): readonly TwoColumns[] {
  const cells = Object.values(shared).filter(({ part }) => part?.holds === 'cell');
  return [...Map.groupBy(cells, ({ insideCpu, part }) => `${insideCpu!} of ${part!.cpu}`)].map(
    ([name, own]): TwoColumns => [
      name,
      `up to ${own.length} entries, cells: ${own[0]!.cellNames!.filter((cell) => cell !== '').join(', ')}`,
    ],
  );
}

/** Name and condition on separate lines: both are long. */
const propertyLines = ({ properties, liveness = [] }: Model, width: number): readonly string[] =>
  [
    ...properties.map(({ kind, name, condition }) => ({ kind, name, text: printExpr(condition) })),
    ...liveness.map((one) => ({ kind: one.kind, name: one.name, text: printLiveness(one) })),
  ].flatMap(({ kind, name, text }) => [
    ...wrap(`  ${kind}: ${name}`, width, 4),
    ...wrap(text, width - 6, 2).map((line) => `      ${styled('cyan', line)}`),
  ]);
