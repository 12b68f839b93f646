/** All variants with verdicts and costs; each verdict is a link to its trace. */
import { useEffect } from 'preact/hooks';
import { offValue, optionName, type OptionValue } from '../../../checker/language/option.ts';
import {
  settingOf,
  type Choices,
  type Row,
  type SmallestFixes,
} from '../../../checker/study/compare/compare.ts';
import type { Extremes } from '../../../checker/study/compare/path-costs.ts';
import { count } from '../../../checker/report/numbers.ts';
import type { PlainComparison } from '../check/messages.ts';
import { compareAll, compared, stopComparing, subject, variants } from '../state/comparison.ts';
import { linkedOptions, writeLink } from '../state/link.ts';
import { check, chosen, definition } from '../state/session.ts';
import { VerdictDot } from './verdict-dot.tsx';

/** Unexplored reorderings to list; the view of a variant lists all. */

/** Up to so many quick variants are checked automatically. */
const few = 100;

export function VariantsView() {
  const now = compared.value;
  const isQuick = check.value.kind === 'done' && check.value.seconds < 0.5 && variants.value.length <= few;
  useEffect(() => {
    if (compared.value.kind === 'none' && isQuick) void compareAll();
  }, [subject.value, isQuick]);
  switch (now.kind) {
    case 'none':
      return (
        <p>
          <button type="button" class="plain-button" onClick={() => void compareAll()}>
            Check all {variants.value.length} variants
          </button>
        </p>
      );
    case 'running': {
      const { done = 0, states = 0 } = now.progress ?? {};
      return (
        <div class="comparing" aria-busy="true">
          <progress max={variants.value.length} value={done} aria-label="variants checked" />
          <span>
            {done} of {variants.value.length} variants{states > 100_000 ? `, ${count(states)} states` : ''}
          </span>
          <button type="button" class="stop" onClick={stopComparing}>
            Stop
          </button>
        </div>
      );
    }
    case 'failed':
      return <p class="notice">{now.message}</p>;
    case 'done':
      return <Comparison comparison={now.comparison} />;
  }
}

const onOff = (value: OptionValue) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

const told = (choices: Choices) =>
  Object.entries(choices)
    .map(([key, value]) => `${optionName(key)} ${onOff(value)}`)
    .join(', ');

function Comparison({ comparison: { rows, varied, smallest } }: { readonly comparison: PlainComparison }) {
  const { options } = definition.value!;
  const fixes = varied.filter((key) => options[key]!.role === 'fix');
  const columns = fixes.length === 0 ? varied : fixes;
  const groups = Map.groupBy(rows, (row) => (fixes.length === 0 ? '' : told(settingOf(options, row.varied))));
  return (
    <div class="comparison">
      <p class="legend">
        Steps: length of the shortest trace. Costs: minimum–maximum over all executions. A set of fixes is
        smallest if every proper subset was checked and fails.
      </p>
      {[...groups].map(([setting, group], number) => (
        <section key={setting}>
          {setting !== '' && <h3>{setting}</h3>}
          {smallest[number] !== undefined && <Smallest fixes={smallest[number]} />}
          <div class="scroll">
            <VariantTable columns={columns} rows={group} />
          </div>
        </section>
      ))}
    </div>
  );
}

function Smallest({ fixes: { sets, spoiled, undecided } }: { readonly fixes: SmallestFixes }) {
  const none = sets.some((set) => Object.keys(set).length === 0);
  return (
    <div class="smallest">
      {none ? (
        <p>No fix is needed: the model is safe without one.</p>
      ) : (
        <p>
          {sets.length === 0
            ? 'None of the sets of fixes that were tried makes it safe.'
            : 'Smallest sets of fixes that make it safe: '}
          {sets.map((set) => (
            <b key={told(set)}>{nameOf(set)}</b>
          ))}
        </p>
      )}
      {spoiled.length > 0 && (
        <p>
          Unsafe supersets of a safe set:{' '}
          {spoiled.map((set) => (
            <b key={told(set)}>{nameOf(set)}</b>
          ))}
        </p>
      )}
      {undecided && <p>Some variants are inconclusive: a smaller set may exist.</p>}
    </div>
  );
}

const nameOf = (set: Choices) =>
  Object.entries(set)
    .map(([key, value]) => (value === true ? optionName(key) : `${optionName(key)} ${String(value)}`))
    .join(' + ');

interface TableProps {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

function VariantTable({ columns, rows }: TableProps) {
  const costs = Object.keys(rows[0]!.costs);
  return (
    <table class="variants">
      <thead>
        <tr>
          <th>verdict</th>
          {columns.map((key) => (
            <th key={key}>{optionName(key)}</th>
          ))}
          <th class="count">states</th>
          {costs.map((name) => (
            <th key={name} class="count">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <VariantRow key={told(row.varied)} columns={columns} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function VariantRow({ columns, row }: { readonly columns: readonly string[]; readonly row: Row }) {
  const { options } = definition.value!;
  const outcome = outcomeOf(row);
  const isShown = linkOf(row.options) === linkOf(chosen.value);
  const isOff = (key: string) => options[key]!.role === 'fix' && row.varied[key] === offValue(options[key]!);
  return (
    <tr class={isShown ? 'shown' : ''}>
      <td>
        <a href={linkOf(row.options)} aria-label={`${outcome}, with ${told(row.varied)}`}>
          <span aria-hidden="true">
            <VerdictDot verdict={row.verdict} />
          </span>
          {outcome}
        </a>
      </td>
      {columns.map((key) => (
        <td key={key}>{isOff(key) ? <span class="off">–</span> : onOff(row.varied[key]!)}</td>
      ))}
      <td class="count">{count(row.states)}</td>
      {Object.entries(row.costs).map(([cost, extremes]) => (
        <td key={cost} class="count">
          {costText(extremes)}
        </td>
      ))}
    </tr>
  );
}

const outcomeOf = (row: Row) =>
  row.steps === null
    ? row.verdict
    : `${row.verdict} after ${row.minimal ? '' : 'at most '}${row.steps} ${row.steps === 1 ? 'step' : 'steps'}`;

const linkOf = (all: Choices) =>
  writeLink({
    model: definition.value!.name,
    options: linkedOptions(definition.value!.options, all),
    view: 'trace',
    run: null,
    fingerprint: null,
    at: null,
    beside: null,
    watch: null,
  });

function costText(cost: Extremes | null): string {
  if (cost === null) return '?';
  const most = String(cost.most ?? 'any');
  return cost.least === cost.most ? most : `${cost.least}–${most}`;
}
