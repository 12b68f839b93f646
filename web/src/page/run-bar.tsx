/** The runs of the session: the found run and its branches. */
import { show, type WalkedRun } from '../walk/runs.ts';
import { built, check, runs } from '../state/session.ts';
import { findState } from '../watch/watch.ts';

export function RunBar() {
  const { all, shown } = runs.value;
  const [only] = all;
  if (all.length === 1 && only !== undefined && only.schedule.edges.length === 0) return <Witnesses />;
  if (all.length === 1) return null;
  return (
    <div class="runs" role="group" aria-label="Runs">
      {all.map((run, number) => (
        <button
          type="button"
          key={number}
          aria-pressed={number === shown}
          onClick={() => (runs.value = show(runs.value, number))}
        >
          {nameOf(run)}
        </button>
      ))}
    </div>
  );
}

function nameOf({ origin, shared, schedule }: WalkedRun): string {
  switch (origin) {
    case 'found':
      return 'found run';
    case 'link':
      return 'run from the link';
    case 'own':
      return shared > 0 ? `branch after step ${shared}` : `walk of ${schedule.edges.length} steps`;
  }
}

/** Runs to the witnesses of a model without a violation. */
function Witnesses() {
  const isSafe = check.value.kind === 'done' && check.value.outcome.verdict === 'holds';
  const witnesses = built.value!.model.properties.filter(
    ({ kind, limit }) => kind === 'reachable' && limit !== true,
  );
  return (
    <div class="runs">
      <p class="hint">
        {isSafe && 'No run violates a property. '}Choose a next step{isSafe && ', or show a run that reaches'}
      </p>
      {isSafe &&
        witnesses.map(({ name, condition }) => (
          <button type="button" key={name} onClick={() => void findState(condition)}>
            {name}
          </button>
        ))}
    </div>
  );
}
