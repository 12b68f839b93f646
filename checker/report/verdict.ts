/** A verdict in words. */
import type { Code, Transition, TransitionSystem } from '../program/transition-system.ts';
import { printText } from '../language/print.ts';
import type { Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';
import { failedClaimOf } from '../trace/failed-claim.ts';
import type { Answer, Statistics } from '../state-space/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { endsOf, propertyPlace } from '../interpreter/interpreter.ts';
import { isOfMachine, textOf, writtenStatement } from './author-words.ts';
import { numberIn } from './cpus.ts';
import { count, rounded } from './numbers.ts';

/** The verdict in one line. */
export function headline(answer: Answer): string {
  switch (answer.verdict) {
    case 'holds':
      return 'holds';
    case 'violated':
      return `violated after ${steps(answer.schedule.edges.length)}${orFewer(answer)}: ${claimOf(answer)}`;
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

const claimOf = ({ kind, property }: Answer & { readonly verdict: 'violated' }) =>
  kind === 'invariant' ? `invariant "${property}" is false` : `assertion "${property}" fails`;

/** What to say of a trace that may not be the shortest. */
const orFewer = ({ minimal }: { readonly minimal: boolean }) => (minimal ? '' : ' (perhaps not the fewest)');

const steps = (number: number) => (number === 1 ? '1 step' : `${count(number)} steps`);

/** What is wrong in the last state of a trace, in the words of the model's author where there are some; null: nothing. */
export function failedClaimIn(system: TransitionSystem, answer: Answer, trace: Trace): string | null {
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  switch (answer.verdict) {
    case 'violated': {
      if (answer.kind === 'assertion') return `an assertion fails: ${answer.property}`;
      const property = system.model.properties.find(({ name }) => name === answer.property)!;
      return failedClaimOf(property.condition, propertyPlace(last, endsOf(system)), numberIn(system));
    }
    case 'deadlock':
      return `nothing can happen any more, and ${stuck(system, trace).join(' and ')}`;
    case 'error':
      return answer.message;
    case 'holds':
    case 'unreached':
    case 'inconclusive':
      return null;
  }
}

/** The copies of threads that wait for ever, and at what. */
function stuck(system: TransitionSystem, trace: Trace): readonly string[] {
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  return system.threads.flatMap(({ thread, locations, end }) =>
    thread.mayBlockForever
      ? []
      : last.threads[thread.name]!.flatMap(({ location }, replica) => {
          if (location === end) return [];
          const texts = new Set(locations[location]!.map((transition) => `'${textOf(transition)}'`));
          const copy = thread.cpus > 1 ? ` (CPU ${numberIn(system)(thread.name, replica)})` : '';
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
export function livelockLine({ states, endless }: Statistics): string {
  if (endless === null) return '';
  if (endless === 0) return 'from every state some run ends';
  if (endless === states) return 'no run ends: there is always something that can happen';
  return `livelock (not counted as a violation): from ${count(endless)} of these states no run ends`;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** How many of the author's statements there are, and those of them that never ran, in the order of the text. */
export interface Unfired {
  readonly all: number;
  readonly never: readonly UnfiredStatement[];
}

export interface UnfiredStatement {
  readonly thread: string;
  readonly line: number;
  readonly text: string;
}

/**
 * The statements that no transition which fired can have run; those that only an untaken way of such a transition has
 * count as run.
 */
export function unfiredStatements(system: TransitionSystem, unfired: readonly Transition[]): Unfired {
  const isUnfired = new Set(unfired);
  const all = system.threads
    .filter(({ thread }) => !thread.ofMachine)
    .flatMap(({ thread, entry, locations }) => {
      const fired = locations.flat().filter((transition) => !isUnfired.has(transition));
      const lines = new Set([entry, ...fired.map(({ code }) => code)].flatMap((code) => [...linesIn(code)]));
      const own = new Map(
        [...statementsOf(thread.body)]
          .filter((statement) => runs.has(statement.kind) && !isOfMachine(statement))
          .map((statement) => [
            statement.line,
            writtenStatement(system.model, thread.name, statement.line) ?? statement,
          ]),
      );
      return [...own.values()]
        .toSorted((a, b) => a.line - b.line)
        .map((statement) => ({
          thread: thread.name,
          line: statement.line,
          text: printText(statement),
          isFired: lines.has(statement.line),
        }));
    });
  return {
    all: all.length,
    never: all.filter(({ isFired }) => !isFired).map(({ thread, line, text }) => ({ thread, line, text })),
  };
}

/** The statements that do something when their turn comes. */
const runs: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'step',
  'branch',
  'choose',
  'barrier',
]);

/** The lines of the author's statements in some code; one that is delayed does not run there. */
function* linesIn(code: Code): Generator<number> {
  if (code.kind === 'goto') return;
  const { role, line } = code.statement;
  if (role === undefined || role === 'delayed') yield line;
  if (code.kind === 'branch') {
    yield* linesIn(code.then);
    yield* linesIn(code.otherwise);
  } else yield* linesIn(code.next);
}

/** The statements that never ran, a line a thread. */
export const unfiredLines = ({ never }: Unfired): readonly string[] =>
  [...Map.groupBy(never, ({ thread }) => thread)].map(
    ([thread, own]) => `${thread}: ${own.map(({ text, line }) => `${text} (line ${line})`).join(', ')}`,
  );

/** How many statements a search that ended early had not come to. */
export const unfiredCount = ({ all, never }: Unfired): string =>
  `${count(never.length)} of ${count(all)} statements had not run when the search stopped`;
