/** A verdict in words. */
import { nodesOf } from '../program/code-walk.ts';
import type { Code, Transition, TransitionSystem } from '../program/transition-system.ts';
import { printText } from '../language/print.ts';
import type { Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';
import { failedClaimOf } from '../trace/failed-claim.ts';
import { stemOf, type Answer, type Statistics } from '../state-space/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { endsOf, propertyPlace } from '../interpreter/interpreter.ts';
import { textOf, writtenStatement } from './author-words.ts';
import { numberIn } from './cpus.ts';
import { count, rounded } from './numbers.ts';
import { starvationSentence, stepsOf } from './starvation.ts';

/** The verdict in one line. */
export function headline(answer: Answer): string {
  switch (answer.verdict) {
    case 'holds':
      return 'holds';
    case 'violated':
      return `violated after ${steps(answer.schedule.edges.length)}${orFewer(answer)}: ${claimOf(answer)}`;
    case 'deadlock':
      return `deadlock after ${steps(answer.schedule.edges.length)}${orFewer(answer)}`;
    case 'livelock':
      return `livelock after ${steps(stemOf(answer.schedule))}${orFewer(answer)}: "${answer.property}" ${roundOf(answer)}`;
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

/** A remark on a trace that may not be a shortest one. */
const orFewer = ({ minimal }: { readonly minimal: boolean }) =>
  minimal ? '' : ' (a shorter trace may exist)';

const steps = stepsOf;

function roundOf({ schedule }: Answer & { readonly verdict: 'livelock' }): string {
  const length = schedule.edges.length - stemOf(schedule);
  return length === 0 ? 'stays false, and nothing can step' : `stays false in a cycle of ${steps(length)}`;
}

/** The violation in the last state of a trace, in the author's words if there are any; null: none. */
export function failedClaimIn(system: TransitionSystem, answer: Answer, trace: Trace): string | null {
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  switch (answer.verdict) {
    case 'violated': {
      if (answer.kind === 'assertion') return `assertion "${answer.property}" fails`;
      const property = system.model.properties.find(({ name }) => name === answer.property)!;
      return failedClaimOf(property.condition, propertyPlace(last, endsOf(system)), numberIn(system));
    }
    case 'deadlock':
      return `no thread can step: ${stuck(system, trace).join('; ')}`;
    case 'livelock':
      return starvationSentence(system, answer, trace);
    case 'error':
      return answer.message;
    case 'holds':
    case 'unreached':
    case 'inconclusive':
      return null;
  }
}

/** The copies of threads that wait forever, with their statements. */
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

/** The statistics of a search in one line. */
export function statisticsLine(statistics: Statistics, seconds: number): string {
  const { states, transitions, depth, bytes, method } = statistics;
  const rate = rounded(states / Math.max(seconds, 0.001));
  // Another engine may not say where the states lie.
  const memory = bytes === 0 ? '' : `${megabytes(bytes)} MB, `;
  return (
    `${count(states)} states, ${count(transitions)} transitions, depth ${depth}, ${memory}` +
    `${seconds.toFixed(2)} s (${rate}/s, ${method})`
  );
}

/** Whether runs end, if known; this does not affect the verdict. */
export function livelockLine({ states, endless }: Statistics): string {
  if (endless === null) return '';
  if (endless === 0) return 'no livelock: from every state some run ends';
  if (endless === states) return 'no run ends: some thread can always step';
  return `livelock (not counted as a violation): from ${count(endless)} of these states no run ends`;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** The number of the author's statements, and those that never ran, in program order. */
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
 * The statements that no fired transition contains. A statement on an untaken path of a fired transition counts as
 * run.
 */
export function unfiredStatements(system: TransitionSystem, unfired: readonly Transition[]): Unfired {
  const isUnfired = new Set(unfired);
  const all = system.threads
    .filter(({ thread }) => !thread.ofMachine)
    .flatMap(({ thread, entry, locations }) => {
      const fired = locations.flat().filter((transition) => !isUnfired.has(transition));
      const lines = new Set([entry, ...fired.map(({ code }) => code)].flatMap(linesIn));
      const own = new Map(
        [...statementsOf(thread.body)]
          .filter(
            (statement) =>
              runs.has(statement.kind) && statement.hidden !== true && statement.isSilent !== true,
          )
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

/** Kinds of executable statements. */
const runs: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'step',
  'branch',
  'choose',
  'barrier',
]);

/** The lines of the author's statements in some code. */
const linesIn = (code: Code): readonly number[] =>
  nodesOf(code).flatMap((node) =>
    node.kind === 'goto' || node.statement.hidden === true ? [] : [node.statement.line],
  );

/** The statements that never ran, one line for each thread. */
export const unfiredLines = ({ never }: Unfired): readonly string[] =>
  [...Map.groupBy(never, ({ thread }) => thread)].map(
    ([thread, own]) => `${thread}: ${own.map(({ text, line }) => `${text} (line ${line})`).join(', ')}`,
  );

/** The number of statements that had not run when a search stopped early. */
export const unfiredCount = ({ all, never }: Unfired): string =>
  `${count(never.length)} of ${count(all)} statements had not run when the search stopped`;
