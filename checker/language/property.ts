/** Properties: invariants of all states, and witnesses that some state must satisfy. */
import { bind } from './binder.ts';
import { writtenAs } from './model-error.ts';
import { not, or, toExpr, type AnyExpr, type Expr, type Operand } from './expression.ts';
import type { AnyThread, Thread } from './thread.ts';
import { partRecorder } from './unused.ts';
import { refer, type Declarations, type References } from './variable.ts';

export interface Property {
  readonly kind: 'always' | 'reachable';
  readonly name: string;
  readonly condition: AnyExpr;
  /** An invariant of the end: it is asked only where every store has reached memory. */
  readonly atEnd?: true;
  /** A bound of the memory model: if it is reached, the search was incomplete. */
  readonly limit?: true;
  /** The cause of a limit, and the option that raises it. */
  readonly remedy?: string;
}

/** An invariant: true in every reachable state. */
export const always = (name: string, condition: Operand<boolean>): Property =>
  property('always', name, condition);

/**
 * True once all threads have ended, and every store of theirs has reached memory: `FINALLY` of a protocol in C. Threads
 * that may block forever need not end.
 */
export const atEnd = (name: string, condition: Operand<boolean>): Property =>
  partRecorder.built({ ...propertyOf('always', name, condition), atEnd: true }, `atEnd('${name}', ...)`);

/** The properties of a model with these threads: an invariant of the end says nothing before they have ended. */
export const endingWith = (threads: readonly AnyThread[], properties: readonly Property[]) =>
  properties.map((one) =>
    one.atEnd === true ? writtenAs({ ...one, condition: unlessMoving(threads, one.condition) }, one) : one,
  );

/** The condition, or some thread that must end has not. */
function unlessMoving(threads: readonly AnyThread[], condition: AnyExpr): AnyExpr {
  const must = threads.filter(({ mayBlockForever }) => !mayBlockForever);
  return must
    .map((one): AnyExpr => forAll(one, (_, copy) => ended(one, copy)))
    .reduceRight<AnyExpr>((later, one) => or(not(one), later), condition);
}

/** A witness: true in some reachable state; without one, a proof can be vacuous. */
export const reachable = (name: string, condition: Operand<boolean>): Property =>
  property('reachable', name, condition);

/** A bound of the memory model: if a state reaches it, the verdict cannot be 'holds'. */
export const limit = (name: string, remedy: string, condition: Operand<boolean>): Property => ({
  kind: 'reachable',
  name,
  condition: toExpr(condition),
  limit: true,
  remedy,
});

const property = (kind: Property['kind'], name: string, condition: Operand<boolean>): Property =>
  partRecorder.built(propertyOf(kind, name, condition), `${kind}('${name}', ...)`);

const propertyOf = (kind: Property['kind'], name: string, condition: Operand<boolean>): Property => ({
  kind,
  name,
  condition: toExpr(condition),
});

type OverThread<D extends Declarations> = (locals: References<D>, cpu: Expr<number>) => Operand<boolean>;
type OverRange = (i: Expr<number>) => Operand<boolean>;

function quantified(
  quantifier: 'all' | 'some',
  over: Thread | number,
  body: OverThread<Declarations> | OverRange,
): Expr<boolean> {
  if (typeof over === 'number')
    return bind(over, null, (i, binder) => ({
      kind: 'quantifier',
      quantifier,
      binder,
      body: toExpr((body as OverRange)(i)),
    }));
  const { name, cpus, locals } = over;
  return bind(cpus, name, (replica, binder) => {
    const references = refer(locals, (local, index, domain) => ({
      kind: 'local',
      thread: name,
      name: local,
      index,
      replica,
      domain,
    }));
    return {
      kind: 'quantifier',
      quantifier,
      binder,
      body: toExpr((body as OverThread<Declarations>)(references, replica)),
    };
  });
}

/** True when the body is true of every copy of a thread, or of every integer from 0 to count - 1. */
export function forAll<D extends Declarations>(over: Thread<D>, body: OverThread<D>): Expr<boolean>;
export function forAll(over: number, body: OverRange): Expr<boolean>;
export function forAll(over: Thread | number, body: OverThread<never> | OverRange): Expr<boolean> {
  return quantified('all', over, body as OverRange);
}

/** True when the body is true of some copy of a thread, or of some integer from 0 to count - 1. */
export function exists<D extends Declarations>(over: Thread<D>, body: OverThread<D>): Expr<boolean>;
export function exists(over: number, body: OverRange): Expr<boolean>;
export function exists(over: Thread | number, body: OverThread<never> | OverRange): Expr<boolean> {
  return quantified('some', over, body as OverRange);
}

/** True once a copy of the thread has run to its end. */
export const ended = (thread: AnyThread, cpu: Operand<number> = 0): Expr<boolean> => ({
  kind: 'ended',
  thread: thread.name,
  replica: toExpr(cpu),
});
