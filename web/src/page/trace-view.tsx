/** The trace view: lanes, races, transport, state and next steps. */
import { pointed, RaceList } from './race-list.tsx';
import { computed, signal } from '@preact/signals';
import { racesInWords } from '../../../checker/report/race-sentences.ts';
import { allCpus } from '../../../checker/report/cpus.ts';
import { failedClaimIn } from '../../../checker/report/verdict.ts';
import { delaysOf } from '../../../checker/report/delays.ts';
import { goTo, shownRun } from '../walk/runs.ts';
import { beside } from '../state/beside.ts';
import { at, built, check, runs, trace } from '../state/session.ts';
import type { LaneArrow } from './arrows.tsx';
import { BesidePicker, Difference } from './beside-picker.tsx';
import { ExportMenu } from './export-menu.tsx';
import { Lanes } from './lanes.tsx';
import { NextSteps } from './next-steps.tsx';
import { RunBar } from './run-bar.tsx';
import { StatePanel } from './state-panel.tsx';
import { Transport } from './transport.tsx';
import { WatchPanel } from './watch-panel.tsx';

const unfolded = signal(false);

const told = computed(() =>
  trace.value === null || built.value === null
    ? []
    : racesInWords(built.value.system, trace.value, allCpus(built.value.system)),
);

const arrows = computed<readonly LaneArrow[]>(() => {
  if (trace.value === null || built.value === null) return [];
  const races = told.value.map(({ race, sentence }): LaneArrow => ({
    from: race.first.step,
    to: race.second.step,
    kind: 'race',
    title: sentence,
  }));
  const delays = delaysOf(built.value.system, trace.value).flatMap(({ store, drain, text }): LaneArrow[] =>
    drain === null
      ? []
      : [{ from: store, to: drain, kind: 'delay', title: `the store of ${text} reaches memory` }],
  );
  const early = trace.value.steps.flatMap(({ events }, step) =>
    events.flatMap(({ outOfOrder }) =>
      (outOfOrder?.seenBefore ?? []).map(({ cell, since }): LaneArrow => ({
        from: since,
        to: step,
        kind: 'early',
        title: `others see the store of ${cell} before its CPU executes it`,
      })),
    ),
  );
  return [...races, ...delays, ...early];
});

const go = (step: number) => (runs.value = goTo(runs.value, step));

export function TraceView() {
  if (trace.value === null || built.value === null) return null;
  return (
    <div class="trace-view">
      <RaceList races={told.value} />
      <div class="above-lanes">
        <RunBar />
        <BesidePicker />
      </div>
      <div class={`trace-columns ${beside.value === null ? '' : 'two'}`}>
        <div class="lane-column">
          <ArrowLegend />
          <Lanes
            label="Trace"
            system={built.value.system}
            trace={trace.value}
            at={at.value}
            arrows={arrows.value}
            pointed={pointed.value}
            unfolded={unfolded.value}
            onGo={go}
            onUnfold={() => (unfolded.value = true)}
            end={endOfRun()}
          />
          <ExportMenu />
        </div>
        {beside.value !== null && <BesideLanes />}
        <div class="side">
          <NextSteps />
          <StatePanel />
          <WatchPanel />
        </div>
      </div>
      <Transport />
    </div>
  );
}

/** The meaning of the arrows, if there are any. */
function ArrowLegend() {
  const has = (kind: LaneArrow['kind']) => arrows.value.some((arrow) => arrow.kind === kind);
  if (arrows.value.length === 0) return null;
  return (
    <ul class="arrow-legend">
      {has('race') && (
        <li>
          <span /> nothing orders these two accesses
        </li>
      )}
      {has('delay') && (
        <li class="delay">
          <span /> a store that waited reaches memory
        </li>
      )}
      {has('early') && (
        <li class="early">
          <span /> a store that others see before its CPU executes it
        </li>
      )}
    </ul>
  );
}

/** The violation at the end of the found run. */
function endOfRun() {
  const now = check.value;
  if (now.kind !== 'done' || trace.value === null || built.value === null) return null;
  const run = shownRun(runs.value);
  if (!('schedule' in now.outcome) || run.schedule !== now.outcome.schedule) return null;
  const harm = failedClaimIn(built.value.system, now.outcome, trace.value);
  return harm === null ? null : { tone: 'bad' as const, text: harm };
}

function BesideLanes() {
  const { variant, followed, trace: other } = beside.value!;
  const taken = followed.taken[Math.min(at.value, followed.taken.length - 1)]!;
  const toFirst = (steps: number) => {
    const own = followed.taken.findIndex((count) => count >= steps);
    go(own < 0 ? followed.taken.length - 1 : own);
  };
  return (
    <div class="lane-column beside-lanes">
      <Difference />
      <Lanes
        label="The same schedule on the other variant"
        system={variant.system}
        trace={other}
        at={taken}
        arrows={[]}
        pointed={null}
        unfolded={unfolded.value}
        onGo={toFirst}
        onUnfold={() => (unfolded.value = true)}
        end={
          followed.end === null
            ? null
            : { tone: followed.end.kind === 'waits' ? 'good' : 'open', text: followed.end.sentence }
        }
      />
    </div>
  );
}
