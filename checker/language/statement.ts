/** Statements as data: the kernel's text and its meaning. */
import { bind } from './binder.ts';
import type { Value } from './domain.ts';
import {
  toExpr,
  type AnyExpr,
  type Binder,
  type Expr,
  type LocalReference,
  type Operand,
  type Reference,
} from './expression.ts';
import { originOf, reportModelError, writtenAs } from './model-error.ts';
import { statementRecorder } from './unused.ts';
import type { Variable } from './variable.ts';

/** A change of the state; the effects of a step happen in order, but atomically for other CPUs. */
export type Effect =
  | {
      readonly kind: 'set';
      readonly target: Reference;
      readonly value: AnyExpr;
      /** The original target, if a memory model has replaced it. */
      readonly named?: Reference;
    }
  | { readonly kind: 'when'; readonly condition: AnyExpr; readonly effects: readonly Effect[] }
  | { readonly kind: 'each'; readonly binder: Binder; readonly effects: readonly Effect[] }
  | { readonly kind: 'assert'; readonly claim: string; readonly condition: AnyExpr }
  | { readonly kind: 'count'; readonly name: string; readonly amount: number };

/**
 * The ordering of a memory access; null: full for a read-modify-write, else plain. No access is reordered after a
 * later release or before an earlier acquire.
 */
export type Ordering = 'full' | 'acquire' | 'release' | 'relaxed' | null;

export type BarrierKind = 'full' | 'write' | 'read';

/**
/** A line of a file, from 1; `file` is null for the model's own file. */
export interface SourceLine {
  readonly file: string | null;
  readonly line: number;
}

/**
 * `line` numbers the statements of a thread from 1; 0 outside of a thread. `nth` numbers statements with equal text
 * from 1, including those that a variant omits, and so identifies a statement in all variants. A memory model generates
 * `hidden` statements, which execute nothing of the program.
 */
export type Statement = {
  readonly line: number;
  readonly nth: number;
  readonly hidden?: true;
  /** The line of the C file from which the statement is generated. */
  readonly source?: SourceLine;
  /** It only computes for other statements, which traces show. */
  readonly isSilent?: true;
} & (
  | {
      readonly kind: 'step';
      readonly text: string;
      /** The step waits until this is true; null: it does not wait. */
      readonly guard: AnyExpr | null;
      readonly effects: readonly Effect[];
      readonly ordering: Ordering;
      /** The barrier from which a memory model has generated this step. */
      readonly barrier?: BarrierKind;
    }
  | {
      readonly kind: 'branch';
      readonly text: string;
      readonly condition: AnyExpr;
      readonly then: Block;
      readonly otherwise: Block;
    }
  | { readonly kind: 'choose'; readonly text: string; readonly target: LocalReference }
  | { readonly kind: 'either'; readonly alternatives: readonly Block[] }
  | { readonly kind: 'loop'; readonly text: string; readonly variable: LocalReference; readonly body: Block }
  | { readonly kind: 'forever'; readonly body: Block }
  | { readonly kind: 'atomically'; readonly reason: string; readonly body: Block }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'goto'; readonly label: string }
  | { readonly kind: 'barrier'; readonly text: string; readonly barrier: BarrierKind }
  | { readonly kind: 'note'; readonly text: string }
);

export type Block = readonly Statement[];

/** The body of a thread: macros return lists, so lists nest. */
export type Text = readonly (Statement | Text)[];

type WithoutLine<S> = S extends unknown ? Omit<S, 'line' | 'nth'> : never;

function build(statement: WithoutLine<Statement>): Statement {
  if ('text' in statement && (typeof statement.text !== 'string' || statement.text === '')) {
    reportModelError(
      `the first argument of a ${statement.kind} must be its kernel text, found ${describe(statement.text)}`,
    );
    return build({ ...statement, text: '?' });
  }
  const subject = subjectOf(statement);
  return statementRecorder.built({ ...statement, line: 0, nth: statementRecorder.next(subject) }, subject);
}

function subjectOf(statement: WithoutLine<Statement>): string {
  if ('text' in statement) return `${statement.kind} '${statement.text}'`;
  if (statement.kind === 'goto') return `goto '${statement.label}'`;
  return statement.kind === 'label' ? `label '${statement.name}'` : statement.kind;
}

/** Replaces an invalid statement, so that its absence causes no further error. */
const standIn: Statement = { kind: 'note', text: '?', line: 0, nth: 0 };

/** The statements of a text in order, marked as used. */
export function block(text: Text): Block {
  if (!Array.isArray(text)) {
    misplaced(text, `expected a list of statements, found ${describe(text)}`);
    return [standIn];
  }
  return text.flatMap((part) => {
    if (Array.isArray(part)) return block(part as Text);
    const { kind } = (part ?? {}) as { kind?: unknown };
    if (statementKinds.has(kind as Statement['kind'])) return [statementRecorder.used(part as Statement)];
    misplaced(part, `expected a statement, found ${describe(part)}; effects belong inside step(...)`);
    return [standIn];
  });
}

