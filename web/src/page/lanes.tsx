/** A trace as lanes: one for each CPU, time downwards, with arrows between racing accesses. */
import { useMemo, useRef } from 'preact/hooks';
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import type { TraceCpu } from '../../../checker/report/cpus.ts';
import { allTraceLines, traceLines } from '../../../checker/report/trace-lines.ts';
import type { TraceLine } from '../../../checker/report/trace-line.ts';
import { Arrows, type LaneArrow } from './arrows.tsx';
import { shownCpus } from './cpu-style.ts';

interface LanesProps {
  readonly label: string;
  readonly system: TransitionSystem;
  readonly trace: Trace;
  /** Steps taken. */
  readonly at: number;
  readonly arrows: readonly LaneArrow[];
  /** The number of the highlighted arrow, or null. */
  readonly pointed: number | null;
  readonly unfolded: boolean;
  readonly onGo: (at: number) => void;
  readonly onUnfold: () => void;
  /** A remark after the last row. */
  readonly end?: { readonly tone: 'bad' | 'good' | 'open'; readonly text: string } | null;
}

export function Lanes({
  label,
  system,
  trace,
  at,
  arrows,
  pointed,
  unfolded,
  onGo,
  onUnfold,
  end,
}: LanesProps) {
  const place = useRef<HTMLDivElement>(null);
  const cpus = useMemo(() => shownCpus(system, trace), [system, trace]);
  const rows = useMemo(
    () => (unfolded ? allTraceLines : traceLines)(system, trace, cpus),
    [system, trace, cpus, unfolded],
  );
  return (
    <div
      class={`lanes ${cpus.length > 3 ? 'many' : ''} ${at > 0 ? 'begun' : ''}`}
      style={{ '--cpus': String(cpus.length) }}
      role="group"
      aria-label={label}
      ref={place}
    >
      <div class="lane-lines" aria-hidden="true">
        {cpus.map((cpu, lane) => (
          <span key={cpu.number} class={`cpu-${cpu.number % 6}`} style={{ gridColumn: `${lane + 2}` }} />
        ))}
      </div>
      <Heads cpus={cpus} />
      {rows.map((row, index) => (
        <Row key={index} row={row} cpu={cpus[row.cpu]!} at={at} onGo={onGo} onUnfold={onUnfold} />
      ))}
      {end !== undefined && end !== null && <p class={`lanes-end ${end.tone}`}>{end.text}</p>}
      <Arrows place={place} arrows={arrows} rows={rows} pointed={pointed} />
    </div>
  );
}

function Heads({ cpus }: { readonly cpus: readonly TraceCpu[] }) {
  return (
    <div class="heads">
      {cpus.map((cpu, lane) => (
        <div key={cpu.number} class={`head cpu-${cpu.number % 6}`} style={{ '--lane': String(lane + 2) }}>
          <span class="cpu-number">CPU {cpu.number}</span> <span class="mono">{cpu.thread}</span>
        </div>
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: TraceLine;
  readonly cpu: TraceCpu;
  readonly at: number;
  readonly onGo: (at: number) => void;
  readonly onUnfold: () => void;
}

function Row({ row, cpu, at, onGo, onUnfold }: RowProps) {
  const { step, of, text, beside, kind } = row;
  const time = of < at ? 'past' : of === at ? 'now' : 'future';
  const isFold = kind === 'note' && text.startsWith('(the same for');
  return (
    <div
      class={`row ${time} ${kind} cpu-${cpu.number % 6}`}
      data-step={step ?? undefined}
      data-of={of}
      onClick={() => (isFold ? onUnfold() : onGo(of))}
    >
      {step === null ? (
        <span class="number" />
      ) : (
        <button
          type="button"
          class="number"
          tabIndex={time === 'now' ? 0 : -1}
          aria-current={time === 'now' ? 'step' : undefined}
          aria-label={`step ${step}: CPU ${cpu.number}, ${text}`}
        >
          {step}
        </button>
      )}
      <div class="cell" style={{ '--lane': String(row.cpu + 2) }}>
        <code class="text">{text}</code>
        {beside.map(({ kind: what, text: told }) => (
          <span
            key={told}
            class={`beside ${what === 'change' || what === 'local' || what === 'stale' ? 'change' : ''}`}
          >
            {told.replace(' -> ', ' → ')}
          </span>
        ))}
      </div>
    </div>
  );
}
