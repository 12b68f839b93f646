/** Scheduling points: a thread stops, so that others may run, at all that is not local computation. */
import { walk, type AnyExpr } from '../language/expression.ts';
import type { Effect } from '../language/statement.ts';
import { withParts } from './code-walk.ts';
import type { Flow, Instruction } from './control-flow.ts';

/** The instructions at which a thread stops; changes of `watched` locals are not local computation. */
export function schedulingPoints(flow: Flow, watched: ReadonlySet<string>): ReadonlySet<number> {
  const visible = new Set<number>();
  for (const [at, instruction] of flow.instructions.entries())
    if (isVisible(instruction, watched)) visible.add(at);
  for (const first of firstAssertions(flow, visible)) visible.add(first);
  for (const head of localCycleHeads(flow, visible)) visible.add(head);
  return visible;
}

/** An assertion that comes before the first access is a step of its own, so that a trace shows how it fails. */
function firstAssertions(flow: Flow, visible: ReadonlySet<number>): readonly number[] {
  const seen = new Set<number>();
  const pending = [flow.entry];
  const found: number[] = [];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (visible.has(at) || seen.has(at)) continue;
    seen.add(at);
    const instruction = flow.instructions[at]!;
    if (instruction.kind === 'effects' && instruction.effects.some(asserts)) found.push(at);
    else pending.push(...successorsOf(instruction));
  }
  return found;
}

const asserts = (effect: Effect): boolean => [...withParts(effect)].some(({ kind }) => kind === 'assert');

function isVisible(instruction: Instruction, watched: ReadonlySet<string>): boolean {
  switch (instruction.kind) {
    case 'effects':
      return (
        instruction.guard !== null || instruction.effects.some((effect) => effectIsVisible(effect, watched))
      );
    case 'branch':
      return readsShared(instruction.condition);
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

function effectIsVisible(effect: Effect, watched: ReadonlySet<string>): boolean {
  switch (effect.kind) {
    case 'set': {
      const { target, value } = effect;
      return (
        readsShared(target) || readsShared(value) || (target.kind === 'local' && watched.has(target.name))
      );
    }
    case 'when':
      return readsShared(effect.condition) || effect.effects.some((part) => effectIsVisible(part, watched));
    case 'each':
      return effect.effects.some((part) => effectIsVisible(part, watched));
    case 'assert':
      return readsShared(effect.condition);
    case 'count':
      return false;
  }
}

const readsShared = (expr: AnyExpr) => [...walk(expr)].some(({ kind }) => kind === 'shared');

function successorsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case 'effects':
    case 'choose':
    case 'pass':
      return [instruction.next];
    case 'branch':
      return [instruction.then, instruction.otherwise];
    case 'either':
      return instruction.alternatives;
    case 'atomically':
      return [instruction.first];
    case 'end':
      return [];
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
