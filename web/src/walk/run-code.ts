/** Encodes a run in a link: the position of each step among the enabled steps. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { Edge } from '../../../checker/state-space/state-space.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { replay } from '../../../checker/trace/replay.ts';
import { beginningsOf, stepsAfter } from './steps.ts';

/** Positions below this are one character; larger ones are between dots. */
const radix = 36;

/** `0` for the first initial state, then a character for each step; a cycle adds `~` and the steps before it. */
export function encodeRun(system: TransitionSystem, schedule: Schedule, trace: Trace): string {
  const { initial, edges, cycleFrom } = schedule;
  const positions = edges.map((edge, at) => {
    const state = at === 0 ? trace.initial : trace.steps[at - 1]!.after;
    const before = { initial, edges: edges.slice(0, at) };
    return stepsAfter(system, before, state).findIndex((other) => sameEdge(other.edge, edge));
  });
  const round = cycleFrom === undefined ? '' : `~${cycleFrom.toString(radix)}`;
  return [initial, ...positions].map(encodePosition).join('') + round;
}

const encodePosition = (position: number) =>
  position < radix ? position.toString(radix) : `.${position.toString(radix)}.`;

/** The longest valid prefix of the run; null: it has no valid initial state. */
export function decodeRun(system: TransitionSystem, code: string): Schedule | null {
  const [steps = '', round] = code.split('~');
  const positions = (steps.match(/\.[0-9a-z]+\.|[0-9a-z]/g) ?? []).map((part) =>
    parseInt(part.replaceAll('.', ''), radix),
  );
  const [initial = 0, ...rest] = positions;
  if (initial >= beginningsOf(system)) return null;
  let { initial: state } = replay(system, { initial, edges: [] });
  const states = [state];
  const edges: Edge[] = [];
  for (const position of rest) {
    const next = stepsAfter(system, { initial, edges }, state)[position];
    if (next === undefined) break;
    edges.push(next.edge);
    state = next.firing.state;
    states.push(state);
    if (next.firing.failed !== null || next.firing.error !== null) break;
  }
  const cycleFrom = round === undefined ? NaN : parseInt(round, radix);
  const comesBack = edges.length > cycleFrom && JSON.stringify(states[cycleFrom]) === JSON.stringify(state);
  return { initial, edges, ...(comesBack ? { cycleFrom } : {}) };
}

export const sameEdge = (one: Edge, other: Edge): boolean =>
  one.thread === other.thread &&
  one.replica === other.replica &&
  one.transition.id === other.transition.id &&
  one.choice === other.choice;
