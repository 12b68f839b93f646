/**
 * What the statements of a model are called, in the words of its author: of what a memory model has made, a few words of
 * its own, all of which stand here.
 */
import type { Transition } from '../program/transition-system.ts';
import type { Model } from '../language/model.ts';
import { printExpr, printText } from '../language/print.ts';
import type { MachineRole, Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';

/** What a CPU does that executes nothing of the program. */
const machineWords: Readonly<Record<Exclude<MachineRole, 'delay' | 'delayed' | 'hidden'>, string>> = {
  performs: '(delayed accesses are due)',
  keeps: '(delayed accesses stay delayed)',
  drains: '(delayed accesses are performed first)',
  forwards: '(a load finds a delayed store)',
  ends: '(atomic operations complete)',
};

/** The same where nothing was delayed. */
const nothingDue = '(no delayed access is due)';

/** True of a statement that executes nothing of the program. */
export const isOfMachine = ({ role }: Statement): boolean =>
  role !== undefined && role !== 'delay' && role !== 'delayed';

/** The author's text of a statement, or what the machine does instead. */
export function wordsOf(statement: Statement, taken: boolean | null = null): string {
  const { role } = statement;
  if (role === undefined || role === 'delay' || role === 'delayed' || role === 'hidden')
    return printText(statement);
  return role === 'performs' && taken === false ? nothingDue : machineWords[role];
}

/** The statement that gives a transition its name: of an atomic block the first that executes something. */
export function namingStatement({ statement }: Pick<Transition, 'statement'>): Statement {
  if (statement.kind !== 'atomically') return statement;
  return statement.body.find(({ role }) => role !== 'hidden') ?? statement;
}

/** A transition as the author wrote it; one that delays its step says so. */
export function textOf(transition: Pick<Transition, 'statement'>): string {
  const statement = namingStatement(transition);
  return wordsOf(statement) + (statement.role === 'delay' ? ' (delayed)' : '');
}

/** The model as its author wrote it. */
export const writtenModel = (model: Model): Model => model.written ?? model;

const statements = new WeakMap<Model, ReadonlyMap<string, Statement>>();

/** The author's statement in a line of a thread; undefined where a memory model has put something into the text. */
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

/** The words for what is none of the author's statements: docs/guide/memory-models.md has them. */
export const closedVocabulary: readonly string[] = [...Object.values(machineWords), nothingDue];

/** What the author's statement waits for; null: nothing, or something of the machine. */
export function guardWords(model: Model, thread: string, transition: Transition): string | null {
  const { statement } = transition;
  if (model.written === undefined) return transition.guard === null ? null : printExpr(transition.guard);
  const naming = namingStatement(transition);
  const own = isOfMachine(naming) ? undefined : writtenStatement(model, thread, naming.line);
  const first = statement.kind === 'atomically' && own?.kind === 'atomically' ? own.body[0] : own;
  return first?.kind === 'step' && first.guard !== null ? printExpr(first.guard) : null;
}
