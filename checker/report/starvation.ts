/** A lasso in sentences: who is starved, and why fairness does not help. */
import { goalsOf, type Goal } from '../language/liveness.ts';
import { printExpr } from '../language/print.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { moves } from '../interpreter/interpreter.ts';
import type { State } from '../interpreter/evaluate.ts';
import { stemOf, type Answer } from '../state-space/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { textOf } from './author-words.ts';
import { numberIn } from './cpus.ts';
import { count } from './numbers.ts';

type Livelock = Answer & { readonly verdict: 'livelock' };

/** A number of steps in words. */
export const stepsOf = (number: number): string => (number === 1 ? '1 step' : `${count(number)} steps`);

/** One copy of a thread in the states of a cycle. */
interface CopyInCycle {
  readonly name: string;
  readonly thread: string;
  readonly replica: number;
  /** The steps of the cycle that it makes, counted from the beginning of the trace. */
  readonly steps: readonly number[];
  /** By state of the cycle: whether it can step there. */
  readonly enabled: readonly boolean[];
  /** The statement at which it stands in the first state, or null at its end. */
  readonly at: string | null;
}

/** Who never gets what the claim demands, and what the other copies do meanwhile. */
export function starvationSentence(system: TransitionSystem, answer: Livelock, trace: Trace): string {
  const goal = goalsOf(system.model)[answer.goal]!;
  const from = stemOf(answer.schedule);
  const copies = copiesIn(system, trace, from);
  const isStopped = from === trace.steps.length;
  const starved = copies.find(
    ({ thread, replica }) => thread === goal.ends?.thread && replica === goal.ends.replica,
  );
  const what = starved === undefined ? claimText(system, goal) : `${starved.name} never ends`;
  if (isStopped) return `${what}: ${waitingText(starved)}nothing can step any more`;
  const why = starved === undefined ? '' : `${reasonOf(starved, goal, from)}; `;
  return `${what}: ${why}${fairnessText(copies, goal, starved)}`;
}

const waitingText = (starved: CopyInCycle | undefined) =>
  starved === undefined || starved.at === null ? '' : `it waits at '${starved.at}', and `;

function claimText({ model }: TransitionSystem, { claim, value }: Goal): string {
  const one = model.liveness![claim]!;
  if (one.kind === 'eventually') return one.name;
  const { binder, from, to } = one;
  const which = binder === null ? '' : `, where ${printExpr({ kind: 'bound', binder })} is ${value!}`;
  const never = `${printExpr(to)} is never true${which}`;
  return from.kind === 'constant'
    ? `from here on ${never}`
    : `${printExpr(from)} was true, and from here on ${never}`;
}

function reasonOf({ steps, enabled, at }: CopyInCycle, { fair }: Goal, from: number): string {
  if (steps.length > 0) return `it makes ${stepsOf(steps.length)} of each round and is back where it was`;
  const here = at === null ? '' : ` at '${at}'`;
  if (!enabled.includes(true)) return `it waits${here}, and no step of the round lets it go on`;
  if (!enabled.includes(false)) return `it could step${here} at any time, but nothing obliges it to`;
  const after = enabled.flatMap((can, state) => (can ? [from + state] : []));
  const places = after.map((step) => (step === from ? 'when a round begins' : `after step ${step}`));
  const stronger =
    fair === 'weak' ? 'weak fairness does not oblige it to step in time' : 'nothing obliges it to';
  return `it waits${here} and could step only ${listed(places)}: ${stronger}`;
}

/** Why the round is fair to the others. */
function fairnessText(
  copies: readonly CopyInCycle[],
  { fair }: Goal,
  starved: CopyInCycle | undefined,
): string {
  if (fair === 'none') return 'fairness is not assumed';
  const others = copies.filter((copy) => copy !== starved);
  const moving = others.filter(({ steps }) => steps.length > 0).map(({ name }) => name);
  const blocked = others.filter(({ steps, at }) => steps.length === 0 && at !== null).map(({ name }) => name);
  const parts = [
    ...(moving.length === 0
      ? []
      : [`${listed(moving)} ${moving.length === 1 ? 'steps' : 'step'} in each round`]),
    ...(blocked.length === 0
      ? []
      : [`${listed(blocked)} cannot step in ${fair === 'weak' ? 'some' : 'any'} of its states`]),
  ];
  return `the round is fair${fair === 'weak' ? '' : ', strongly'}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function copiesIn(system: TransitionSystem, { initial, steps }: Trace, from: number): readonly CopyInCycle[] {
  const states = [initial, ...steps.map(({ after }) => after)].slice(from, Math.max(steps.length, from + 1));
  const movers = states.map(
    (state) => new Set(moves(system, state).map(({ thread, replica }) => `${thread.thread.name} ${replica}`)),
  );
  return system.threads.flatMap(({ thread }) =>
    Array.from({ length: thread.cpus }, (_, replica): CopyInCycle => {
      const own = steps.flatMap((step, at) =>
        at >= from && step.thread === thread.name && step.replica === replica ? [at + 1] : [],
      );
      return {
        name:
          thread.cpus > 1 ? `${thread.name} (CPU ${numberIn(system)(thread.name, replica)})` : thread.name,
        thread: thread.name,
        replica,
        steps: own,
        enabled: movers.map((here) => here.has(`${thread.name} ${replica}`)),
        at: standsAt(system, states[0]!, thread.name, replica),
      };
    }),
  );
}

function standsAt(system: TransitionSystem, state: State, name: string, replica: number): string | null {
  const { locations, end } = system.threads.find(({ thread }) => thread.name === name)!;
  const { location } = state.threads[name]![replica]!;
  return location === end ? null : [...new Set(locations[location]!.map(textOf))].join(' or ');
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
