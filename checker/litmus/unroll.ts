/** Unrolls loops with a constant number of iterations. */
import { LitmusError, type CExpr, type CStatement } from './litmus-test.ts';
import { binaryOf, unaryOf } from './values.ts';

/** The largest number of iterations of all loops of a process. */
const mostRounds = 1_000;

/** The registers with known values at this point. */
type KnownRegisters = Map<string, number>;

/** Throws  LitmusError for a loop whose condition depends on memory, or that does not end. */
export const unrolled = (body: readonly CStatement[]): readonly CStatement[] =>
  unroll(body, new Map(), { rounds: 0 });

function unroll(
  body: readonly CStatement[],
  known: KnownRegisters,
  spent: { rounds: number },
): readonly CStatement[] {
  return body.flatMap((statement): readonly CStatement[] => {
    switch (statement.kind) {
      case 'declare':
      case 'evaluate':
        return [statement];
      case 'assign': {
        if (statement.target.kind === 'name')
          assign(statement.target.name, valueIn(statement.value, known), known);
        return [statement];
      }
      case 'if': {
        const [then, otherwise] = [statement.then, statement.otherwise].map((arm) => {
          const inside = new Map(known);
          return { body: unroll(arm, inside, spent), known: inside };
        });
        known.clear();
        for (const [name, value] of then!.known)
          if (otherwise!.known.get(name) === value) known.set(name, value);
        return [{ ...statement, then: then!.body, otherwise: otherwise!.body }];
      }
      case 'loop':
        return rounds(statement, known, spent);
    }
  });
}

function rounds(
  loop: CStatement & { kind: 'loop' },
  known: KnownRegisters,
  spent: { rounds: number },
): readonly CStatement[] {
  const all: CStatement[] = [];
  for (let test = loop.testsFirst; ; test = true) {
    const goesOn = test ? valueIn(loop.condition, known) : 1;
    if (goesOn === null)
      throw new LitmusError(
        loop.line,
        `the loop 'while (${loop.text})' depends on memory: only loops with a constant number of iterations are supported`,
      );
    if (goesOn === 0) return all;
    spent.rounds += 1;
    if (spent.rounds > mostRounds)
      throw new LitmusError(
        loop.line,
        `the loop 'while (${loop.text})' has more than ${mostRounds} iterations`,
      );
    all.push(...unroll(loop.body, known, spent));
  }
}

function assign(name: string, value: number | null, known: KnownRegisters): void {
  if (value === null) known.delete(name);
  else known.set(name, value);
}

/** The value of an expression over constants and known registers; otherwise null. */
function valueIn(expr: CExpr, known: KnownRegisters): number | null {
  switch (expr.kind) {
    case 'constant':
      return expr.value;
    case 'name':
      return known.get(expr.name) ?? null;
    case 'cast':
      return valueIn(expr.operand, known);
    case 'unary': {
      const operand = valueIn(expr.operand, known);
      return operand === null ? null : asNumber(unaryOf(expr.operator, operand));
    }
    case 'binary': {
      const [left, right] = [valueIn(expr.left, known), valueIn(expr.right, known)];
      return left === null || right === null ? null : asNumber(binaryOf(expr.operator, left, right));
    }
    case 'dereference':
    case 'call':
      return null;
  }
}

const asNumber = (value: number | string | null) => (typeof value === 'number' ? value : null);