/** Reports a misplaced node, and marks it as used to prevent a second error. */
function misplaced(thing: unknown, message: string): void {
  const isNode = typeof thing === 'object' && thing !== null;
  reportModelError(message, isNode ? originOf(thing) : null);
  if (isNode) statementRecorder.used(thing);
}

const statementKinds: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'step',
  'branch',
  'choose',
  'either',
  'loop',
  'forever',
  'atomically',
  'label',
  'goto',
  'barrier',
  'note',
]);

const effectKinds: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>([
  'set',
  'when',
  'each',
  'assert',
  'count',
]);

function describe(thing: unknown): string {
  const { kind } = (thing ?? {}) as { kind?: unknown };
  if (Array.isArray(thing)) return 'a list';
  if (typeof thing === 'string') return `'${thing}'`;
  if (typeof thing === 'object' && thing !== null && kind === undefined) return 'an unknown object';
  return typeof kind === 'string' ? `a node of kind '${kind}'` : String(thing);
}

/** Unlike Array.isArray, it does not narrow the type. */
const isList: (thing: unknown) => boolean = Array.isArray;

/** The valid effects of a list; reports the others. */
function effectList(effects: readonly Effect[], place: string): readonly Effect[] {
  if (!isList(effects)) {
    misplaced(effects, `${place}: expected a list of effects, found ${describe(effects)}`);
    return [];
  }
  return effects.filter((effect: unknown) => {
    const { kind } = (effect ?? {}) as { kind?: unknown };
    const isEffect = effectKinds.has(kind as Effect['kind']);
    if (isEffect) statementRecorder.used(effect as Effect);
    else
      misplaced(
        effect,
        `${place}: expected an effect such as set(...), found ${describe(effect)}, which does nothing`,
      );
    return isEffect;
  });
}

const effect = (node: Effect): Effect => statementRecorder.built(node, `effect '${node.kind}'`);

/** target = value */
export const set = <V extends Value>(target: Variable<V>, value: Operand<NoInfer<V>>): Effect =>
  effect({ kind: 'set', target, value: toExpr(value) });

/** target = target + 1; past the end of the domain it is an error. */
export const inc = (target: Variable<number>): Effect => addTo(target, '+');
/** target = target - 1; past the end of the domain it is an error. */
export const dec = (target: Variable<number>): Effect => addTo(target, '-');

const addTo = (target: Variable<number>, operator: '+' | '-') =>
  effect({
    kind: 'set',
    target,
    value: { kind: 'binary', operator, left: target, right: { kind: 'constant', value: 1 } },
  });

/** Applies the effects if the condition is true at that point of the step. */
export const when = (condition: Operand<boolean>, ...effects: readonly Effect[]): Effect =>
  effect({ kind: 'when', condition: toExpr(condition), effects: effectList(effects, 'when(...)') });

/** Applies the effects for each integer from 0 to count - 1, ascending: `each(cpus, (i) => [...])`. */
export const each = (count: number, effects: (i: Expr<number>) => readonly Effect[]): Effect =>
  bind(count, null, (i, binder) =>
    effect({ kind: 'each', binder, effects: effectList(effects(i), 'each(...)') }),
  );

/** The check fails if the condition is false: the inverse of the kernel's VM_BUG_ON. */
export const assert = (claim: string, condition: Operand<boolean>): Effect =>
  effect({ kind: 'assert', claim, condition: toExpr(condition) });

/** Counts an event, such as an IPI, for the costs of a variant; does not change the state. */
export const count = (name: string, amount = 1): Effect => effect({ kind: 'count', name, amount });

/** One atomic step, which reads and writes at most one shared cell. */
export const step = (text: string, ...effects: readonly Effect[]): Statement =>
  build({ kind: 'step', text, guard: null, effects: effectList(effects, `step '${text}'`), ordering: null });

/** Waits until the condition is true, and applies the effects in the same atomic step. */
export const wait = (text: string, condition: Operand<boolean>, ...effects: readonly Effect[]): Statement =>
  build({
    kind: 'step',
    text,
    guard: toExpr(condition),
    effects: effectList(effects, `wait '${text}'`),
    ordering: null,
  });

/** The same step without the implied full barrier of a read-modify-write. */
export const relaxed = (statement: Statement): Statement => ordered(statement, 'relaxed');
/** The same step as an acquire: smp_load_acquire(), xchg_acquire(), taking a lock. */
export const acquire = (statement: Statement): Statement => ordered(statement, 'acquire');
/** The same step as a release: smp_store_release(), rcu_assign_pointer(), releasing a lock. */
export const release = (statement: Statement): Statement => ordered(statement, 'release');
/** The same step with a full barrier on either side, such as smp_store_mb(). */
export const full = (statement: Statement): Statement => ordered(statement, 'full');

