/** Claims about runs in Promela: a never claim for each copy that they are about. */
import { goalsOf } from '../../language/liveness.ts';
import type { Model } from '../../language/model.ts';
import { promelaExpr } from './expression.ts';
import { inComment, type PromelaNames } from './names.ts';

/**
 * The claims, which `spin -a -DCLAIMS` adds to the model; `pan -a -f -N claim_0` checks the first of them.
 *
 * A run breaks a claim if its premise is true in some state and its conclusion is false there and ever after. Spin has no
 * strong fairness, and its claims do not see which process has made a step.
 */
export function claimLines(model: Model, names: PromelaNames): readonly string[] {
  const goals = goalsOf(model);
  if (goals.length === 0) return [];
  const claims = goals.flatMap(({ claim, fair, from, to }, at): readonly string[] => {
    const name = inComment(model.liveness![claim]!.name);
    const title = `/* claim_${at}: ${name}; ${fairness[fair]} */`;
    if (from === null || fair === 'strong') return [title.replace(' */', ': not expressible in Spin */')];
    const text = (expr: typeof from) => promelaExpr(expr, { names, cpu: '', bound: [] });
    const waits = `!${text(to)}`;
    return [
      title,
      `never claim_${at} {`,
      '  do',
      `  :: ${text(from)} && (${waits}) -> goto accept_${at}`,
      '  :: true',
      '  od;',
      `accept_${at}:`,
      '  do',
      `  :: (${waits})`,
      '  od',
      '}',
    ];
  });
  return ['#ifdef CLAIMS', ...claims, '#endif'];
}

const fairness = { weak: 'with -f', strong: 'under strong fairness', none: 'without -f' } as const;
