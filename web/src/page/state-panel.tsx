/** The shown state: shared memory, locals, changes of the last step, and properties. */
import type { AnyExpr } from '../../../checker/language/expression.ts';
import { ModelError } from '../../../checker/language/model-error.ts';
import type { Declarations } from '../../../checker/language/variable.ts';
import { printValue, type AnyDomain, type Value } from '../../../checker/language/domain.ts';
import { failedClaimOf } from '../../../checker/trace/failed-claim.ts';
import type { Cells, EvaluationContext } from '../../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../../checker/interpreter/interpreter.ts';
import { localsOf, memoryOf } from '../../../checker/report/cpu-parts.ts';
import { numberIn } from '../../../checker/report/cpus.ts';
import { delaysOf } from '../../../checker/report/delays.ts';
import { at, built, state, stateAfter, trace } from '../state/session.ts';
import { copyName, cpuOf } from './cpu-style.ts';

export function StatePanel() {
  const { system } = built.value!;
  const now = state.value!;
  const before = stateAfter(trace.value!, Math.max(0, at.value - 1));
  return (
    <section class="state" aria-label="State">
      <h3>{at.value === 0 ? 'Initial state' : `After step ${at.value}`}</h3>
      <Variables
        caption="shared memory"
        declared={memoryOf(system)}
        cells={now.shared}
        before={before.shared}
      />
      <Buffers />
      {system.threads.flatMap(({ thread }) =>
        Object.keys(localsOf(system, thread.name)).length === 0
          ? []
          : now.threads[thread.name]!.map(({ locals }, replica) => (
              <Variables
                key={`${thread.name} ${replica}`}
                caption={copyName(system, thread.name, replica)}
                tone={`cpu-${cpuOf(system, thread.name, replica).number % 6}`}
                declared={localsOf(system, thread.name)}
                cells={locals}
                before={before.threads[thread.name]![replica]!.locals}
              />
            )),
      )}
      <Properties />
    </section>
  );
}

interface VariablesProps {
  readonly caption: string;
  readonly tone?: string;
  readonly declared: Declarations;
  readonly cells: Cells;
  readonly before: Cells;
}

function Variables({ caption, tone = '', declared, cells, before }: VariablesProps) {
  return (
    <table class={`variables ${tone}`}>
      <caption>{caption}</caption>
      <tbody>
        {Object.entries(declared).map(([name, { domain, meaning }]) => {
          const [values, old] = [listOf(cells[name]!), listOf(before[name]!)];
          return (
            <tr key={name} title={meaning}>
              <th scope="row">{name}</th>
              <td>
                {values.map((value, index) => (
                  <Cell key={index} domain={domain} value={value} old={old[index]!} />
                ))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const listOf = (cell: Value | readonly Value[]): readonly Value[] =>
  typeof cell === 'object' ? cell : [cell];

interface CellProps {
  readonly domain: AnyDomain;
  readonly value: Value;
  readonly old: Value;
}

function Cell({ domain, value, old }: CellProps) {
  const [now, before] = [printValue(domain, value), printValue(domain, old)];
  if (value === old) return <span class={value === false ? 'value off' : 'value'}>{now}</span>;
  return (
    <span class="value changed" title={`was ${before}`}>
      <del>{before}</del>
      <ins>{now}</ins>
    </span>
  );
}

/** Stores that have not reached memory yet. */
function Buffers() {
  const waiting = delaysOf(built.value!.system, trace.value!).filter(
    ({ store, drain }) => store < at.value && (drain === null || drain >= at.value),
  );
  if (waiting.length === 0) return null;
  return (
    <div class="buffers">
      <h4>store buffers (not yet in memory)</h4>
      <ul>
        {waiting.map(({ store, text, cpu }) => (
          <li key={store}>
            {cpu.replace(/ \d+$/, '')}: <code>{text}</code> (step {store + 1})
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The description of a violation, or the error of the property. */
function harmIn(condition: AnyExpr, place: EvaluationContext): string | null {
  try {
    return failedClaimOf(condition, place, numberIn(built.value!.system));
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}

function Properties() {
  const { system, model } = built.value!;
  const place = propertyPlace(state.value!, endsOf(system));
  return (
    <ul class="properties" aria-label="Properties in this state">
      {model.properties
        .filter(({ kind }) => kind === 'always')
        .map(({ name, condition }) => {
          const harm = harmIn(condition, place);
          return (
            <li key={name} class={harm === null ? 'good' : 'bad'}>
              <span aria-hidden="true">{harm === null ? '✓' : '✕'}</span> {name}
              {harm !== null && <strong>{harm}</strong>}
            </li>
          );
        })}
    </ul>
  );
}
