/** The enabled steps of the shown state, and the copies that wait. */
import { computed } from '@preact/signals';
import { printExpr } from '../../../checker/language/print.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { FiredEdge } from '../../../checker/state-space/successors.ts';
import { cellNamesOf } from '../../../checker/report/cell-names.ts';
import { guardWords, textOf } from '../../../checker/report/author-words.ts';
import { shownEvents } from '../../../checker/report/shown-steps.ts';
import { sameEdge } from '../walk/run-code.ts';
import { beginningsOf, stepsAfter } from '../walk/steps.ts';
import { beginAt, shownRun, take } from '../walk/runs.ts';
import { at, built, runs, state, trace } from '../state/session.ts';
import { copyName, cpuOf } from './cpu-style.ts';

const enabled = computed<readonly FiredEdge[]>(() => {
  const isOver = trace.value?.stopped !== null && at.value === trace.value?.steps.length;
  return built.value === null || state.value === null || isOver
    ? []
    : stepsAfter(built.value.system, runSoFar(), state.value);
});

function runSoFar(): Schedule {
  const { initial, edges } = shownRun(runs.value).schedule;
  return { initial, edges: edges.slice(0, at.value) };
}

export function NextSteps() {
  const { system } = built.value!;
  const next = shownRun(runs.value).schedule.edges[at.value];
  const isTaken = ({ edge }: FiredEdge) => next !== undefined && sameEdge(edge, next);
  return (
    <section class="next" aria-label="Next steps">
      <h3>Next steps</h3>
      {enabled.value.length === 0 && <p class="hint">None: the run ends here.</p>}
      <ul>
        {enabled.value.map((fired, number) => (
          <li key={number}>
            <Choice fired={fired} isTaken={isTaken(fired)} />
          </li>
        ))}
        {waiting().map(({ thread, replica, text, until }) => (
          <li key={`${thread} ${replica}`} class={`waits cpu-${cpuOf(system, thread, replica).number % 6}`}>
            <span class="who">{copyName(system, thread, replica)}</span> waits at <code>{text}</code>
            {until !== null && (
              <>
                {' '}
                until <code>{until}</code>
              </>
            )}
          </li>
        ))}
      </ul>
      {at.value === 0 && <Beginnings />}
    </section>
  );
}

interface ChoiceProps {
  readonly fired: FiredEdge;
  readonly isTaken: boolean;
}

function Choice({ fired, isTaken }: ChoiceProps) {
  const { system } = built.value!;
  const { edge, firing } = fired;
  const { thread } = system.threads[edge.thread]!;
  const wrong = firing.failed ?? firing.error;
  return (
    <button
      type="button"
      class={`choice cpu-${cpuOf(system, thread.name, edge.replica).number % 6} ${isTaken ? 'taken' : ''}`}
      aria-pressed={isTaken}
      onClick={() => (runs.value = take(runs.value, edge))}
    >
      <span class="who">{copyName(system, thread.name, edge.replica)}</span>
      <code>{textOf(edge.transition)}</code>
      <span class="outcome">
        {outcomeOf(fired).map((part) => (
          <span key={part}>{part}</span>
        ))}
        {wrong !== null && <span class="wrong">{wrong}</span>}
      </span>
    </button>
  );
}

/** The reads, changes, choices and branch outcomes of the step. */
function outcomeOf({ edge, firing }: FiredEdge): readonly string[] {
  const { system } = built.value!;
  const { name: thread } = system.threads[edge.thread]!.thread;
  const names = cellNamesOf(system.model);
  const step = { thread, replica: edge.replica, events: firing.events };
  return shownEvents(system, state.value!, step).flatMap(
    ({ statement, text, changes, waits, chosen, taken, reads, outOfOrder }) => [
      ...reads
        .filter(({ value, memory }) => value !== memory)
        .map(
          ({ cell, value, memory }) =>
            `reads ${names.cell(cell)} == ${names.value(cell, value)} (memory has ${names.value(cell, memory)})`,
        ),
      ...changes.map(
        ({ cell, from, to }) => `${names.cell(cell)}: ${names.value(cell, from)} → ${names.value(cell, to)}`,
      ),
      ...waits.map(({ cell, value }) => `store ${names.cell(cell)} = ${names.value(cell, value)} waits`),
      ...(chosen === null || statement.kind !== 'choose'
        ? []
        : [`${printExpr(statement.target)} = ${String(chosen)}`]),
      ...(taken === true && reads.length > 0 ? [`${text}: yes`] : []),
      ...((outOfOrder?.early.length ?? 0) > 0 ? ['early: executed later'] : []),
    ],
  );
}

interface WaitingCopy {
  readonly thread: string;
  readonly replica: number;
  readonly text: string;
  readonly until: string | null;
}

/** Copies that wait, without idle handlers and buffers. */
function waiting(): readonly WaitingCopy[] {
  const { system } = built.value!;
  return system.threads.flatMap(({ thread, locations, end }, number) =>
    thread.mayBlockForever
      ? []
      : state.value!.threads[thread.name]!.flatMap(({ location }, replica) => {
          const [first] = locations[location]!;
          const canGoOn = enabled.value.some(
            ({ edge }) => edge.thread === number && edge.replica === replica,
          );
          if (location === end || canGoOn || first === undefined) return [];
          return [
            {
              thread: thread.name,
              replica,
              text: textOf(first),
              until: guardWords(system.model, thread.name, first),
            },
          ];
        }),
  );
}

/** Chooses among several initial states. */
function Beginnings() {
  const length = beginningsOf(built.value!.system);
  if (length < 2) return null;
  const current = shownRun(runs.value).schedule.initial;
  return (
    <label class="beginnings">
      initial state{' '}
      <select
        value={String(current)}
        onChange={({ currentTarget }) => (runs.value = beginAt(runs.value, Number(currentTarget.value)))}
      >
        {Array.from({ length }, (_, number) => (
          <option key={number} value={String(number)}>
            {number + 1} of {length}
          </option>
        ))}
      </select>
    </label>
  );
}
