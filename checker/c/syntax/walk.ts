/** Walks through statements and expressions. */
import type { Declaration, Expression, Statement } from './syntax.ts';

/** The statements directly inside of a statement. */
export function innerStatements(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'block':
      return statement.body;
    case 'if':
      return statement.otherwise === null ? [statement.then] : [statement.then, statement.otherwise];
    case 'for':
      return statement.first === null ? [statement.body] : [statement.first, statement.body];
    case 'while':
    case 'do':
    case 'switch':
      return [statement.body];
    case 'expression':
    case 'declaration':
    case 'case':
    case 'label':
    case 'goto':
    case 'return':
    case 'break':
    case 'continue':
      return [];
  }
}

/** The expressions directly inside of a statement. */
function ownExpressions(statement: Statement): readonly (Expression | null)[] {
  switch (statement.kind) {
    case 'expression':
      return [statement.expression];
    case 'declaration':
      return statement.declarations.map(({ initial }) => initial);
    case 'if':
    case 'while':
    case 'do':
      return [statement.condition];
    case 'for':
      return [statement.condition, statement.update];
    case 'switch':
    case 'return':
    case 'case':
      return [statement.value];
    case 'block':
    case 'label':
    case 'goto':
    case 'break':
    case 'continue':
      return [];
  }
}

/** All statements of a body, each before those inside of it. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    yield* statementsIn(innerStatements(statement));
  }
}

/** The `case` labels of a switch, not of one inside of it. */
export function* casesIn(statement: Statement): Generator<Statement & { readonly kind: 'case' }> {
  if (statement.kind === 'case') yield statement;
  if (statement.kind !== 'switch') for (const inner of innerStatements(statement)) yield* casesIn(inner);
}

/** The declarations of a body. */
export const declarationsIn = (body: readonly Statement[]): readonly Declaration[] =>
  [...statementsIn(body)].flatMap((statement) =>
    statement.kind === 'declaration' ? statement.declarations : [],
  );

/** All expressions of a body with their parts. */
export function* expressionsIn(body: readonly Statement[]): Generator<Expression> {
  for (const statement of statementsIn(body))
    for (const expression of ownExpressions(statement)) if (expression !== null) yield* partsOf(expression);
}

/** The names that statements assign, or whose address they take. */
export function assignedNames(body: readonly Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const expression of expressionsIn(body)) {
    const target =
      expression.kind === 'assign' || expression.kind === 'update'
        ? expression.target
        : expression.kind === 'unary' && expression.operator === '&'
          ? expression.operand
          : expression.kind === 'call' &&
              /_irqsave$|^local_irq_save$|^local_save_flags$/.test(expression.name)
            ? expression.arguments.at(-1)
            : undefined;
    if (target?.kind === 'name') names.add(target.name);
  }
  return names;
}

/** The expression and all its parts, itself first. */
export function* partsOf(expression: Expression): Generator<Expression> {
  yield expression;
  switch (expression.kind) {
    case 'unary':
    case 'cast':
      yield* partsOf(expression.operand);
      return;
    case 'sizeof':
      if (expression.operand !== null) yield* partsOf(expression.operand);
      return;
    case 'update':
      yield* partsOf(expression.target);
      return;
    case 'binary':
    case 'comma':
      yield* partsOf(expression.left);
      yield* partsOf(expression.right);
      return;
    case 'assign':
      yield* partsOf(expression.target);
      yield* partsOf(expression.value);
      return;
    case 'conditional':
      yield* partsOf(expression.condition);
      if (expression.then !== null) yield* partsOf(expression.then);
      yield* partsOf(expression.otherwise);
      return;
    case 'invoke':
      yield* partsOf(expression.callee);
      for (const argument of expression.arguments) yield* partsOf(argument);
      return;
    case 'call':
      for (const argument of expression.arguments) yield* partsOf(argument);
      return;
    case 'member':
      yield* partsOf(expression.object);
      return;
    case 'index':
      yield* partsOf(expression.array);
      yield* partsOf(expression.index);
      return;
    case 'perCpu':
      yield* partsOf(expression.variable);
      yield* partsOf(expression.cpu);
      return;
    case 'list':
    case 'compound':
      for (const { value } of expression.entries) yield* partsOf(value);
      return;
    case 'block':
      yield* expressionsIn(expression.body);
      return;
    case 'integer':
    case 'null':
    case 'string':
    case 'name':
    case 'type':
  }
}
