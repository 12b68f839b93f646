/** A model as text, for a counterexample of a law. */
import { printDomain } from '../../checker/language/domain.ts';
import type { Model } from '../../checker/language/model.ts';
import { printExpr, printMeaning, printText } from '../../checker/language/print.ts';
import { blocksOf, type Block, type Statement } from '../../checker/language/statement.ts';
import type { AnyThread } from '../../checker/language/thread.ts';
import type { Declarations } from '../../checker/language/variable.ts';

export function printModel(model: Model): string {
  const properties = model.properties.map(
    ({ kind, name, condition }) => `${kind} '${name}': ${printExpr(condition)}`,
  );
  return [
    ...printVariables('shared', model.shared),
    ...model.threads.flatMap(printThread),
    ...properties,
  ].join('\n');
}

function printThread(thread: AnyThread): readonly string[] {
  const patient = thread.mayBlockForever ? ' (may block forever)' : '';
  const body = printBlock(thread.body, '  ');
  // Locals that nothing mentions would only be noise.
  const used = Object.entries(thread.locals).filter(([name]) =>
    new RegExp(`\\b${name}\\b`).test(body.join('\n')),
  );
  return [
    `thread ${thread.name} x ${thread.cpus}${patient}`,
    ...printVariables('  local', Object.fromEntries(used)),
    ...body,
  ];
}

const printVariables = (scope: string, variables: Declarations) =>
  Object.entries(variables).map(
    ([name, { domain, initial, length }]) =>
      `${scope} ${name}${length === null ? '' : `[${length}]`}: ${printDomain(domain)} = ${initial.join(', ')}`,
  );

const printBlock = (block: Block, indent: string): readonly string[] =>
  block.flatMap((statement) => printStatement(statement, indent));

function printStatement(statement: Statement, indent: string): readonly string[] {
  const line = `${indent}${printText(statement)}  ${printMeaning(statement)}`;
  const blocks = blocksOf(statement).map((block) => printBlock(block, `${indent}  `));
  return [
    line,
    ...blocks.flatMap((block, at) =>
      at === 0 ? block : block.length === 0 ? [] : [`${indent}or`, ...block],
    ),
  ];
}
