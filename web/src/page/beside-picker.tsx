/** Chooses the variant beside: one option changed; and says where it does something else. */
import { optionName } from '../../../checker/language/option.ts';
import { goTo } from '../walk/runs.ts';
import { beside, besideChoice } from '../state/beside.ts';
import { neighbours } from '../state/neighbours.ts';
import { runs, trace } from '../state/session.ts';

export function BesidePicker() {
  if (neighbours.value.length === 0 || trace.value?.steps.length === 0) return null;
  const options = neighbours.value.map(({ key, value, verdict }) => ({
    id: `${optionName(key)}=${String(value)}`,
    text: `${optionName(key)} ${value === true ? 'on' : value === false ? 'off' : String(value)} – ${verdict}`,
    isSafe: verdict === 'holds',
  }));
  const group = (title: string, isSafe: boolean) => {
    const own = options.filter((option) => option.isSafe === isSafe);
    return (
      own.length > 0 && (
        <optgroup label={title}>
          {own.map(({ id, text }) => (
            <option key={id} value={id}>
              {text}
            </option>
          ))}
        </optgroup>
      )
    );
  };
  return (
    <label class="beside-picker">
      Same schedule on{' '}
      <select
        value={besideChoice.value ?? ''}
        onChange={({ currentTarget }) =>
          (besideChoice.value = currentTarget.value === '' ? null : currentTarget.value)
        }
      >
        <option value="">no other variant</option>
        {group('where it holds', true)}
        {group('where it does not', false)}
      </select>
    </label>
  );
}

/** Where the variant beside first does something else. */
export function Difference() {
  const { first, end } = beside.value!.followed;
  const name = besideChoice
    .value!.replace('=', ' ')
    .replace(/ true$/, ' on')
    .replace(/ false$/, ' off');
  if (first === null) return <p class="difference">With {name} nothing changes on this schedule.</p>;
  const told = end ?? first;
  return (
    <p class="difference">
      With <b>{name}</b>,{' '}
      <button type="button" onClick={() => (runs.value = goTo(runs.value, told.step))}>
        step {told.step + 1}
      </button>{' '}
      cannot happen like that: {told.sentence}.
    </p>
  );
}
