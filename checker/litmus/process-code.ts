/** The C of the processes in a litmus file: a C file like any other, in which one process is one function. */
import type { BinaryOperator } from '../language/expression.ts';
import { readFunctions } from '../c/syntax/read-unit.ts';
import { attempt, excerptOf, fail, Mistakes, positionOf, textOf } from '../c/syntax/source.ts';
import type { Declaration, Expression, FunctionDefinition, Statement } from '../c/syntax/syntax.ts';
import type { Type } from '../c/syntax/types.ts';
import { int, wide } from './c-arithmetic.ts';
import { blank } from './comments.ts';
import { LitmusError, type CExpr, type CStatement, type CType, type Process } from './litmus-test.ts';

/** A stretch of the source text; `to` is the offset behind its last character. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The processes at these places of the text: `P0(int *x) { ... }`.
 *
 * Throws  LitmusError with all mistakes, each with its line, the source and a caret.
 */
export function readProcesses(text: string, spans: readonly Span[]): readonly Process[] {
  const mistakes = new Mistakes();
  const file = { name: '', text: onlyIn(text, spans) };
  const functions = readFunctions(file, new Set(spans.map(({ from }) => from)), mistakes);
  const processes = functions.flatMap((one) => attempt(() => processOf(one, mistakes)) ?? []);
  if (mistakes.any) throw errorOf(mistakes);
  return processes;
}

/** The text with blanks for all but these stretches; lines and offsets stay. */
function onlyIn(text: string, spans: readonly Span[]): string {
  let [kept, at] = ['', 0];
  for (const { from, to } of spans) {
    kept += blank(text.slice(at, from)) + text.slice(from, to);
    at = to;
  }
  return kept + blank(text.slice(at));
}

function errorOf({ all }: Mistakes): LitmusError {
  const lines = all.map(
    ({ place, message }) => `line ${positionOf(place).line}: ${message}\n${excerptOf(place)}`,
  );
  return new LitmusError(positionOf(all[0]!.place).line, lines.join('\n').replace(/^line \d+: /, ''));
}

function processOf({ place, name, type, body }: FunctionDefinition, mistakes: Mistakes): Process {
  const number = /^P(\d+)$/.exec(name)?.[1];
  if (number === undefined)
    return fail(
      mistakes,
      { ...place, length: name.length },
      `a process is named P0, P1 and so on, not '${name}'`,
    );
  const types = type.parameters.map((one): [string, CType] => [
    one.name,
    widthOf(one.type.kind === 'pointer' ? one.type.to : one.type),
  ]);
  return {
    number: Number(number),
    parameters: types.map(([parameter]) => parameter),
    types: new Map(types),
    body: body.flatMap((statement) => attempt(() => statementsOf(statement, mistakes)) ?? []),
  };
}

/** The width and sign of a type; an atomic type has those of its counter. */
function widthOf(type: Type): CType {
  switch (type.kind) {
    case 'integer':
      return { bits: type.bits, isSigned: type.signed };
    case 'bool':
      return { bits: 32, isSigned: false };
    case 'pointer':
    case 'array':
      return wide;
    case 'struct': {
      const [counter] = type.fields;
      return counter?.type.kind === 'integer' ? widthOf(counter.type) : int;
    }
    case 'enum':
    case 'void':
    case 'auto':
    case 'function':
      return int;
  }
}

/** The statements of a litmus test that one of C means. */
function statementsOf(statement: Statement, mistakes: Mistakes): readonly CStatement[] {
  const { line } = positionOf(statement.place);
  const inside = (inner: Statement | null): readonly CStatement[] =>
    inner === null ? [] : statementsOf(inner, mistakes);
  const loop = (
    condition: Expression | null,
    body: readonly CStatement[],
    testsFirst: boolean,
  ): CStatement => ({
    kind: 'loop',
    line,
    text: condition === null ? '' : textOf(condition.place),
    condition: condition === null ? constant(1) : expressionOf(condition, mistakes),
    body,
    testsFirst,
  });
  switch (statement.kind) {
    case 'block':
      return statement.body.flatMap((inner) => attempt(() => statementsOf(inner, mistakes)) ?? []);
    case 'expression':
      return effectsOf(statement.expression, mistakes);
    case 'declaration':
      return statement.declarations.flatMap((one) => declarationOf(one, mistakes));
    case 'if': {
      const condition = expressionOf(statement.condition, mistakes);
      const text = textOf(statement.condition.place);
      return [
        {
          kind: 'if',
          line,
          text,
          condition,
          then: inside(statement.then),
          otherwise: inside(statement.otherwise),
        },
      ];
    }
    case 'while':
      return [loop(statement.condition, inside(statement.body), true)];
    case 'do':
      return [loop(statement.condition, inside(statement.body), false)];
    case 'for': {
      const { first, condition, update, body } = statement;
      const last = update === null ? [] : effectsOf(update, mistakes);
      return [...inside(first), loop(condition, [...inside(body), ...last], true)];
    }
    case 'switch':
    case 'case':
    case 'label':
    case 'goto':
    case 'return':
    case 'break':
    case 'continue':
      return fail(mistakes, statement.place, `'${statement.kind}' is not supported in a litmus file`);
  }
}

