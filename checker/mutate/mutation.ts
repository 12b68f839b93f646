/** Mutations: ways to make one statement of a model do less, or come at another moment. */
import type { Model } from '../language/model.ts';
import { printText } from '../language/print.ts';
import type { Block, Statement } from '../language/statement.ts';
import { blocksOf } from '../language/statement.ts';
import type { Edits } from './edited.ts';
import { fixedBranch } from './fixed-branch.ts';
import { leftOut } from './left-out.ts';
import { movedBack } from './moved-back.ts';
import { weakerOrdering } from './weaker-ordering.ts';
import { withoutEffect } from './without-effect.ts';
import { withoutPart } from './without-part.ts';
import { withoutWait } from './without-wait.ts';

/** A statement in the block where it stands. */
export interface Site {
  readonly statement: Statement;
  readonly block: Block;
  readonly at: number;
  /** Whether an atomic block is around it: others see nothing of the order in there. */
  readonly atomic: boolean;
}

/** One thing that can be done to a statement. */
export interface Change {
  /** In words that follow the statement's text: 'left out', 'never taken'. */
  readonly change: string;
  readonly edits: Edits;
  /** Sequential consistency is blind to it: only a weaker memory model can tell. */
  readonly ofMemory?: true;
}

/** What an operator makes of a statement: every change of its kind. */
export type Operator = (site: Site) => readonly Change[];

export interface Mutation extends Change {
  /** The same in every variant of the model that has the statement. */
  readonly name: string;
  readonly thread: string;
  readonly statement: Statement;
}

const operators: readonly Operator[] = [
  leftOut,
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
    // A list that holds the same statement twice has two lines of one name.
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

function* sitesOf(block: Block, atomic: boolean): Generator<Site> {
  for (const [at, statement] of block.entries()) {
    yield { statement, block, at, atomic };
    for (const inner of blocksOf(statement)) yield* sitesOf(inner, atomic || statement.kind === 'atomically');
  }
}

const nameOf = (thread: string, statement: Statement, { change }: Change) =>
  `${thread}: ${titleOf(statement)}: ${change}`;

/** The text of a statement, with its number where others read alike; of an atomic block, that of its first step. */
export function titleOf(statement: Statement): string {
  const [first] = statement.kind === 'atomically' ? statement.body.filter(({ kind }) => kind !== 'note') : [];
  if (first !== undefined) return titleOf(first);
  return `${printText(statement)}${statement.nth > 1 ? ` #${statement.nth}` : ''}`;
}
