/** Prints expressions and statements in C syntax. */
import type { AnyExpr, Binder } from './expression.ts';
import type { Liveness } from './liveness.ts';
import type { Effect, Statement } from './statement.ts';

const binding: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

/** The binding of `!` and of casts. */
const unary = 11;

const boundNames = 'ijkmnpq';

/** The expression in C syntax; `mem.` marks shared variables, quantifiers are words. */
export function printExpr(expr: AnyExpr, outer = 0): string {
  const inParentheses = (own: number, text: string) => (own < outer ? `(${text})` : text);
  switch (expr.kind) {
    case 'constant':
      return String(expr.value);
    case 'shared':
      return `mem.${expr.name}${printIndex(expr.index)}`;
    case 'local':
      return `${expr.replica === null ? '' : `${expr.thread}[${printExpr(expr.replica)}].`}${expr.name}${printIndex(expr.index)}`;
    case 'self':
      return 'cpu';
    case 'bound':
      return boundNames[expr.binder.level] ?? `i${expr.binder.level}`;
    case 'not':
      return printNot(expr.operand);
    case 'wrap':
      return `(${expr.signed ? 's' : 'u'}${expr.bits})${printExpr(expr.operand, unary)}`;
    case 'binary': {
      const own = binding[expr.operator]!;
      return inParentheses(
        own,
        `${printExpr(expr.left, own)} ${expr.operator} ${printExpr(expr.right, own + 1)}`,
      );
    }
    case 'conditional':
      return inParentheses(
        0.5,
        `${printExpr(expr.condition, 1)} ? ${printExpr(expr.then, 1)} : ${printExpr(expr.otherwise, 1)}`,
      );
    case 'quantifier': {
      const { binder, quantifier, body } = expr;
      return `${quantifier} ${printRange(binder)}: (${printExpr(body)})`;
    }
    case 'ended':
      return `${expr.thread}[${printExpr(expr.replica)}] has ended`;
    case 'claim':
      return printExpr(expr.operand, outer);
  }
}

/** The condition that a claim about runs is about, and its fairness. */
export function printLiveness(one: Liveness): string {
  const fair = one.fair === 'weak' ? '' : one.fair === 'strong' ? ', strongly fair' : ', fair or not';
  if (one.kind === 'eventually') return `every copy of ${one.thread} has ended in the end${fair}`;
  const { binder } = one;
  const over = binder === null ? '' : `for ${printRange(binder)}: `;
  return `${over}${printExpr(one.from)} leads to ${printExpr(one.to)}${fair}`;
}

/** A bound variable with its range. */
function printRange(binder: Binder): string {
  const range = `${binder.low}..${binder.high}`;
  const over = binder.thread === null ? range : `${binder.thread}[${range}]`;
  return `${printExpr({ kind: 'bound', binder })} in ${over}`;
}

const printIndex = (index: AnyExpr | null) => (index === null ? '' : `[${printExpr(index)}]`);

/** `!(a == b)` reads as `a != b`. */
function printNot(operand: AnyExpr): string {
  if (operand.kind === 'binary' && operand.operator === '==')
    return printExpr({ ...operand, operator: '!=' }, unary);
  return `!${printExpr(operand, unary)}`;
}

export function printEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'set':
      return printSet(effect.target, effect.value);
    case 'when':
      return `if (${printExpr(effect.condition)}) ${printEffects(effect.effects)}`;
    case 'each':
      return `for all ${printExpr({ kind: 'bound', binder: effect.binder })}: ${printEffects(effect.effects)}`;
    case 'assert':
      return `assert ${printExpr(effect.condition)}`;
    case 'count':
      return `count ${effect.amount} ${effect.name}`;
  }
}

function printSet(target: AnyExpr, value: AnyExpr): string {
  const name = printExpr(target);
  if (
    value.kind === 'binary' &&
    value.right.kind === 'constant' &&
    value.right.value === 1 &&
    printExpr(value.left) === name
  ) {
    if (value.operator === '+') return `${name}++`;
    if (value.operator === '-') return `${name}--`;
  }
  return `${name} = ${printExpr(value)}`;
}

const printEffects = (effects: readonly Effect[]) => effects.map(printEffect).join('; ');

/** A text that is a complete control-flow statement. */
const controlText = /^(\}\s*)?(else\s+)?(if\b|(while|for|switch)\s*\()/;

/** The kernel's text of a statement: the left column; of a C file with its line. */
export function printText(statement: Statement): string {
  const { source } = statement;
  if (source === undefined) return printOwnText(statement);
  return `${source.file === null ? '' : `${source.file}:`}${source.line}: ${printOwnText(statement)}`;
}

/** The text of a statement without its place in a file. */
export function printOwnText(statement: Statement): string {
  switch (statement.kind) {
    case 'step':
    case 'barrier':
    case 'choose':
    case 'loop':
      return statement.text;
    case 'branch':
      return controlText.test(statement.text) ? statement.text : `if (${statement.text})`;
    case 'either':
      return 'either';
    case 'forever':
      return 'for (;;)';
    case 'atomically':
      return 'atomically';
    case 'label':
      return `${statement.name}:`;
    case 'goto':
      return `goto ${statement.label};`;
    case 'note':
      return `(${statement.text})`;
  }
}

/** The meaning of a statement in the model: the right column. */
export function printMeaning(statement: Statement): string {
  switch (statement.kind) {
    case 'step': {
      const wait = statement.guard === null ? [] : [`wait until ${printExpr(statement.guard)}`];
      const effects = statement.effects.map(printEffect);
      return (
        [...wait, ...effects].join('; ') + (statement.ordering === null ? '' : ` (${statement.ordering})`)
      );
    }
    case 'branch':
      return `if (${printExpr(statement.condition)})`;
    case 'choose':
      return `${printExpr(statement.target)} = any value`;
    case 'loop': {
      const { domain } = statement.variable;
      const ends = domain.kind === 'range' ? `${domain.low} to ${domain.high}` : '';
      return `for ${printExpr(statement.variable)} = ${ends}`;
    }
    case 'atomically':
      return statement.reason;
    case 'barrier':
      return `${statement.barrier} barrier`;
    case 'either':
    case 'forever':
    case 'label':
    case 'goto':
    case 'note':
      return '';
  }
}
