/**
 * The texts of statements: the author's own, and a closed vocabulary for statements that a memory model adds.
 */
import type { Transition } from '../program/transition-system.ts';
import type { Model } from '../language/model.ts';
import { printExpr, printText } from '../language/print.ts';
import type { MachineRole, Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';

/** Actions of a CPU that execute no statement of the program. */
const machineWords: Readonly<Record<Exclude<MachineRole, 'delay' | 'delayed' | 'hidden'>, string>> = {
  performs: '(delayed accesses are due)',
  keeps: '(delayed accesses stay delayed)',
  drains: '(delayed accesses are performed first)',
  forwards: '(a load finds a delayed store)',
  ends: '(atomic operations complete)',
};

/** The same where nothing was delayed. */
const nothingDue = '(no delayed access is due)';

/** Whether a statement executes nothing of the program. */
export const isOfMachine = ({ role }: Statement): boolean =>
  role !== undefined && role !== 'delay' && role !== 'delayed';

/** The author's text of a statement, or the action of the machine. */
export function wordsOf(statement: Statement, taken: boolean | null = null): string {
  const { role } = statement;
  if (role === undefined || role === 'delay' || role === 'delayed' || role === 'hidden')
    return printText(statement);
  return role === 'performs' && taken === false ? nothingDue : machineWords[role];
}

/** The statement that names a transition: in an atomic block, the first that is not hidden. */
export function namingStatement({ statement }: Pick<Transition, 'statement'>): Statement {
  if (statement.kind !== 'atomically') return statement;
  return statement.body.find(({ role }) => role !== 'hidden') ?? statement;
}

/** The author's text of a transition, marked if it delays its step. */
export function textOf(transition: Pick<Transition, 'statement'>): string {
  const statement = namingStatement(transition);
  return wordsOf(statement) + (statement.role === 'delay' ? ' (delayed)' : '');
}

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

/** All texts that are not the author's, as listed in docs/guide/memory-models.md. */
export const closedVocabulary: readonly string[] = [...Object.values(machineWords), nothingDue];

/** The guard of the author's statement; null: none, or a wait of the machine. */
export function guardWords(model: Model, thread: string, transition: Transition): string | null {
  const { statement } = transition;
  if (model.written === undefined) return transition.guard === null ? null : printExpr(transition.guard);
  const naming = namingStatement(transition);
  const own = isOfMachine(naming) ? undefined : writtenStatement(model, thread, naming.line);
  const first = statement.kind === 'atomically' && own?.kind === 'atomically' ? own.body[0] : own;
  return first?.kind === 'step' && first.guard !== null ? printExpr(first.guard) : null;
}
