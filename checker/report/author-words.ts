/** The texts of statements: the author's own, also where a memory model has rewritten them. */
import type { Transition } from '../program/transition-system.ts';
import type { Model } from '../language/model.ts';
import { printExpr, printOwnText, printText } from '../language/print.ts';
import type { Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';

/** The statement that names a transition: in an atomic block, the first that is not hidden. */
export function namingStatement({ statement }: Pick<Transition, 'statement'>): Statement {
  if (statement.kind !== 'atomically') return statement;
  return statement.body.find(({ hidden }) => hidden !== true) ?? statement;
}

/** The author's text of a transition. */
export const textOf = (transition: Pick<Transition, 'statement'>): string =>
  printText(namingStatement(transition));

/** The same without its place in a file, which differs between versions of a file. */
export const ownTextOf = (transition: Pick<Transition, 'statement'>): string =>
  printOwnText(namingStatement(transition));

/** The model as its author wrote it. */
export const writtenModel = (model: Model): Model => model.written ?? model;

const statements = new WeakMap<Model, ReadonlyMap<string, Statement>>();

/** The author's statement in a line of a thread; undefined for statements that a memory model adds. */
export function writtenStatement(model: Model, thread: string, line: number): Statement | undefined {
  const own = writtenModel(model);
  const known =
    statements.get(own) ??
    new Map(
      own.threads.flatMap(({ name, body }) =>
        [...statementsOf(body)].map((one): [string, Statement] => [`${name} ${one.line}`, one]),
      ),
    );
  statements.set(own, known);
  return known.get(`${thread} ${line}`);
}

/** The guard of the author's statement; null: none, a wait of a memory model, or a line of C, whose text says all. */
export function guardWords(model: Model, thread: string, transition: Transition): string | null {
  const { statement } = transition;
  if (namingStatement(transition).source !== undefined) return null;
  if (model.written === undefined) return transition.guard === null ? null : printExpr(transition.guard);
  const naming = namingStatement(transition);
  const own = writtenStatement(model, thread, naming.line);
  const first = statement.kind === 'atomically' && own?.kind === 'atomically' ? own.body[0] : own;
  return first?.kind === 'step' && first.guard !== null ? printExpr(first.guard) : null;
}
