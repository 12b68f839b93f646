/** Threads: the programs of CPUs, in one or several copies. */
import type { Expr } from './expression.ts';
import { attempt, authored, checkSettings, ModelError, reportModelError, writtenAs } from './model-error.ts';
import { block, blocksOf, withBlocks, type Block, type Statement, type Text } from './statement.ts';
import { partRecorder, statementRecorder } from './unused.ts';
import { refer, type Declarations, type References } from './variable.ts';

export interface AnyThread {
  readonly kind: 'thread';
  readonly name: string;
  /** The number of copies; each knows its own index. */
  readonly cpus: number;
  readonly locals: Declarations;
  /** Copy i runs on the CPU of copy i of this thread: an interrupt handler. Null: a CPU of its own. */
  readonly on: string | null;
  /** A copy that waits forever is not a deadlock, such as a handler or an allocator. */
  readonly mayBlockForever: boolean;
  /** A thread that a memory model has added; its steps cost nothing. */
  readonly ofMachine?: true;
  readonly body: Block;
}

export type Thread<D extends Declarations = Declarations> = AnyThread & {
  readonly references?: References<D>;
};

export interface ThreadSettings<D extends Declarations> {
  readonly cpus?: number;
  readonly locals?: D;
  readonly on?: AnyThread;
  readonly mayBlockForever?: boolean;
}

/** Declares a thread; the body gets its locals and the index of its own copy, and returns its statements. */
// A thread without locals has none to name.
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type
export function thread<const D extends Declarations = Record<never, never>>(
  name: string,
  settings: ThreadSettings<D>,
  body: (locals: References<D>, cpu: Expr<number>) => Text,
): Thread<D> {
  const made = attempt(
    () => authored(`thread '${name}'`, () => build(name, settings, body)),
    () => brokenThread(name, settings),
  );
  return partRecorder.built(made, `thread '${name}'`);
}

/** Threads whose errors have been reported. */
const broken = new WeakSet<AnyThread>();

export const isBroken = (thread: AnyThread): boolean => broken.has(thread);

/** Replaces an invalid thread, so that properties can refer to it. */
function brokenThread<D extends Declarations>(name: string, settings: ThreadSettings<D>): Thread<D> {
  const { cpus, locals = {} as D } = (settings as ThreadSettings<D> | undefined) ?? {};
  const one = Number.isInteger(cpus) && Number(cpus) > 0 ? Number(cpus) : 1;
  const made = {
    kind: 'thread',
    name,
    cpus: one,
    locals,
    on: null,
    mayBlockForever: false,
    body: [],
  } as const;
  broken.add(made);
  return made;
}

/** No search with more copies completes, and the analyses before it take hours. */
const mostCpus = 1_024;

function build<D extends Declarations>(
  name: string,
  settings: ThreadSettings<D>,
  body: (locals: References<D>, cpu: Expr<number>) => Text,
): Thread<D> {
  checkSettings('thread(...)', settings, ['cpus', 'locals', 'on', 'mayBlockForever']);
  const { cpus = 1, locals = {} as D, on, mayBlockForever = false } = settings;
  if (on !== undefined && (on as Partial<AnyThread>).kind !== 'thread')
    throw new ModelError("invalid 'on': expected the thread whose CPUs it shares");
  if (typeof mayBlockForever !== 'boolean')
    throw new ModelError("invalid 'mayBlockForever': expected true or false");
  if (!Number.isInteger(cpus) || cpus < 1)
    throw new ModelError(`invalid cpus ${String(cpus)}: expected a whole number, 1 or more`);
  if (cpus > mostCpus) reportModelError(`invalid cpus ${cpus}: expected at most ${mostCpus}`);
  const references = refer(locals, (local, index, domain) => ({
    kind: 'local',
    thread: name,
    name: local,
    index,
    replica: null,
    domain,
  }));
  const statements = statementRecorder.whole('a list of statements', () =>
    block(body(references, { kind: 'self', thread: name, count: cpus })),
  );
  return {
    kind: 'thread',
    name,
    cpus,
    locals,
    on: on?.name ?? null,
    mayBlockForever,
    body: numbered(statements),
  };
}

/** A copy of the statements, numbered from 1 in the order of the text: used twice, a statement has two lines. */
function numbered(statements: Block): Block {
  let line = 0;
  const number = (statement: Statement): Statement => {
    line += 1;
    return writtenAs(
      withBlocks({ ...statement, line }, (block) => block.map(number)),
      statement,
    );
  };
  return statements.map(number);
}

/** All statements of a block with those inside them, in the order of the text. */
export function* statementsOf(body: Block): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    for (const inner of blocksOf(statement)) yield* statementsOf(inner);
  }
}
