/** A verdict in words. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Transition } from '../analysis/transition-table.ts';
import { printText } from '../language/print.ts';
import { harmOf } from '../search/harm.ts';
import type { Answer, Statistics } from '../search/outcome.ts';
import type { Trace } from '../search/trace.ts';
import { endsOf, propertyPlace } from '../state/interpret.ts';
import { count, rounded } from './numbers.ts';

/** The verdict in one line. */
export function headline(answer: Answer): string {
  switch (answer.verdict) {
    case 'holds':
      return 'holds';
    case 'violated':
      return `violated in ${steps(answer.schedule.edges.length)}${orFewer(answer)}: ${answer.property}`;
    case 'deadlock':
      return `deadlock after ${steps(answer.schedule.edges.length)}${orFewer(answer)}`;
    case 'unreached':
      return `unreached: ${answer.witnesses.join('; ')}`;
    case 'error':
      return `error: ${answer.message}`;
    case 'inconclusive':
      return `inconclusive: ${answer.reason}`;
  }
}

/** What to say of a trace that may not be the shortest. */
const orFewer = ({ minimal }: { readonly minimal: boolean }) => (minimal ? '' : ' (perhaps not the fewest)');

const steps = (number: number) => (number === 1 ? '1 step' : `${count(number)} steps`);

/** What is wrong in the last state of a trace, in the words of the model's author where there are some; null: nothing. */
export function harmIn(table: TransitionTable, answer: Answer, trace: Trace): string | null {
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  switch (answer.verdict) {
    case 'violated': {
      if (answer.kind === 'assertion') return `an assertion fails: ${answer.property}`;
      const property = table.model.properties.find(({ name }) => name === answer.property)!;
      return harmOf(property.condition, propertyPlace(last, endsOf(table)));
    }
    case 'deadlock':
      return `nothing can happen any more, and ${stuck(table, trace).join(' and ')}`;
    case 'error':
      return answer.message;
    case 'holds':
    case 'unreached':
    case 'inconclusive':
      return null;
  }
}

/** The copies of threads that wait for ever, and at what. */
function stuck(table: TransitionTable, trace: Trace): readonly string[] {
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  return table.threads.flatMap(({ thread, locations, end }) =>
    thread.mayBlockForever
      ? []
      : last.threads[thread.name]!.flatMap(({ location }, replica) => {
          if (location === end) return [];
          const texts = new Set(locations[location]!.map((transition) => `'${textOf(transition)}'`));
          const copy = thread.cpus > 1 ? ` (copy ${replica})` : '';
          return [`${thread.name}${copy} waits at ${[...texts].join(' or ')}`];
        }),
  );
}

/** How far the search came. */
export function statisticsLine(statistics: Statistics, seconds: number): string {
  const { states, transitions, depth, bytes, method } = statistics;
  const rate = rounded(states / Math.max(seconds, 0.001));
  return (
    `${count(states)} states, ${count(transitions)} transitions, depth ${depth}, ${megabytes(bytes)} MB, ` +
    `${seconds.toFixed(2)} s (${rate}/s, ${method})`
  );
}

/** Whether runs can end, where that is known: information, and no verdict. */
export function endlessLine({ states, endless }: Statistics): string {
  if (endless === null) return '';
  if (endless === 0) return 'from every state some run ends';
  if (endless === states) return 'no run ends: there is always something that can happen';
  return `livelock (not counted as a violation): from ${count(endless)} of these states no run ends`;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** A transition as the author wrote it: an atomic block is called by its first statement. */
export function textOf({ statement }: Transition): string {
  const [first] = statement.kind === 'atomically' ? statement.body : [];
  return printText(first ?? statement);
}

/** The author's steps that never fired, by thread; one that stands for several transitions has fired if any of them has. */
export function unfiredLines(table: TransitionTable, unfired: readonly Transition[]): readonly string[] {
  const isUnfired = new Set(unfired);
  return table.threads
    .filter(({ thread }) => !thread.ofMachine)
    .flatMap(({ thread, locations }) => {
      const own = locations.flat().toSorted((a, b) => a.statement.line - b.statement.line);
      const named = (transitions: readonly Transition[]) => new Set(transitions.map(stepName));
      const fired = named(own.filter((transition) => !isUnfired.has(transition)));
      const names = [...named(own.filter((transition) => isUnfired.has(transition)))];
      const never = names.filter((name) => !fired.has(name));
      return never.length === 0 ? [] : [`${thread.name}: ${never.join(', ')}`];
    });
}

const stepName = (transition: Transition) => `${textOf(transition)} (line ${transition.statement.line})`;
