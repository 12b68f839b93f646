/** A model as text: its options, variables, threads in two columns, properties and scenarios. */
import { printDomain } from '../checker/language/domain.ts';
import type { AnyDefinition, Model } from '../checker/language/model.ts';
import { printExpr, printMeaning, printText } from '../checker/language/print.ts';
import type { Block, Statement } from '../checker/language/statement.ts';
import type { AnyThread } from '../checker/language/thread.ts';
import type { AnyDeclaration, Declarations } from '../checker/language/variable.ts';
import { describeOptions } from './model-options.ts';
import { styled } from './output.ts';
import { wrap } from './wrap.ts';

/** A line of two columns. */
type Row = readonly [left: string, right: string];

export function describeModel(definition: AnyDefinition, model: Model, width: number): string {
  const sections = [
    [`${styled('bold', definition.name)}: ${definition.summary}`],
    [describeOptions(definition.options)],
    section('shared memory', variableRows(model.shared), width),
    ...model.threads.map((thread) => threadSection(thread, width)),
    section('properties', propertyRows(model), width),
    section(
      'scenarios',
      definition.scenarios.map(({ name, verdict, why }) => [
        name,
        why === undefined ? verdict : `${verdict}: ${why}`,
      ]),
      width,
    ),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function section(name: string, rows: readonly Row[], width: number): readonly string[] {
  return rows.length === 0 ? [] : [styled('bold', name), ...columns(rows, width)];
}

function threadSection(thread: AnyThread, width: number): readonly string[] {
  const copies = thread.cpus > 1 ? `, ${thread.cpus} copies` : '';
  const on = thread.on === null ? '' : `, on the CPUs of ${thread.on}`;
  const blocks = thread.mayBlockForever ? ', may wait for ever' : '';
  const locals = Object.entries(thread.locals).map(([name, declaration]): Row => [
    name,
    describe(declaration),
  ]);
  return [
    styled('bold', `thread ${thread.name}${copies}${on}${blocks}`),
    ...columns(locals, width),
    ...(locals.length === 0 ? [] : ['']),
    ...columns(blockRows(thread.body, 0), width),
  ];
}

function blockRows(block: Block, depth: number): readonly Row[] {
  return block.flatMap((statement) => statementRows(statement, depth));
}

function statementRows(statement: Statement, depth: number): readonly Row[] {
  const indent = '  '.repeat(statement.kind === 'label' ? 0 : depth);
  const own: Row = [indent + printText(statement), printMeaning(statement)];
  switch (statement.kind) {
    case 'branch':
      return [
        own,
        ...blockRows(statement.then, depth + 1),
        ...(statement.otherwise.length === 0 ? [] : [[`${indent}else`, ''] as const]),
        ...blockRows(statement.otherwise, depth + 1),
      ];
    case 'either':
      return statement.alternatives.flatMap((alternative, at): readonly Row[] => [
        [indent + (at === 0 ? 'either' : 'or'), ''],
        ...blockRows(alternative, depth + 1),
      ]);
    case 'loop':
    case 'forever':
    case 'atomically':
      return [own, ...blockRows(statement.body, depth + 1)];
    case 'step':
    case 'choose':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return [own];
  }
}

const variableRows = (declarations: Declarations): readonly Row[] =>
  Object.entries(declarations).map(([name, declaration]: [string, AnyDeclaration]) => [
    declaration.length === null ? name : `${name}[${declaration.length}]`,
    describe(declaration),
  ]);

function describe({ domain, initial, meaning }: AnyDeclaration): string {
  const first = [...new Set(initial)].length === 1 ? String(initial[0]) : initial.join(', ');
  return `${printDomain(domain)}, at first ${first}${meaning === '' ? '' : ` -- ${meaning}`}`;
}

const propertyRows = ({ properties }: Model): readonly Row[] =>
  properties.map(({ kind, name, condition }) => [`${kind}: ${name}`, printExpr(condition)]);

/** Two columns, the left as wide as it needs to be within half of the width. */
function columns(rows: readonly Row[], width: number): readonly string[] {
  const longest = Math.max(0, ...rows.map(([left]) => left.length));
  const right = Math.min(longest, Math.floor(width / 2)) + 4;
  return rows.flatMap(([left, meaning]) => {
    const hang = left.length - left.trimStart().length + 4;
    const lefts = wrapIndented(left, right - 4, hang);
    const rights = meaning === '' ? [] : wrap(meaning, width - right, 2);
    return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, at) =>
      `  ${(lefts[at] ?? '').padEnd(right - 2)}${styled('cyan', rights[at] ?? '')}`.trimEnd(),
    );
  });
}

/** Like wrap, but keeps the indentation of the first line. */
function wrapIndented(text: string, width: number, hang: number): readonly string[] {
  const indent = text.length - text.trimStart().length;
  const [first = '', ...others] = wrap(text.trimStart(), width - indent, hang - indent);
  return [' '.repeat(indent) + first, ...others.map((line) => ' '.repeat(indent) + line)];
}