function ordered(statement: Statement, ordering: Exclude<Ordering, null>): Statement {
  if ((statement as Partial<Statement>).kind !== 'step') {
    reportModelError(`${ordering}(...) takes a step or a wait`);
    return statement;
  }
  const step = statementRecorder.used(statement) as Statement & { kind: 'step' };
  return writtenAs(statementRecorder.built({ ...step, ordering }, subjectOf(step)), step);
}

/** `if (text) then else otherwise`; the text is the kernel's condition. */
export const branch = (
  text: string,
  condition: Operand<boolean>,
  then: Text,
  otherwise: Text = [],
): Statement =>
  build({
    kind: 'branch',
    text,
    condition: toExpr(condition),
    then: block(then),
    otherwise: block(otherwise),
  });

/** Assigns any value of its domain to a local scalar; the search tries all values. */
export function choose(text: string, target: Variable): Statement {
  const local = localOnly(target, `choose '${text}'`);
  return local === null ? note(text) : build({ kind: 'choose', text, target: local });
}

/** Continues with any alternative whose first step is enabled. */
export const either = (...alternatives: readonly Text[]): Statement =>
  build({ kind: 'either', alternatives: alternatives.map((alternative) => block(alternative)) });

/** Runs the body for each value of the local's domain, ascending; afterwards the local has its last value. */
export function loop(text: string, variable: Variable<number>, body: Text): Statement {
  const local = localOnly(variable, `loop '${text}'`);
  return local === null
    ? forever(...body)
    : build({ kind: 'loop', text, variable: local, body: block(body) });
}

/** Repeats the body forever. */
export const forever = (...body: Text): Statement => build({ kind: 'forever', body: block(body) });

/** Statements that are atomic for other CPUs; the reason names the hardware feature or lock. */
export function atomically(reason: string, ...body: Text): Statement {
  if (typeof reason !== 'string' || reason === '')
    reportModelError('the first argument of atomically(...) must be the reason why the block is atomic');
  return build({ kind: 'atomically', reason, body: block(body) });
}

export const label = (name: string): Statement => build({ kind: 'label', name });
export const goto = (name: string): Statement => build({ kind: 'goto', label: name });

/** smp_mb() */
export const smpMb = (text = 'smp_mb()'): Statement => build({ kind: 'barrier', text, barrier: 'full' });
/** smp_wmb() */
export const smpWmb = (text = 'smp_wmb()'): Statement => build({ kind: 'barrier', text, barrier: 'write' });
/** smp_rmb() */
export const smpRmb = (text = 'smp_rmb()'): Statement => build({ kind: 'barrier', text, barrier: 'read' });

/** A remark that a trace prints after the preceding step. */
export const note = (text: string): Statement => build({ kind: 'note', text });

/** The statements if the condition, a boolean of the model's options, is true. */
export function ifdef(condition: boolean, ...text: Text): Block {
  if (typeof condition !== 'boolean')
    reportModelError(
      `ifdef(...) needs true or false at build time, found ${describe(condition)}; use branch(...) to decide at run time`,
    );
  const statements = block(text);
  // An invalid condition counts as true, so that errors in the statements are found.
  return (condition as unknown) === false ? [] : statements;
}

/** Null: not a local scalar, which has been reported. */
function localOnly(target: Variable, place: string): LocalReference | null {
  const { kind, index } = (target as Partial<Variable> | undefined) ?? {};
  if (kind !== 'local' || index !== null) {
    reportModelError(
      `${place} needs a local scalar of the thread, found ${kind === 'local' ? 'an element of an array' : describe(target)}`,
    );
    return null;
  }
  return target as LocalReference;
}

/** The blocks inside a statement. */
export function blocksOf(statement: Statement): readonly Block[] {
  switch (statement.kind) {
    case 'branch':
      return [statement.then, statement.otherwise];
    case 'either':
      return statement.alternatives;
    case 'loop':
    case 'forever':
    case 'atomically':
      return [statement.body];
    case 'step':
    case 'choose':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return [];
  }
}

/** The statement with its blocks replaced by the results of `change`. */
export function withBlocks(statement: Statement, change: (block: Block) => Block): Statement {
  switch (statement.kind) {
    case 'branch':
      return { ...statement, then: change(statement.then), otherwise: change(statement.otherwise) };
    case 'either':
      return { ...statement, alternatives: statement.alternatives.map(change) };
    case 'loop':
    case 'forever':
    case 'atomically':
      return { ...statement, body: change(statement.body) };
    case 'step':
    case 'choose':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return statement;
  }
}
