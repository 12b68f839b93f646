/** Encodes a run in a link: the position of each step among the enabled steps. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import { edgesOutOf } from '../../../checker/state-space/successors.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { Edge } from '../../../checker/state-space/state-space.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { initialStates } from '../../../checker/interpreter/interpreter.ts';

/** Positions below this are one character; larger ones are between dots. */
const radix = 36;

/** `0` for the first initial state, then a character for each step. */
export function encodeRun(system: TransitionSystem, schedule: Schedule, trace: Trace): string {
  const positions = schedule.edges.map((edge, at) => {
    const state = at === 0 ? trace.initial : trace.steps[at - 1]!.after;
    return edgesOutOf(system, state).findIndex((other) => sameEdge(other.edge, edge));
  });
  return [schedule.initial, ...positions].map(encodePosition).join('');
}

const encodePosition = (position: number) =>
  position < radix ? position.toString(radix) : `.${position.toString(radix)}.`;

/** The longest valid prefix of the run; null: it has no valid initial state. */
export function decodeRun(system: TransitionSystem, code: string): Schedule | null {
  const positions = (code.match(/\.[0-9a-z]+\.|[0-9a-z]/g) ?? []).map((part) =>
    parseInt(part.replaceAll('.', ''), radix),
  );
  const [initial = 0, ...rest] = positions;
  const start = initialStates(system)[initial];
  if (start === undefined) return null;
  let state = start;
  const edges: Edge[] = [];
  for (const position of rest) {
    const next = edgesOutOf(system, state)[position];
    if (next === undefined) break;
    edges.push(next.edge);
    state = next.firing.state;
    if (next.firing.failed !== null || next.firing.error !== null) break;
  }
  return { initial, edges };
}

export const sameEdge = (one: Edge, other: Edge): boolean =>
  one.thread === other.thread &&
  one.replica === other.replica &&
  one.transition.id === other.transition.id &&
  one.choice === other.choice;
