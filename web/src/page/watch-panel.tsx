/** A watched expression: its value along the run, and the search for a state in which it is true. */
import { sizeOf, valueAt } from '../../../checker/language/domain.ts';
import { goTo } from '../walk/runs.ts';
import { at, built, runs } from '../state/session.ts';
import { findState, parsed, searched, stretches, watched } from '../watch/watch.ts';

export function WatchPanel() {
  const now = parsed.value;
  return (
    <section class="watch" aria-label="Watch">
      <h3>
        <label for="watch">Watch an expression</label>
      </h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (now?.kind === 'expression') void findState(now.expr);
        }}
      >
        <input
          id="watch"
          class="mono"
          value={watched.value}
          placeholder={example()}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => {
            watched.value = currentTarget.value;
            searched.value = null;
          }}
        />
        <button type="submit" class="plain-button" disabled={now?.kind !== 'expression' || !now.isCondition}>
          Find
        </button>
      </form>
      {now?.kind === 'error' && <p class="hint">{now.message}</p>}
      <Stretches />
      {searched.value !== null && (
        <p class="hint" role="status">
          {searched.value}
        </p>
      )}
    </section>
  );
}

/** A condition on the first variable of the model. */
function example(): string {
  const [first] = Object.entries(built.value?.model.shared ?? {});
  if (first === undefined) return '';
  const [name, { domain, length }] = first;
  return `${name}${length === null ? '' : '[0]'} == ${String(valueAt(domain, 1 % sizeOf(domain)))}`;
}

function Stretches() {
  return (
    <ol class="stretches">
      {stretches.value.map(({ from, to, value }) => (
        <li key={from}>
          <button
            type="button"
            aria-current={from <= at.value && at.value <= to ? 'step' : undefined}
            onClick={() => (runs.value = goTo(runs.value, from))}
          >
            {from === to ? from : `${from}–${to}`} <code>{value}</code>
          </button>
        </li>
      ))}
    </ol>
  );
}
