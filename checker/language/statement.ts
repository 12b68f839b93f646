/** Statements: what a thread does, as data; the kernel's text beside its meaning. */
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
  type SharedReference,
} from './expression.ts';
import { originOf, reportMistake, writtenAs } from './model-error.ts';
import { statementRecorder } from './unused.ts';
import type { Variable } from './variable.ts';

/** A change that a step makes; the effects of a step happen in order, all at once for other CPUs. */
export type Effect =
  | {
      readonly kind: 'set';
      readonly target: Reference;
      readonly value: AnyExpr;
      /** What the author's assignment names, where a memory model has put another variable in its place. */
      readonly named?: Reference;
    }
  | { readonly kind: 'when'; readonly condition: AnyExpr; readonly effects: readonly Effect[] }
  | { readonly kind: 'each'; readonly binder: Binder; readonly effects: readonly Effect[] }
  | { readonly kind: 'assert'; readonly claim: string; readonly condition: AnyExpr }
  | { readonly kind: 'count'; readonly name: string; readonly amount: number };

/**
 * How a memory access is ordered; null leaves it to its shape: a read-modify-write is full, the rest plain. No access
 * passes a release before it or an acquire after it.
 */
export type Ordering = 'full' | 'acquire' | 'release' | 'relaxed' | null;

export type BarrierKind = 'full' | 'write' | 'read';

/**
 * What a statement is that a memory model has made of the author's statement in the same line, whose text it keeps:
 * `delay` passes a step, which is performed later; `delayed` performs it. The others execute nothing of the program:
 * `performs` and `keeps` decide whether what is delayed is performed now, `drains` performs all of it first, `forwards`
 * lets a load read a store that is delayed, `ends` waits for atomic operations, `hidden` is bookkeeping.
 */
export type MachineRole =
  'delay' | 'delayed' | 'performs' | 'keeps' | 'drains' | 'forwards' | 'ends' | 'hidden';

/**
 * `line` numbers the statements of a thread from 1, in the order of the text; 0 until a thread has them. `nth` counts those
 * that read alike from 1 as they are written, also those that a variant leaves out: it names a statement in all variants.
 */
