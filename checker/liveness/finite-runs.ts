/** Whether the text of the threads bounds every run: what each step can be made for finitely often. */
import {
  walk,
  type AnyExpr,
  type LocalReference,
  type Reference,
  type SharedReference,
} from '../language/expression.ts';
import { goalsOf } from '../language/liveness.ts';
import type { Model } from '../language/model.ts';
import { printExpr } from '../language/print.ts';
import type { Effect, Statement } from '../language/statement.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import type { Code, ThreadTable, TransitionSystem } from '../program/transition-system.ts';

/** One way through a transition, from one location of a thread to the next. */
interface Way {
  readonly thread: string;
  readonly from: number;
  readonly to: number;
  readonly statement: Statement;
  /** What is true when the step begins. */
  readonly facts: readonly AnyExpr[];
  /** The effects in order, those that may not happen included. */
  readonly effects: readonly Effect[];
}

/**
 * A thread whose steps the text does not bound, with the text of a step of a loop; null: every run of the model ends.
 *
 * A step can be made finitely often if no loop of its thread contains it; if it counts a local up or down that no other
 * unbounded step of the loop counts back; or if it needs a cell of memory to have a value, takes that value away, and
 * steps that can be made finitely often alone give it back. Loops are then those of the other steps. The argument does
 * not depend on the number of copies.
 *
 * Sound for: every memory model in which the accesses to one cell have one order that each CPU observes: a step that
 *            takes a value away reads a different store each time.
 */
export function unboundedStep({ threads }: Pick<TransitionSystem, 'threads'>): Way | null {
  const ways = threads.flatMap(waysOf);
  let unbounded = inLoops(ways);
  for (let before = Infinity; unbounded.length < before;) {
    before = unbounded.length;
    const known = unbounded;
    unbounded = inLoops(unbounded.filter((way) => !isBounded(way, loopOf(way, known), known)));
  }
  return unbounded[0] ?? null;
}

/** Whether every run of the model ends. */
export const runsAreFinite = (model: Model): boolean => unboundedStep(transitionSystem(model)) === null;

/**
 * Whether deadlock freedom alone settles what the model claims of its runs: every run ends, and then every thread has
 * ended that must not block forever.
 */
export function isSettled(system: TransitionSystem): boolean {
  const { model } = system;
  let known = settled.get(model);
  if (known === undefined) settled.set(model, (known = judged(system)));
  return known;
}

/** By model: models do not change. */
const settled = new WeakMap<Model, boolean>();

const judged = (system: TransitionSystem): boolean =>
  goalsOf(system.model).every(({ ends, from }) => ends !== null && from !== null) &&
  unboundedStep(system.model.written === undefined ? system : transitionSystem(system.model.written)) ===
    null;

/** The threads that end in every run, if the model has no deadlock. */
export const endingThreads = (model: Model): readonly string[] =>
  runsAreFinite(sourceOf(model))
    ? model.threads.filter((one) => !one.mayBlockForever && one.ofMachine !== true).map(({ name }) => name)
    : [];

/** Memory models delay the steps of a thread and add none. */
const sourceOf = (model: Model) => model.written ?? model;

function waysOf({ thread, locations }: ThreadTable): readonly Way[] {
  return locations.flatMap((transitions, from) =>
    transitions.flatMap(({ statement, guard, code }) => {
      const facts = guard === null ? [] : conjunctsOf(guard);
      return pathsThrough(code).map(({ to, effects }) => ({
        thread: thread.name,
        from,
        to,
        statement,
        facts,
        effects,
      }));
    }),
  );
}

const conjunctsOf = (expr: AnyExpr): readonly AnyExpr[] =>
  expr.kind === 'binary' && expr.operator === '&&'
    ? [...conjunctsOf(expr.left), ...conjunctsOf(expr.right)]
    : expr.kind === 'claim'
      ? conjunctsOf(expr.operand)
      : [expr];

/** The ways through some code, each with its effects; a choice is an effect with an unknown value. */
function pathsThrough(code: Code, effects: readonly Effect[] = []): readonly Pick<Way, 'to' | 'effects'>[] {
  switch (code.kind) {
    case 'goto':
      return [{ to: code.location, effects }];
    case 'effects':
      return pathsThrough(code.next, [...effects, ...code.effects]);
    case 'branch':
      return [...pathsThrough(code.then, effects), ...pathsThrough(code.otherwise, effects)];
    case 'choose':
      return pathsThrough(code.next, [...effects, { kind: 'set', target: code.target, value: code.target }]);
  }
}

/** The ways that lie on a cycle of such ways. */
const inLoops = (ways: readonly Way[]): readonly Way[] => ways.filter((way) => loopOf(way, ways).length > 0);

/** The ways from which the end of a way and back to its beginning leads, itself included; none: it is on no cycle. */
function loopOf(way: Way, ways: readonly Way[]): readonly Way[] {
  const own = ways.filter(({ thread }) => thread === way.thread);
  const after = closure([way.to], own, ({ from, to }) => [from, to]);
  if (!after.has(way.from)) return [];
  const before = closure([way.from], own, ({ from, to }) => [to, from]);
  return own.filter(({ from, to }) => after.has(from) && before.has(from) && after.has(to) && before.has(to));
}

