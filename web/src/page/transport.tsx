/** Forward and back: buttons, a slider and keys. */
import { useEffect } from 'preact/hooks';
import { goTo } from '../walk/runs.ts';
import { beside } from '../state/beside.ts';
import { at, check, runs, trace } from '../state/session.ts';

const go = (step: number) => {
  runs.value = goTo(runs.value, step);
  requestAnimationFrame(showCurrentRow);
};

/** Scrolls no farther than needed. */
function showCurrentRow(): void {
  document.querySelector('.lanes .row.now[data-step]')?.scrollIntoView({ block: 'nearest' });
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
  const last = trace.value?.steps.length ?? 0;
  const [isFirst, isLast] = [at.value === 0, at.value === last];
  const isViolated = check.value.kind === 'done' && 'schedule' in check.value.outcome;
  return (
    <div class="transport" role="group" aria-label="Walk">
      <Button name="to the beginning" path={`${bar(4)} ${back}`} disabled={isFirst} to={0} />
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