function declarationOf(
  { place, whole, name, type, initial }: Declaration,
  mistakes: Mistakes,
): readonly CStatement[] {
  if (type.kind === 'array')
    return fail(mistakes, place, `'${name}' is an array, and a register is a number`);
  const { line } = positionOf(place);
  const declared: CStatement = { kind: 'declare', line, text: name, name, type: widthOf(type) };
  if (initial === null) return [declared];
  const value = expressionOf(initial, mistakes);
  // Without the stars of a pointer.
  const text = textOf({ ...place, length: whole.offset + whole.length - place.offset });
  return [declared, { kind: 'assign', line, text, target: { kind: 'name', name, line }, value }];
}

/** `r0 = e`, `*x = e`, `r0 += e`, `r0++`, `++r0`, a call, or several of them with commas. */
function effectsOf(expression: Expression, mistakes: Mistakes): readonly CStatement[] {
  const { place } = expression;
  const own = { line: positionOf(place).line, text: textOf(place) };
  const changed = (target: CExpr, operator: BinaryOperator, right: CExpr): readonly CStatement[] => [
    { ...own, kind: 'assign', target, value: { kind: 'binary', operator, left: target, right } },
  ];
  if (expression.kind === 'comma')
    return [...effectsOf(expression.left, mistakes), ...effectsOf(expression.right, mistakes)];
  if (expression.kind === 'update')
    return changed(expressionOf(expression.target, mistakes), expression.operator, constant(1));
  if (expression.kind !== 'assign')
    return [{ ...own, kind: 'evaluate', value: expressionOf(expression, mistakes) }];
  const target = expressionOf(expression.target, mistakes);
  const value = expressionOf(expression.value, mistakes);
  return expression.operator === null
    ? [{ ...own, kind: 'assign', target, value }]
    : changed(target, expression.operator, value);
}

const constant = (value: number): CExpr => ({ kind: 'constant', value });

function expressionOf(expression: Expression, mistakes: Mistakes): CExpr {
  const { place } = expression;
  const { line } = positionOf(place);
  const inner = (operand: Expression): CExpr => expressionOf(operand, mistakes);
  switch (expression.kind) {
    case 'integer':
      return Number.isSafeInteger(Number(expression.value))
        ? constant(Number(expression.value))
        : fail(mistakes, place, `'${textOf(place)}' is not supported: numbers have at most 53 bits here`);
    case 'null':
      return constant(0);
    case 'name':
      return (
        { true: constant(1), false: constant(0) }[expression.name] ?? {
          kind: 'name',
          name: expression.name,
          line,
        }
      );
    case 'unary': {
      const operand = inner(expression.operand);
      switch (expression.operator) {
        case '*':
          return { kind: 'dereference', address: operand, line };
        case '&':
          return operand.kind === 'dereference' ? operand.address : operand;
        case '+':
          return operand;
        case '-':
        case '!':
        case '~':
          return { kind: 'unary', operator: expression.operator, operand };
      }
    }
    case 'binary':
      return {
        kind: 'binary',
        operator: expression.operator,
        left: inner(expression.left),
        right: inner(expression.right),
      };
    case 'index': {
      const [left, right] = [inner(expression.array), inner(expression.index)];
      return { kind: 'dereference', address: { kind: 'binary', operator: '+', left, right }, line };
    }
    case 'cast':
      return { kind: 'cast', type: widthOf(expression.type), operand: inner(expression.operand) };
    case 'call':
      return { kind: 'call', name: expression.name, operands: expression.arguments.map(inner), line };
    case 'member':
      return fail(mistakes, place, 'structures are not supported in a litmus file');
    case 'assign':
    case 'update':
    case 'comma':
      return fail(mistakes, place, 'an assignment inside of an expression is not supported in a litmus file');
    case 'conditional':
    case 'perCpu':
    case 'invoke':
    case 'sizeof':
    case 'type':
    case 'list':
    case 'compound':
    case 'block':
    case 'string':
      return fail(mistakes, place, 'this expression is not supported in a litmus file');
  }
}
