/** A model without what watches it, for a machine that gives every cell the times of memory. */
import { walk, type AnyExpr } from '../language/expression.ts';
import { ModelError } from '../language/model-error.ts';
import type { Model } from '../language/model.ts';
import { withBlocks, type Block, type Effect } from '../language/statement.ts';

/**
 * Assertions about watching variables and their assignments go; what the model then does not find is marked.
 *
 * Sound for: models whose guards, properties and other effects read no such variable, which is refused.
 *
 * Throws  ModelError if the program depends on one.
 */
export function withoutGhosts(model: Model): Model {
  const ghosts = new Set(Object.keys(model.shared).filter((name) => model.shared[name]!.ghost === 'watch'));
  if (ghosts.size === 0) return model;
  const isAbout = (expr: AnyExpr) =>
    [...walk(expr)].some((part) => part.kind === 'shared' && ghosts.has(part.name));
  const needed = (): never => {
    const { meaning } = Object.values(model.shared).find(({ ghost }) => ghost === 'watch')!;
    throw new ModelError(
      `arm64 does not watch whether ${meaning}, on which the program depends: take sc, tso or pso`,
    );
  };
  const kept = (effect: Effect): readonly Effect[] => {
    switch (effect.kind) {
      case 'set':
        if (isAbout(effect.target)) return [];
        return isAbout(effect.value) ? needed() : [effect];
      case 'assert':
        return isAbout(effect.condition) ? [] : [effect];
      case 'when': {
        const effects = effect.effects.flatMap(kept);
        if (effects.length === 0) return [];
        return isAbout(effect.condition) ? needed() : [{ ...effect, effects }];
      }
      case 'each':
        return [{ ...effect, effects: effect.effects.flatMap(kept) }];
      case 'count':
        return [effect];
    }
  };
  const block = (statements: Block): Block =>
    statements.flatMap((statement) => {
      if (statement.kind !== 'step') return [withBlocks(statement, block)];
      const { guard } = statement;
      if (guard !== null && isAbout(guard)) return needed();
      const effects = statement.effects.flatMap(kept);
      // A step that did nothing else is gone.
      const isEmptied = guard === null && effects.length === 0 && statement.effects.length > 0;
      return isEmptied ? [] : [{ ...statement, effects }];
    });
  if (model.properties.some(({ condition }) => isAbout(condition))) needed();
  const shared = Object.fromEntries(Object.entries(model.shared).filter(([name]) => !ghosts.has(name)));
  return {
    ...model,
    shared,
    threads: model.threads.map((thread) => ({ ...thread, body: block(thread.body) })),
    isUnwatched: true,
  };
}
