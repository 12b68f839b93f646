/** Mutations: changes that weaken or move one statement of a model. */
import { titleOf, type StatementSite, type Change, type MutationOperator } from './site.ts';
import type { Model } from '../../language/model.ts';
import { blocksOf, type Block, type Statement } from '../../language/statement.ts';
import { fixedBranch } from './fixed-branch.ts';
import { dropStatement } from './drop-statement.ts';
import { movedBack } from './moved-back.ts';
import { weakerOrdering } from './weaker-ordering.ts';
import { withoutEffect } from './without-effect.ts';
import { withoutPart } from './without-part.ts';
import { withoutWait } from './without-wait.ts';

export interface Mutation extends Change {
  /** The same in every variant of the model that has the statement. */
  readonly name: string;
  readonly thread: string;
  readonly statement: Statement;
}

const operators: readonly MutationOperator[] = [
  dropStatement,
  withoutWait,
  withoutEffect,
  fixedBranch,
  withoutPart,
  movedBack,
  weakerOrdering,
];

/** All mutations of a model, in the order of its text. */
export function mutationsOf(model: Model): readonly Mutation[] {
  const seen = new Map<string, number>();
  const named = (mutation: Mutation): Mutation => {
    // The same statement may occur twice in a list.
    const before = seen.get(mutation.name) ?? 0;
    seen.set(mutation.name, before + 1);
    return before === 0 ? mutation : { ...mutation, name: `${mutation.name} (place ${before + 1})` };
  };
  return model.threads.flatMap(({ name: thread, body }) =>
    [...sitesOf(body, false)].flatMap((site) =>
      operators.flatMap((operator) =>
        operator(site).map((change) =>
          named({
            ...change,
            thread,
            statement: site.statement,
            name: nameOf(thread, site.statement, change),
          }),
        ),
      ),
    ),
  );
}

function* sitesOf(block: Block, atomic: boolean): Generator<StatementSite> {
  for (const [at, statement] of block.entries()) {
    yield { statement, block, at, atomic };
    for (const inner of blocksOf(statement)) yield* sitesOf(inner, atomic || statement.kind === 'atomically');
  }
}

const nameOf = (thread: string, statement: Statement, { change }: Change) =>
  `${thread}: ${titleOf(statement)}: ${change}`;