function closure(
  start: readonly number[],
  ways: readonly Way[],
  ends: (way: Way) => readonly [number, number],
): ReadonlySet<number> {
  const reached = new Set(start);
  for (let before = 0; reached.size > before;) {
    before = reached.size;
    for (const way of ways) {
      const [from, to] = ends(way);
      if (reached.has(from)) reached.add(to);
    }
  }
  return reached;
}

const isBounded = (way: Way, loop: readonly Way[], unbounded: readonly Way[]): boolean =>
  countedBy(way).some(({ local, by }) => loop.every((other) => !countsBack(other, local, by))) ||
  takenBy(way).some((token) => unbounded.every((other) => !gives(other, token)));

/** The numbers that a way certainly counts up (1) or down (-1), and by nothing else changes. */
function countedBy({ effects }: Way): readonly { readonly local: LocalReference; readonly by: number }[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'set' || effect.target.kind !== 'local' || effect.target.index !== null) return [];
    const { target } = effect;
    const by = stepOf(effect);
    const once = effects.filter((other) => changes(other, target)).length === 1;
    return by === 0 || !once ? [] : [{ local: target, by }];
  });
}

/** 1 or -1 where a number is counted up or down by a constant; 0: another assignment. */
function stepOf({ target, value }: Effect & { readonly kind: 'set' }): number {
  if (value.kind !== 'binary' || value.right.kind !== 'constant') return 0;
  if (printExpr(value.left) !== printExpr(target)) return 0;
  const by = Math.sign(Number(value.right.value));
  return value.operator === '+' ? by : value.operator === '-' ? -by : 0;
}

/** Whether a way may change the local other than by counting in the same direction. */
const countsBack = ({ effects }: Way, local: LocalReference, by: number): boolean =>
  effects
    .flatMap((effect) => [...setsIn(effect)])
    .some((one) => one.target.kind === 'local' && one.target.name === local.name && stepOf(one) !== by);

const changes = (effect: Effect, local: LocalReference) =>
  [...setsIn(effect)].some(({ target }) => target.kind === 'local' && target.name === local.name);

function* setsIn(effect: Effect): Generator<Effect & { readonly kind: 'set' }> {
  if (effect.kind === 'set') yield effect;
  else if (effect.kind === 'when' || effect.kind === 'each')
    for (const inner of effect.effects) yield* setsIn(inner);
}

/** A value that a way needs a shared cell to have, and replaces. */
interface Token {
  readonly variable: string;
  readonly value: string | number | boolean;
}

function takenBy({ facts, effects }: Way): readonly Token[] {
  return facts.flatMap((fact): readonly Token[] => {
    const needed = equality(fact);
    if (needed === null || needed.cell.kind !== 'shared') return [];
    const { cell, value } = needed;
    // The index must name the same cell before and after the effects.
    const index = cell.index === null ? [] : [...walk(cell.index)];
    if (index.some(({ kind }) => kind === 'shared' || kind === 'local')) return [];
    const sets = effects.flatMap((effect) => [...setsIn(effect)]).filter(({ target }) => mayBe(target, cell));
    const [only] = sets;
    const replaces =
      sets.length === 1 &&
      effects.includes(only!) &&
      printExpr(only!.target) === printExpr(cell) &&
      differs(only!.value, value, { facts, effects });
    return replaces ? [{ variable: cell.name, value }] : [];
  });
}

/** The cell and the value of a fact that says they are equal; null: another fact. */
function equality(fact: AnyExpr): { readonly cell: Reference; readonly value: Token['value'] } | null {
  if (fact.kind === 'shared') return { cell: fact, value: true };
  if (fact.kind === 'not' && fact.operand.kind === 'shared') return { cell: fact.operand, value: false };
  return fact.kind === 'binary' &&
    fact.operator === '==' &&
    fact.left.kind === 'shared' &&
    fact.right.kind === 'constant'
    ? { cell: fact.left, value: fact.right.value }
    : null;
}

const mayBe = (target: Reference, cell: SharedReference) =>
  target.kind === 'shared' && target.name === cell.name;

/** Whether the value that an effect of a way assigns certainly differs from a constant. */
const differs = (
  expr: AnyExpr,
  value: Token['value'],
  { facts, effects }: Pick<Way, 'facts' | 'effects'>,
): boolean =>
  expr.kind === 'constant'
    ? expr.value !== value
    : isUntouched(expr, effects) &&
      facts.some(
        (fact) =>
          fact.kind === 'binary' &&
          fact.operator === '!=' &&
          fact.right.kind === 'constant' &&
          fact.right.value === value &&
          printExpr(fact.left) === printExpr(expr),
      );

/** Whether no effect changes what the expression reads, so that it has the value that the guard saw. */
const isUntouched = (expr: AnyExpr, effects: readonly Effect[]): boolean => {
  const written = new Set(effects.flatMap((effect) => [...setsIn(effect)]).map(({ target }) => target.name));
  return [...walk(expr)].every((part) => !('name' in part) || !written.has(part.name));
};

/** Whether a way may give the value to a cell of the variable. */
const gives = (way: Way, { variable, value }: Token): boolean =>
  way.effects
    .flatMap((effect) => [...setsIn(effect)])
    .some(
      ({ target, value: given }) =>
        target.kind === 'shared' && target.name === variable && !differs(given, value, way),
    );
