/** Parses watched expressions over shared memory and locals: `count[0] == 2 && !gup_fast[0].holds`. */
import jsep from 'jsep';
import { binaryOperators, type AnyExpr, type BinaryOperator } from '../../../checker/language/expression.ts';
import { checkCondition } from '../../../checker/language/validate-expression.ts';
import type { Model } from '../../../checker/language/model.ts';
import { eitherOf } from '../../../checker/language/option.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import type { AnyThread } from '../../../checker/language/thread.ts';
import type { AnyDeclaration } from '../../../checker/language/variable.ts';

/** The expression, or the error. */
export type Parsed =
  | { readonly kind: 'expression'; readonly expr: AnyExpr; readonly isCondition: boolean }
  | { readonly kind: 'error'; readonly message: string };

export function parse(text: string, model: Model): Parsed {
  try {
    const expr = meaningOf(jsep(text), model);
    const scope = {
      place: '',
      origin: null,
      shared: model.shared,
      threads: model.threads,
      thread: null,
      binders: [],
    };
    // Comparing the expression with itself checks any type.
    checkCondition({ kind: 'binary', operator: '==', left: expr, right: expr }, scope);
    return { kind: 'expression', expr, isCondition: isCondition(expr, scope) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'error', message: message.replace(/^: /, '') };
  }
}

function isCondition(expr: AnyExpr, scope: Parameters<typeof checkCondition>[1]): boolean {
  try {
    checkCondition(expr, scope);
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}

const operators: ReadonlyMap<string, BinaryOperator> = new Map(
  binaryOperators.map((operator) => [operator, operator]),
);

function meaningOf(node: jsep.Expression, model: Model): AnyExpr {
  const found = node as jsep.CoreExpression;
  switch (found.type) {
    case 'Literal':
      return constant(found.value as string | number | boolean);
    case 'Identifier':
      return named(found.name, model);
    case 'MemberExpression':
      return member(found, model);
    case 'UnaryExpression':
      return unary(found, model);
    case 'BinaryExpression': {
      const operator = operators.get(found.operator);
      if (operator === undefined) throw new ModelError(`unknown operator '${found.operator}'`);
      return {
        kind: 'binary',
        operator,
        left: meaningOf(found.left, model),
        right: meaningOf(found.right, model),
      };
    }
    case 'CallExpression':
      return call(found, model);
    case 'ArrayExpression':
    case 'Compound':
    case 'SequenceExpression':
    case 'ConditionalExpression':
    case 'ThisExpression':
      throw new ModelError('expected one expression, such as count[0] == 2');
  }
}

const constant = (value: string | number | boolean): AnyExpr => ({ kind: 'constant', value });

/** A shared variable, else the name of a value such as `present`. */
function named(name: string, { shared }: Model): AnyExpr {
  const declaration = shared[name];
  if (declaration === undefined) return constant(name);
  return { kind: 'shared', name, index: null, domain: declaration.domain };
}

function unary({ operator, argument }: jsep.UnaryExpression, model: Model): AnyExpr {
  const operand = meaningOf(argument, model);
  if (operator === '!') return { kind: 'not', operand };
  if (operator === '-' && operand.kind === 'constant') return constant(-Number(operand.value));
  throw new ModelError(`unknown unary operator '${operator}'`);
}

/** `count[0]`, `gup_fast.holds`, `gup_fast[1].holds`, `collapse.saved[0]` */
function member(node: jsep.MemberExpression, model: Model): AnyExpr {
  if (!node.computed) return local(node, null, model);
  const index = meaningOf(node.property, model);
  const array = node.object as jsep.CoreExpression;
  if (array.type === 'MemberExpression') return local(array, index, model);
  const reference = meaningOf(array, model);
  if (reference.kind !== 'shared') throw new ModelError(`'${nameOf(array)}' is not a shared array`);
  return { ...reference, index };
}

function local({ object, property }: jsep.MemberExpression, index: AnyExpr | null, model: Model): AnyExpr {
  const { thread, replica } = copyOf(object, model);
  const name = nameOf(property);
  const declaration = (thread.locals as Readonly<Record<string, AnyDeclaration | undefined>>)[name];
  if (declaration === undefined)
    throw new ModelError(
      `'${thread.name}' has no local '${name}': expected ${eitherOf(Object.keys(thread.locals))}`,
    );
  return { kind: 'local', thread: thread.name, name, index, replica, domain: declaration.domain };
}

/**
 * A copy of a thread: `gup_fast`, the first one, or `gup_fast[1]`; other characters than letters in its name are
 * written `_`.
 */
function copyOf(
  node: jsep.Expression,
  model: Model,
): { readonly thread: AnyThread; readonly replica: AnyExpr } {
  const found = node as jsep.CoreExpression;
  const isIndexed = found.type === 'MemberExpression' && found.computed;
  const name = nameOf(isIndexed ? found.object : found);
  const thread = model.threads.find((other) => other.name.replaceAll(/\W/g, '_') === name);
  if (thread === undefined)
    throw new ModelError(
      `unknown thread '${name}': expected ${eitherOf(model.threads.map((other) => other.name))}`,
    );
  const replica = isIndexed ? meaningOf(found.property, model) : constant(0);
  const isCopy =
    replica.kind === 'constant' && Number(replica.value) < thread.cpus && Number(replica.value) >= 0;
  if (!isCopy)
    throw new ModelError(`invalid copy of ${thread.name}: expected a number from 0 to ${thread.cpus - 1}`);
  return { thread, replica };
}

/** `ended(gup_fast)` */
function call({ callee, arguments: words }: jsep.CallExpression, model: Model): AnyExpr {
  const [copy, ...others] = words;
  if (nameOf(callee) !== 'ended' || copy === undefined || others.length > 0)
    throw new ModelError('the only function is ended(thread)');
  const { thread, replica } = copyOf(copy, model);
  return { kind: 'ended', thread: thread.name, replica };
}

function nameOf(node: jsep.Expression): string {
  const found = node as jsep.CoreExpression;
  if (found.type !== 'Identifier') throw new ModelError('expected a name');
  return found.name;
}