export type Statement = { readonly line: number; readonly nth: number; readonly role?: MachineRole } & (
  | {
      readonly kind: 'step';
      readonly text: string;
      /** The step waits until this is true; null never waits. */
      readonly guard: AnyExpr | null;
      readonly effects: readonly Effect[];
      readonly ordering: Ordering;
      /** The barrier that a memory model has made this step of. */
      readonly barrier?: BarrierKind;
      /** The load reads the value that this entry of its CPU's old values has: a way that a memory model has made. */
      readonly old?: number;
      /** The load of a cell finds the value of a store that its CPU has delayed: a way that a memory model has made. */
      readonly finds?: { readonly cell: SharedReference; readonly value: AnyExpr };
      /** It happens only where the atomic operation that it is writes nothing: a way that a memory model has made. */
      readonly only?: 'failure';
    }
  | {
      readonly kind: 'branch';
      readonly text: string;
      readonly condition: AnyExpr;
      /** As of a step. */
      readonly old?: number;
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

/** What a thread's body is written as: macros return lists, and lists nest. */
export type Text = readonly (Statement | Text)[];

type WithoutLine<S> = S extends unknown ? Omit<S, 'line' | 'nth'> : never;

function build(statement: WithoutLine<Statement>): Statement {
  if ('text' in statement && (typeof statement.text !== 'string' || statement.text === '')) {
    reportMistake(
      `a ${statement.kind} begins with its text in the kernel, and ${describe(statement.text)} stands there`,
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

/** For what was no statement: that it is missing is no mistake of its own. */
const standIn: Statement = { kind: 'note', text: '?', line: 0, nth: 0 };

/** The statements of a text in order; this is where they count as used. */
export function block(text: Text): Block {
  if (!Array.isArray(text)) {
    misplaced(text, `expected a list of statements and found ${describe(text)}`);
    return [standIn];
  }
  return text.flatMap((part) => {
    if (Array.isArray(part)) return block(part as Text);
    const { kind } = (part ?? {}) as { kind?: unknown };
    if (statementKinds.has(kind as Statement['kind'])) return [statementRecorder.used(part as Statement)];
    misplaced(part, `expected a statement and found ${describe(part)}; effects go inside step(...)`);
    return [standIn];
  });
}

/** Reports what stands where it does not belong; that it is used nowhere else is no mistake of its own. */
function misplaced(thing: unknown, message: string): void {
  const isNode = typeof thing === 'object' && thing !== null;
  reportMistake(message, isNode ? originOf(thing) : null);
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
  if (typeof thing === 'object' && thing !== null && kind === undefined) return 'an object of another kind';
  return typeof kind === 'string' ? `a node of kind '${kind}'` : String(thing);
}

/** Unlike Array.isArray it leaves the type of what it looks at alone. */
const isList: (thing: unknown) => boolean = Array.isArray;

/** The effects of a list, each known to be one; an expression here would do nothing at all. */
function effectList(effects: readonly Effect[], place: string): readonly Effect[] {
  if (!isList(effects)) {
    misplaced(effects, `${place}: expected a list of effects and found ${describe(effects)}`);
    return [];
  }
  return effects.filter((effect: unknown) => {
    const { kind } = (effect ?? {}) as { kind?: unknown };
    const isEffect = effectKinds.has(kind as Effect['kind']);
    if (isEffect) statementRecorder.used(effect as Effect);
    else
      misplaced(
        effect,
        `${place}: expected an effect such as set(...) and found ${describe(effect)}, which does nothing`,
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

/** The effects, if the condition is true when its turn comes. */
export const when = (condition: Operand<boolean>, ...effects: readonly Effect[]): Effect =>
  effect({ kind: 'when', condition: toExpr(condition), effects: effectList(effects, 'when(...)') });

/** The effects once for each integer from 0 to count - 1, ascending: `each(cpus, (i) => [...])`. */
export const each = (count: number, effects: (i: Expr<number>) => readonly Effect[]): Effect =>
  bind(count, null, (i, binder) =>
    effect({ kind: 'each', binder, effects: effectList(effects(i), 'each(...)') }),
  );

/** Fails the check where the condition is false: the kernel's VM_BUG_ON, turned round. */
export const assert = (claim: string, condition: Operand<boolean>): Effect =>
  effect({ kind: 'assert', claim, condition: toExpr(condition) });

/** Counts an event, such as an IPI sent, for the costs of a variant; it changes nothing. */
export const count = (name: string, amount = 1): Effect => effect({ kind: 'count', name, amount });

/** One atomic step: at most one shared variable is read, written or both. */
export const step = (text: string, ...effects: readonly Effect[]): Statement =>
  build({ kind: 'step', text, guard: null, effects: effectList(effects, `step '${text}'`), ordering: null });

/** Waits until the condition is true and then, in the same atomic step, has its effects. */
export const wait = (text: string, condition: Operand<boolean>, ...effects: readonly Effect[]): Statement =>
  build({
    kind: 'step',
    text,
    guard: toExpr(condition),
    effects: effectList(effects, `wait '${text}'`),
    ordering: null,
  });

/** The same step without the full barrier that a read-modify-write otherwise is. */
export const relaxed = (statement: Statement): Statement => ordered(statement, 'relaxed');
/** The same step as an acquire: smp_load_acquire(), xchg_acquire(), the taking of a lock. */
export const acquire = (statement: Statement): Statement => ordered(statement, 'acquire');
/** The same step as a release: smp_store_release(), rcu_assign_pointer(), the giving up of a lock. */
export const release = (statement: Statement): Statement => ordered(statement, 'release');
/** The same step with a full barrier on either side, such as smp_store_mb(). */
export const full = (statement: Statement): Statement => ordered(statement, 'full');

function ordered(statement: Statement, ordering: Exclude<Ordering, null>): Statement {
  if ((statement as Partial<Statement>).kind !== 'step') {
    reportMistake(`${ordering}(...) takes a step or a wait`);
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

/** Gives a local scalar any value of its domain: the search tries them all. */
export function choose(text: string, target: Variable): Statement {
  const local = localOnly(target, `choose '${text}'`);
  return local === null ? note(text) : build({ kind: 'choose', text, target: local });
}

/** Goes on with any one of the alternatives whose first step can happen. */
export const either = (...alternatives: readonly Text[]): Statement =>
  build({ kind: 'either', alternatives: alternatives.map((alternative) => block(alternative)) });

/** The body once for each value of the local's domain, ascending; afterwards it has its last value. */
export function loop(text: string, variable: Variable<number>, body: Text): Statement {
  const local = localOnly(variable, `loop '${text}'`);
  return local === null
    ? forever(...body)
    : build({ kind: 'loop', text, variable: local, body: block(body) });
}

/** The body again and again. */
export const forever = (...body: Text): Statement => build({ kind: 'forever', body: block(body) });

/** Statements that other CPUs see as one, because of the hardware or a lock: the reason says which. */
export function atomically(reason: string, ...body: Text): Statement {
  if (typeof reason !== 'string' || reason === '')
    reportMistake('atomically(...) begins with the reason why it is atomic');
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

/** A remark of the author that a trace prints beside the step before it. */
export const note = (text: string): Statement => build({ kind: 'note', text });

/** The statements of a variant, or nothing; the condition is a plain boolean of the model's options. */
export function ifdef(condition: boolean, ...text: Text): Block {
  if (typeof condition !== 'boolean')
    reportMistake(
      `ifdef(...) takes true or false, known while the model is built, and found ${describe(condition)}; branch(...) decides while it runs`,
    );
  const statements = block(text);
  // What was no condition counts as true: the statements have mistakes of their own.
  return (condition as unknown) === false ? [] : statements;
}

/** Null: it is none, which has been reported. */
function localOnly(target: Variable, place: string): LocalReference | null {
  const { kind, index } = (target as Partial<Variable> | undefined) ?? {};
  if (kind !== 'local' || index !== null) {
    reportMistake(
      `${place} needs a local scalar of the thread, and found ${kind === 'local' ? 'an element of an array' : describe(target)}`,
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

/** The statement with other blocks inside it, each made of the one that was there. */
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
