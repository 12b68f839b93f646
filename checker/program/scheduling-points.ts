/** Scheduling points: a thread stops, so that others may run, at all that is not local computation. */
import type { AnyExpr } from '../language/expression.ts';
import { isPartOfStep, type Effect, type Statement } from '../language/statement.ts';
import { withParts } from './code-walk.ts';
import { successorsOf, type Flow, type Instruction } from './control-flow.ts';
import { readsOthers, type OwnMemory } from './own-memory.ts';

/** What a thread does without stopping. */
export interface LocalComputation {
  /** Locals whose changes are none, but in a statement that is part of the step before. */
  readonly watched: ReadonlySet<string>;
  /** Plain reads of these variables are, in statements that are generated. */
  readonly own: OwnMemory;
  readonly isMarked: (statement: Statement) => boolean;
}

/** The instructions at which a thread stops. */
export function schedulingPoints(flow: Flow, local: LocalComputation): ReadonlySet<number> {
  const visible = new Set<number>();
  for (const [at, instruction] of flow.instructions.entries())
    if (isVisible(instruction, local)) visible.add(at);
  for (const first of firstSteps(flow, visible, local)) visible.add(first);
  for (const head of localCycleHeads(flow, visible)) visible.add(head);
  return visible;
}

/**
 * Before the first access nothing but computation on locals is done: an assertion is a step of its own, so that a trace
 * shows how it fails, and so is a read.
 */
function firstSteps(
  flow: Flow,
  visible: ReadonlySet<number>,
  { watched, isMarked }: LocalComputation,
): readonly number[] {
  const alone: LocalComputation = { watched, isMarked, own: new Set() };
  const seen = new Set<number>();
  const pending = [flow.entry];
  const found: number[] = [];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (visible.has(at) || seen.has(at)) continue;
    seen.add(at);
    const instruction = flow.instructions[at]!;
    const isAssertion = instruction.kind === 'effects' && instruction.effects.some(asserts);
    if (isAssertion || isVisible(instruction, alone) || changes(instruction, watched)) found.push(at);
    else pending.push(...successorsOf(instruction));
  }
  return found;
}

const asserts = (effect: Effect): boolean => [...withParts(effect)].some(({ kind }) => kind === 'assert');

function isVisible(instruction: Instruction, local: LocalComputation): boolean {
  const { statement } = instruction;
  const isPlain = statement !== null && local.isMarked(statement) && !orders(statement);
  const watched = statement !== null && isPartOfStep(statement) ? nothing : local.watched;
  const reads = readsOthers(isPlain ? local.own : nothing);
  switch (instruction.kind) {
    case 'effects':
      return (
        instruction.guard !== null ||
        instruction.effects.some((effect) => effectIsVisible(effect, watched, reads))
      );
    case 'branch':
      return reads(instruction.condition);
    case 'choose':
      return watched.has(instruction.target.name);
    case 'either':
    case 'atomically':
    case 'end':
      return true;
    case 'pass':
      return false;
  }
}

const nothing: ReadonlySet<string> = new Set();

const changes = (instruction: Instruction, watched: ReadonlySet<string>): boolean =>
  instruction.kind === 'effects' &&
  instruction.effects.some((effect) => effectIsVisible(effect, watched, () => false));

const orders = (statement: Statement): boolean => statement.kind === 'step' && statement.ordering !== null;

function effectIsVisible(
  effect: Effect,
  watched: ReadonlySet<string>,
  reads: (expr: AnyExpr) => boolean,
): boolean {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      if (target.kind === 'shared' || watched.has(target.name)) return true;
      return reads(target) || reads(value);
    }
    case 'when':
      return reads(effect.condition) || effect.effects.some((part) => effectIsVisible(part, watched, reads));
    case 'each':
      return effect.effects.some((part) => effectIsVisible(part, watched, reads));
    case 'assert':
      return reads(effect.condition);
    case 'count':
      return false;
  }
}

/** A cycle of local computation stops once a round; depth-first search finds where each cycle closes. */
function localCycleHeads(flow: Flow, visible: ReadonlySet<number>): ReadonlySet<number> {
  const heads = new Set<number>();
  const state = new Map<number, 'open' | 'done'>();
  const visit = (at: number) => {
    state.set(at, 'open');
    for (const next of visible.has(at) ? [] : successorsOf(flow.instructions[at]!)) {
      if (state.get(next) === 'open') heads.add(next);
      else if (!state.has(next)) visit(next);
    }
    state.set(at, 'done');
  };
  for (const [at, instruction] of flow.instructions.entries()) {
    if (at === flow.entry && !state.has(at)) visit(at);
    if (visible.has(at)) for (const next of successorsOf(instruction)) if (!state.has(next)) visit(next);
  }
  return heads;
}
