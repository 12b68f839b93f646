/** The options of the model as controls, with the verdict of each value. */
import type { ComponentChildren } from 'preact';
import {
  boundsUnder,
  memoryKey,
  memoryOption,
  type MemoryModelName,
} from '../../../checker/language/memory-name.ts';
import {
  optionName,
  valuesOf,
  withFallbacks,
  type AnyOption,
  type OptionValue,
  type OptionRole,
} from '../../../checker/language/option.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { neighbourOf } from '../state/neighbours.ts';
import { report } from '../state/report.ts';
import { check, chosen, definition } from '../state/session.ts';
import { VerdictDot } from './verdict-dot.tsx';

const groups: readonly { readonly role: OptionRole; readonly title: string }[] = [
  { role: 'machine', title: 'Machine' },
  { role: 'fix', title: 'Fixes' },
  { role: 'variant', title: 'Protocol' },
  { role: 'size', title: 'Size' },
  { role: 'bound', title: 'Memory model details' },
];

const choose = (key: string, value: OptionValue) => (chosen.value = { ...chosen.value, [key]: value });

export function OptionPanel() {
  if (report !== null) return <ReportedOptions options={report.options} />;
  const { options } = definition.value!;
  const values = withFallbacks(options, chosen.value);
  const bounds = boundsUnder[(values[memoryKey] ?? memoryOption.fallback) as MemoryModelName];
  return (
    <Folding>
      <ScenarioPicker />
      <p class="legend">
        The dot beside a value is its verdict: <VerdictDot verdict="holds" /> holds,{' '}
        <VerdictDot verdict="violated" /> fails.
      </p>
      {groups.map(({ role, title }) => {
        const own = Object.entries(options).filter(
          ([key, option]) => option.role === role && (role !== 'bound' || bounds.includes(key)),
        );
        return (
          own.length > 0 && (
            <section key={role}>
              <h2>{title}</h2>
              {own.map(([key, option]) => (
                <Control key={key} name={key} option={option} value={values[key] ?? option.fallback} />
              ))}
            </section>
          )
        );
      })}
    </Folding>
  );
}

/** Beside the trace, or on narrow screens folded above it. */
function Folding({ children }: { readonly children: ComponentChildren }) {
  const isNarrow = matchMedia('(max-width: 900px)').matches;
  return (
    <aside class="options" aria-label="Options">
      <details open={!isNarrow}>
        <summary>Options</summary>
        {children}
      </details>
    </aside>
  );
}

function ReportedOptions({ options }: { readonly options: Choices }) {
  return (
    <Folding>
      <section>
        <dl class="reported">
          {Object.entries(options).map(([key, value]) => (
            <div key={key}>
              <dt>{optionName(key)}</dt>
              <dd>{value === true ? 'on' : value === false ? 'off' : String(value)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Folding>
  );
}

function ScenarioPicker() {
  const { scenarios, options } = definition.value!;
  if (scenarios.length < 2) return null;
  const same = (other: Choices) =>
    JSON.stringify(withFallbacks(options, other)) === JSON.stringify(withFallbacks(options, chosen.value));
  const current = scenarios.find((scenario) => same(scenario.options))?.name ?? '';
  const why = scenarios.find(({ name }) => name === current)?.why;
  return (
    <section>
      <h2>
        <label for="scenario">Scenario</label>
      </h2>
      <select
        id="scenario"
        value={current}
        onChange={({ currentTarget }) => {
          const scenario = scenarios.find(({ name }) => name === currentTarget.value);
          if (scenario !== undefined) chosen.value = scenario.options;
        }}
      >
        {current === '' && <option value="">(no scenario)</option>}
        {scenarios.map(({ name, verdict }) => (
          <option key={name} value={name}>
            {name} – {verdict}
          </option>
        ))}
      </select>
      {why !== undefined && <p class="why">{why}</p>}
    </section>
  );
}

interface ControlProps {
  readonly name: string;
  readonly option: AnyOption;
  readonly value: OptionValue;
}

function Control({ name, option, value }: ControlProps) {
  return (
    <fieldset class="control">
      <legend title={option.description}>{optionName(name)}</legend>
      {option.kind === 'integer' ? (
        <NumberControl name={name} option={option} value={Number(value)} />
      ) : (
        <Choices_ name={name} option={option} value={value} />
      )}
      <p class="description">{option.description}</p>
    </fieldset>
  );
}

/** A flag or a choice: all values side by side. */
function Choices_({ name, option, value }: ControlProps) {
  return (
    <div class="segments">
      {valuesOf(option).map((other) => (
        <label key={String(other)} class={other === value ? 'chosen' : ''}>
          <input
            type="radio"
            name={name}
            value={String(other)}
            checked={other === value}
            onChange={() => choose(name, other)}
          />
          <span>{other === true ? 'on' : other === false ? 'off' : String(other)}</span>
          <Preview name={name} value={other} isChosen={other === value} />
        </label>
      ))}
    </div>
  );
}

interface PreviewProps {
  readonly name: string;
  readonly value: OptionValue;
  readonly isChosen: boolean;
}

function Preview({ name, value, isChosen }: PreviewProps) {
  const now = check.value.kind === 'done' ? check.value.outcome.verdict : null;
  const verdict = isChosen ? now : (neighbourOf(name, value)?.verdict ?? null);
  return verdict === null ? null : <VerdictDot verdict={verdict} />;
}

interface NumberProps {
  readonly name: string;
  readonly option: AnyOption & { readonly kind: 'integer' };
  readonly value: number;
}

function NumberControl({ name, option: { low, high }, value }: NumberProps) {
  const set = (next: number) => {
    if (Number.isInteger(next) && next >= low && next <= high) choose(name, next);
  };
  return (
    <div class="stepper">
      <button
        type="button"
        aria-label={`fewer ${optionName(name)}`}
        disabled={value <= low}
        onClick={() => set(value - 1)}
      >
        −
      </button>
      <input
        type="number"
        aria-label={optionName(name)}
        min={low}
        max={high}
        value={value}
        onChange={({ currentTarget }) => set(currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        aria-label={`more ${optionName(name)}`}
        disabled={value >= high}
        onClick={() => set(value + 1)}
      >
        +
      </button>
    </div>
  );
}
