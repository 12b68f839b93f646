/** Memory that nobody writes is a constant in statements that are generated from C: reading it is local computation. */
import { copied } from '../language/copied.ts';
import type { AnyExpr, SharedReference } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import type { Effect, Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';
import { withParts } from './code-walk.ts';

/** Whether a statement may read constants in place of memory. */
export type IsMarked = (statement: Statement) => boolean;

export const isFromC: IsMarked = ({ source }) => source !== undefined;

/**
 * The model with constants in place of cells that no step writes.
 *
 * Sound for:  plain loads, which order nothing; a load that is an acquire, or goes through pointers, stays.
 */
export function withConstantMemory(model: Model, isMarked: IsMarked = isFromC): Model {
  const { threads, shared } = model;
  if (!threads.some(({ body }) => body.some(isMarked))) return model;
  const written = new Set(
    threads.flatMap(({ body }) => [...statementsOf(body)].flatMap(effectsOf)).flatMap(targetsOf),
  );
  const constantOf = (node: object): AnyExpr | null => {
    const { kind, name, index, via } = node as Omit<SharedReference, 'kind'> & { readonly kind: unknown };
    const declaration = kind === 'shared' && via === undefined ? shared[name] : undefined;
    if (declaration === undefined || declaration.insideCpu !== undefined || written.has(name)) return null;
    const at = index === null ? 0 : index.kind === 'constant' ? Number(index.value) : -1;
    const value = declaration.initial[at];
    return value === undefined ? null : { kind: 'constant', value };
  };
  const replaced = (statement: Statement): Statement =>
    isMarked(statement) && !orders(statement)
      ? copied(statement, (node, inner) => constantOf(node) ?? inner())
      : statement;
  return { ...model, threads: threads.map((one) => ({ ...one, body: one.body.map(replaced) })) };
}

/** Whether a statement, or one inside of it, orders accesses or reads several cells at one time. */
const orders = (statement: Statement): boolean =>
  [...statementsOf([statement])].some(
    (one) => one.kind === 'atomically' || (one.kind === 'step' && one.ordering !== null),
  );

const effectsOf = (statement: Statement): readonly Effect[] =>
  statement.kind === 'step' ? statement.effects.flatMap((effect) => [...withParts(effect)]) : [];

const targetsOf = (effect: Effect) =>
  effect.kind === 'set' && effect.target.kind === 'shared' ? [effect.target.name] : [];
