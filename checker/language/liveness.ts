/** Liveness: what must happen in every run that is fair to all copies. */
import { toExpr, walk, type AnyExpr, type Binder, type Expr, type Operand } from './expression.ts';
import { attempt, checkSettings, ModelError } from './model-error.ts';
import { eitherOf } from './option.ts';
import { ended, forAll, type Property } from './property.ts';
import type { AnyThread, Thread } from './thread.ts';
import { partRecorder } from './unused.ts';
import type { Declarations, References } from './variable.ts';

/**
 * The runs that count. `weak`: a copy that can step from some state on in every state, steps. `strong`: a copy that
 * can step in infinitely many states, steps infinitely often. `none`: all runs.
 */
export type Fairness = 'weak' | 'strong' | 'none';

const fairnesses: readonly Fairness[] = ['weak', 'strong', 'none'];

export type Liveness = { readonly name: string; readonly fair: Fairness } & (
  | { readonly kind: 'eventually'; readonly thread: string }
  | {
      readonly kind: 'leadsTo';
      /** The claim is made for each value of this variable; null: once. */
      readonly binder: Binder | null;
      readonly from: AnyExpr;
      readonly to: AnyExpr;
    }
);

interface LivenessSettings {
  readonly fair?: Fairness;
}

/**
 * Every copy of the thread ends. A copy of a thread that may block forever must end once it has made a step; any other
 * copy must end in every run.
 */
export const eventually = (thread: AnyThread, settings: LivenessSettings = {}): Liveness =>
  partRecorder.built(
    { kind: 'eventually', name: endsName(thread), thread: thread.name, fair: fairOf('eventually', settings) },
    `eventually('${thread.name}')`,
  );

const endsName = ({ name }: AnyThread) => `every ${name} ends`;

/** Whenever `from` is true, `to` is true then or later. */
export function leadsTo(
  name: string,
  from: Operand<boolean>,
  to: Operand<boolean>,
  settings?: LivenessSettings,
): Liveness;
/** The same for every copy of a thread, or for every integer from 0 to count - 1: `body` returns `[from, to]`. */
export function leadsTo<D extends Declarations>(
  name: string,
  over: Thread<D>,
  body: (locals: References<D>, cpu: Expr<number>) => FromTo,
  settings?: LivenessSettings,
): Liveness;
export function leadsTo(
  name: string,
  over: number,
  body: (i: Expr<number>) => FromTo,
  settings?: LivenessSettings,
): Liveness;
export function leadsTo(
  name: string,
  first: Operand<boolean> | Thread | number,
  second: Operand<boolean> | ((...parts: never) => FromTo),
  settings: LivenessSettings = {},
): Liveness {
  const fair = fairOf('leadsTo', settings);
  const parts =
    typeof second === 'function'
      ? overAll(first as Thread, second)
      : { binder: null, from: toExpr(first as Operand<boolean>), to: toExpr(second) };
  return partRecorder.built({ kind: 'leadsTo', name, ...parts, fair }, `leadsTo('${name}', ...)`);
}

type FromTo = readonly [from: Operand<boolean>, to: Operand<boolean>];

/** Binds one variable in both conditions. */
function overAll(over: Thread, body: (...parts: never) => FromTo) {
  let to: AnyExpr = toExpr(false);
  const quantified = forAll(over, (...parts) => {
    const [from, then] = body(...(parts as never));
    to = toExpr(then);
    return from;
  });
  const { binder, body: from } = quantified as AnyExpr & { readonly kind: 'quantifier' };
  return { binder, from, to };
}

function fairOf(maker: string, settings: LivenessSettings): Fairness {
  return attempt(
    () => {
      checkSettings(`${maker}(...)`, settings, ['fair']);
      const { fair = 'weak' } = settings;
      if (!fairnesses.includes(fair))
        throw new ModelError(
          `${maker}(...): invalid fair '${fair as string}': expected ${eitherOf(fairnesses)}`,
        );
      return fair;
    },
    () => 'weak',
  );
}

/** One claim about one copy, or about all of the model. */
export interface Goal {
  /** Position in `Model.liveness`. */
  readonly claim: number;
  readonly fair: Fairness;
  /** The copy that must end; null: the claim is not about an end. */
  readonly ends: { readonly thread: string; readonly replica: number } | null;
  /** The value of the claim's variable; null: it has none. */
  readonly value: number | null;
  /** The condition after which `to` must become true; null: a step of the copy that must end. */
  readonly from: AnyExpr | null;
  readonly to: AnyExpr;
}

/** What of a model its claims are about. */
interface Claiming {
  readonly threads: readonly AnyThread[];
  readonly liveness?: readonly Liveness[];
}

/** The claims of a model, each for all copies. */
export const goalsOf = ({ liveness = [], threads }: Claiming): readonly Goal[] =>
  liveness.flatMap((one, claim): readonly Goal[] => {
    const { fair } = one;
    if (one.kind === 'eventually') {
      const thread = threads.find(({ name }) => name === one.thread)!;
      return Array.from({ length: thread.cpus }, (_, replica) => ({
        claim,
        fair,
        ends: { thread: thread.name, replica },
        value: null,
        from: thread.mayBlockForever ? null : toExpr(true),
        to: ended(thread, replica),
      }));
    }
    const { binder, from, to } = one;
    if (binder === null) return [{ claim, fair, ends: null, value: null, from, to }];
    return Array.from({ length: binder.high - binder.low + 1 }, (_, at) => ({
      claim,
      fair,
      ends: null,
      value: binder.low + at,
      from: instance(binder, binder.low + at, from),
      to: instance(binder, binder.low + at, to),
    }));
  });

/** The expression for one value of its variable. */
const instance = (binder: Binder, value: number, body: AnyExpr): AnyExpr => ({
  kind: 'quantifier',
  quantifier: 'all',
  binder: { ...binder, low: value, high: value },
  body,
});

/** The conditions of all claims about states. */
export const conditionsOf = ({
  properties,
  liveness = [],
}: {
  readonly properties: readonly Property[];
  readonly liveness?: readonly Liveness[];
}): readonly AnyExpr[] => [
  ...properties.map(({ condition }) => condition),
  ...liveness.flatMap((one) => (one.kind === 'leadsTo' ? [one.from, one.to] : [])),
];

/** The names of the shared variables and locals that a claim reads. */
export const namesOfClaim = (one: Liveness): ReadonlySet<string> =>
  new Set(
    (one.kind === 'leadsTo' ? [one.from, one.to] : [])
      .flatMap((condition) => [...walk(condition)])
      .flatMap((part) => ('name' in part ? [part.name] : [])),
  );

/** The model with the claim that every thread ends, but for those that may block forever and those of the machine. */
export function withEnds<M extends Claiming>(model: M): M {
  const { threads, liveness = [] } = model;
  const claimed = new Set(liveness.flatMap((one) => (one.kind === 'eventually' ? [one.thread] : [])));
  const added = threads
    .filter((one) => !one.mayBlockForever && one.ofMachine !== true && !claimed.has(one.name))
    .map((one) => eventually(one));
  return added.length === 0 ? model : { ...model, liveness: [...liveness, ...added] };
}
