/** What an expression is known to be from its parts, once validation has seen it. */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr } from '../../language/expression.ts';

export function typeOf(expr: AnyExpr): AnyDomain['kind'] {
  switch (expr.kind) {
    case 'constant':
      return ({ boolean: 'bool', number: 'range', string: 'values' } as const)[typeof expr.value as 'string'];
    case 'shared':
    case 'local':
      return expr.domain.kind;
    case 'self':
    case 'bound':
      return 'range';
    case 'binary':
      return expr.operator === '+' || expr.operator === '-' ? 'range' : 'bool';
    case 'conditional':
      return typeOf(expr.then);
    case 'not':
    case 'claim':
    case 'quantifier':
    case 'ended':
      return 'bool';
  }
}

/** The names that expressions may take; those of a domain come first and in its order. */
export const namesOf = (...exprs: readonly AnyExpr[]): readonly string[] => [
  ...new Set(
    exprs
      .toSorted((a, b) => Number(a.kind === 'constant') - Number(b.kind === 'constant'))
      .flatMap(namesOfOne),
  ),
];

function namesOfOne(expr: AnyExpr): readonly string[] {
  if (expr.kind === 'constant') return [String(expr.value)];
  if (expr.kind === 'conditional') return namesOf(expr.then, expr.otherwise);
  return 'domain' in expr && expr.domain.kind === 'values' ? expr.domain.values : [];
}
