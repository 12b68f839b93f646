/** Chooses a variant with one changed option to show beside the run, and names the first difference. */
import { memoryKey } from '../../../checker/language/memory-name.ts';
import { optionName, type OptionValue } from '../../../checker/language/option.ts';
import { goTo } from '../walk/runs.ts';
import { beside, besideChoice } from '../state/beside.ts';
import { neighbours, type Neighbour } from '../state/neighbours.ts';
import { built, runs, trace } from '../state/session.ts';

/** The most fixes shown as buttons; the others are in a list. */
const most = 6;

export function BesidePicker() {
  // No schedule of a machine of its own is one of another variant.
  const possible = built.value?.model.machine === undefined ? neighbours.value.filter(isOfModels) : [];
  if (possible.length === 0 || trace.value?.steps.length === 0) return null;
  const offers = possible.map(({ key, value, verdict }): Offer => ({
    id: `${optionName(key)}=${String(value)}`,
    name: named(optionName(key), value),
    verdict,
  }));
  const safe = offers.filter(({ verdict }) => verdict === 'holds').slice(0, most);
  const others = offers.filter((offer) => !safe.includes(offer));
  return (
    <div class="beside-picker" role="group" aria-label="The same schedule on another variant">
      <span>{safe.length > 0 ? 'Fixed by' : 'Compare with'}</span>
      {safe.map(({ id, name }) => (
        <button
          type="button"
          key={id}
          aria-pressed={besideChoice.value === id}
          title="Show the same schedule on that variant beside this one"
          onClick={() => (besideChoice.value = besideChoice.value === id ? null : id)}
        >
          {name}
        </button>
      ))}
      {others.length > 0 && <Others offers={others} />}
    </div>
  );
}

const isOfModels = ({ options }: Neighbour) => options[memoryKey] !== 'arm64';

interface Offer {
  readonly id: string;
  readonly name: string;
  readonly verdict: Neighbour['verdict'];
}

const named = (name: string, value: OptionValue) =>
  value === true ? name : value === false ? `no ${name}` : `${name} ${String(value)}`;

function Others({ offers }: { readonly offers: readonly Offer[] }) {
  const chosen = offers.some(({ id }) => id === besideChoice.value) ? besideChoice.value! : '';
  return (
    <select
      aria-label="other variants"
      value={chosen}
      onChange={({ currentTarget }) => {
        besideChoice.value = currentTarget.value === '' ? null : currentTarget.value;
      }}
    >
      <option value="">other variants …</option>
      {offers.map(({ id, name, verdict }) => (
        <option key={id} value={id}>
          {name} – {verdict}
        </option>
      ))}
    </select>
  );
}

/** The first difference of the other variant. */
export function Difference() {
  const { first, end } = beside.value!.followed;
  const name = besideChoice
    .value!.replace('=', ' ')
    .replace(/ true$/, ' on')
    .replace(/ false$/, ' off');
  if (first === null) return <p class="difference">With {name} this schedule is the same.</p>;
  const told = end ?? first;
  return (
    <p class="difference">
      With <b>{name}</b>,{' '}
      <button type="button" onClick={() => (runs.value = goTo(runs.value, told.step))}>
        step {told.step + 1}
      </button>{' '}
      is not possible: {told.sentence}.
    </p>
  );
}
