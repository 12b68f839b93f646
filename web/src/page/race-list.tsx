/** The races of the shown run; each is a link to the state before it. */
import { signal } from '@preact/signals';
import type { RaceSentence } from '../../../checker/report/race-sentences.ts';
import { goTo } from '../walk/runs.ts';
import { runs } from '../state/session.ts';

/** The most races shown; the others are folded. */
const most = 4;

export function RaceList({ races }: { readonly races: readonly RaceSentence[] }) {
  if (races.length === 0) return null;
  const numbered = races.map((told, number) => ({ told, number }));
  return (
    <section class="races" aria-label="Races">
      <h3>Races (nothing orders these accesses)</h3>
      <ul>{numbered.slice(0, most).map(item)}</ul>
      {races.length > most && (
        <details>
          <summary>and {races.length - most} more</summary>
          <ul>{numbered.slice(most).map(item)}</ul>
        </details>
      )}
    </section>
  );
}

const item = ({
  told: { race, sentence },
  number,
}: {
  readonly told: RaceSentence;
  readonly number: number;
}) => (
  <li key={`${race.cell} ${race.first.step} ${race.second.step}`}>
    <button
      type="button"
      title="Go to the state before these accesses"
      onClick={() => (runs.value = goTo(runs.value, race.first.step))}
      onMouseEnter={() => (pointed.value = number)}
      onMouseLeave={() => (pointed.value = null)}
      onFocus={() => (pointed.value = number)}
      onBlur={() => (pointed.value = null)}
    >
      {sentence}
    </button>
  </li>
);

/** The highlighted race. */
export const pointed = signal<number | null>(null);
