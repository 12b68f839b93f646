/** Forward and back: buttons, a slider and keys. */
import { useEffect } from 'preact/hooks';
import { goTo } from '../walk/runs.ts';
import { beside } from '../state/beside.ts';
import { at, check, runs, trace } from '../state/session.ts';

const go = (step: number) => {
  runs.value = goTo(runs.value, step);
};

/** Margin around the current step, in pixels. */
const room = 8;

/** Scrolls no farther than needed to show the current step between the heads of the lanes and the player. */
function showCurrentRow(): void {
  const lanes = document.querySelector('.lanes');
  const rows = lanes?.querySelectorAll('.row.now[data-step], .row.now[data-step] ~ .row.now') ?? [];
  const [first] = rows;
  if (lanes === null || first === undefined) return;
  const top = (lanes.querySelector('.heads')?.getBoundingClientRect().height ?? 0) + room;
  const bottom = document.querySelector('.transport')!.getBoundingClientRect().top - room;
  const [begins, ends] = [
    first.getBoundingClientRect().top,
    rows[rows.length - 1]!.getBoundingClientRect().bottom,
  ];
  if (begins < top || ends - begins > bottom - top) scrollBy(0, begins - top);
  else if (ends > bottom) scrollBy(0, ends - bottom);
}

/** Keeps the current step in view until the reader scrolls. */
function keepCurrentRow(): () => void {
  const observer = new ResizeObserver(() => requestAnimationFrame(showCurrentRow));
  const stop = () => observer.disconnect();
  observer.observe(document.body);
  for (const event of ['wheel', 'touchmove', 'pointerdown'] as const)
    addEventListener(event, stop, { once: true, passive: true });
  return () => {
    stop();
    for (const event of ['wheel', 'touchmove', 'pointerdown'] as const) removeEventListener(event, stop);
  };
}

const keys: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => go(at.value - 1),
  ArrowRight: () => go(at.value + 1),
  k: () => go(at.value - 1),
  j: () => go(at.value + 1),
  Home: () => go(0),
  End: () => go(Infinity),
};

function onKey(event: KeyboardEvent): void {
  const action = keys[event.key];
  const isTaken =
    event.target instanceof HTMLElement && event.target.closest('input, select, textarea, summary') !== null;
  if (action === undefined || isTaken || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}

export function Transport() {
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => (at.value === 0 ? undefined : keepCurrentRow()), [at.value, trace.value]);
  const last = trace.value?.steps.length ?? 0;
  // A cycle goes round: its last step leads to its first.
  const isRound = trace.value?.cycleFrom !== undefined;
  const [isFirst, isLast] = [at.value === 0, at.value === last && !isRound];
  const isViolated = check.value.kind === 'done' && 'schedule' in check.value.outcome;
  return (
    <div class="transport" role="group" aria-label="Walk">
      <Button name="to the initial state" path={`${bar(4)} ${back}`} disabled={isFirst} to={0} />
      <Button name="one step back" path={back} disabled={isFirst} to={at.value - 1} />
      <input
        type="range"
        aria-label="step"
        aria-valuetext={`step ${at.value} of ${last}`}
        min={0}
        max={last}
        value={at.value}
        onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
      />
      <Button name="one step forward" path={forward} disabled={isLast} to={at.value + 1} />
      <Button
        name={isViolated ? 'to the violation' : 'to the end'}
        path={`${forward} ${bar(12)}`}
        disabled={isLast}
        to={last}
      />
      <output class="position">
        {at.value} / {last}
      </output>
      <ToDifference />
      <span class="keys" aria-hidden="true">
        ← → keys
      </span>
    </div>
  );
}

/** In a square of 16. */
const back = 'M12 3 L5 8 L12 13 Z';
const forward = 'M4 3 L11 8 L4 13 Z';
const bar = (x: number) => `M${x} 3 V13`;

interface ButtonProps {
  readonly name: string;
  readonly path: string;
  readonly disabled: boolean;
  readonly to: number;
}

function Button({ name, path, disabled, to }: ButtonProps) {
  return (
    <button type="button" aria-label={name} title={name} disabled={disabled} onClick={() => go(to)}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

function ToDifference() {
  const difference = beside.value?.followed.first ?? null;
  return difference === null ? null : (
    <button type="button" class="jump" onClick={() => go(difference.step)}>
      to the difference
    </button>
  );
}
