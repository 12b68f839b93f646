/** The shown run as a file: in the formats of `racewalk export`. */
import {
  exportedTrace,
  type ExportedTrace,
  type Origin,
} from '../../../checker/export/trace/exported-trace.ts';
import { formatOf, formatsWith, type ExportFormat } from '../../../checker/export/formats.ts';
import { shownRun } from '../walk/runs.ts';
import { allOptions, commandLine } from '../../../checker/report/options-text.ts';
import { built, check, chosen, definition, runs, trace } from '../state/session.ts';

export function ExportMenu() {
  if (trace.value === null || trace.value.steps.length === 0) return null;
  return (
    <select
      class="export"
      aria-label="save this run"
      value=""
      onChange={({ currentTarget }) => {
        const format = formatsWith('ofTrace').find((name) => name === currentTarget.value);
        currentTarget.value = '';
        if (format !== undefined) void save(format);
      }}
    >
      <option value="">save as …</option>
      {formatsWith('ofTrace').map((name) => (
        <option key={name} value={name}>
          {formatOf(name).description}
        </option>
      ))}
    </select>
  );
}

async function save(format: ExportFormat): Promise<void> {
  const { ending, ofTrace } = formatOf(format);
  const text = await ofTrace!(exportedRun());
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${built.value!.model.name}.${ending}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The options of the variant, and the reproducing command. */
function origin(): Origin {
  const { options, name } = definition.value!;
  const command = ['racewalk check', name, commandLine(options, chosen.value)];
  return {
    options: allOptions(options, chosen.value),
    command: command.filter((word) => word !== '').join(' '),
  };
}

/** The shown run; the found run has its verdict. */
function exportedRun(): ExportedTrace {
  const { system, model } = built.value!;
  const [run, now] = [trace.value!, check.value];
  const isFound =
    now.kind === 'done' &&
    'schedule' in now.outcome &&
    now.outcome.schedule === shownRun(runs.value).schedule;
  if (isFound) return exportedTrace(system, now.outcome, run, origin());
  return {
    system,
    trace: run,
    headline: `${model.name}: a run of ${run.steps.length} steps`,
    end: run.stopped,
    property: null,
    origin: origin(),
  };
}
