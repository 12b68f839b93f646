/** Mutations: changes that weaken or move one statement of a model. */
import { titleOf, type StatementSite, type Change, type MutationOperator } from './site.ts';
import type { Model } from '../../language/model.ts';
import { blocksOf, type Block, type Statement } from '../../language/statement.ts';
import { fixedBranch } from './fixed-branch.ts';
import { dropStatement } from './drop-statement.ts';
import { dropWrites } from './drop-writes.ts';
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

/** Of a line of C, which is one access or one branch. */
const operatorsOfC: readonly MutationOperator[] = [
  (site) => (site.statement.kind === 'step' ? dropWrites(site) : dropStatement(site)),
  withoutWait,
  fixedBranch,
  withoutPart,
  (site) => (site.statement.plainRead === true ? [] : movedBack(site)),
  // An atomic block is ordered as a whole.
  (site) => (site.atomic ? [] : weakerOrdering(site)),
];

/** Those of an author's statement: what a front end adds stays as it is. */
function operatorsOf(statement: Statement, isInC: boolean): readonly MutationOperator[] {
  const { isGenerated, isSilent, source, kind } = statement;
  // A step that only computes accesses no memory of the author.
  if (isGenerated === true || (isSilent === true && kind === 'step')) return [];
  if (kind === 'atomically' && statement.body.every((inner) => inner.isGenerated === true)) return [];
  if (source !== undefined) return operatorsOfC;
  return isInC && (kind === 'goto' || kind === 'step') ? [] : operators;
}

/** All mutations of a model, in the order of its text. */
export function mutationsOf(model: Model): readonly Mutation[] {
  const ghosts = new Set(
    Object.entries(model.shared).flatMap(([name, { ghost }]) => (ghost === undefined ? [] : [name])),
  );
  const seen = new Map<string, number>();
  const named = (mutation: Mutation): Mutation => {
    // The same statement may occur twice in a list.
    const before = seen.get(mutation.name) ?? 0;
    seen.set(mutation.name, before + 1);
    return before === 0 ? mutation : { ...mutation, name: `${mutation.name} (place ${before + 1})` };
  };
  return model.threads.flatMap(({ name: thread, body }) => {
    const sites = [...sitesOf(body, false, ghosts)];
    const isInC = sites.some(({ statement }) => statement.source !== undefined);
    const found = sites.flatMap((site) =>
      operatorsOf(site.statement, isInC).flatMap((operator) =>
        operator(site).map((change) => ({
          ...change,
          thread,
          statement: site.statement,
          name: nameOf(thread, site.statement, change),
        })),
      ),
    );
    return isInC ? ofLines(found) : found.map(named);
  });
}

/** A line of C that is pasted several times changes in all its places at once. */
const ofLines = (found: readonly Mutation[]): readonly Mutation[] =>
  [...Map.groupBy(found, ({ name }) => name).values()].map((same) => ({
    ...same[0]!,
    edits: new Map(same.flatMap(({ edits }) => [...edits])),
  }));

function* sitesOf(block: Block, atomic: boolean, ghosts: ReadonlySet<string>): Generator<StatementSite> {
  for (const [at, statement] of block.entries()) {
    yield { statement, block, at, atomic, ghosts };
    for (const inner of blocksOf(statement))
      yield* sitesOf(inner, atomic || statement.kind === 'atomically', ghosts);
  }
}

const nameOf = (thread: string, statement: Statement, { change }: Change) =>
  `${thread}: ${titleOf(statement)}: ${change}`;
