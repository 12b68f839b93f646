/** The verdict and its evidence. */
import type { Outcome, Statistics } from '../../../checker/state-space/outcome.ts';
import { atOnceSentence } from '../../../checker/report/at-once.ts';
import { memoryCaveat } from '../../../checker/report/memory-caveat.ts';
import { failedClaimIn, headline, unfiredLines, unfiredStatements } from '../../../checker/report/verdict.ts';
import { count, rounded } from '../../../checker/report/numbers.ts';
import { commandLine } from '../../../checker/report/options-text.ts';
import { replay } from '../../../checker/trace/replay.ts';
import type { WorkError } from '../check/client.ts';
import type { CheckProgress } from '../check/messages.ts';
import { stopChecking } from '../state/checks.ts';
import { built, check, chosen, definition, variant } from '../state/session.ts';
import { AnyNumberLine } from './any-number.tsx';
import { toneOf } from './verdict-dot.tsx';

export function VerdictBanner() {
  const now = variant.value;
  if (now?.kind === 'error') return <InvalidModel message={now.message} />;
  const state = check.value;
  switch (state.kind) {
    case 'running':
      return <Searching progress={state.progress} />;
    case 'failed':
      return <Failure why={state.why} message={state.message} />;
    case 'done':
      return <Verdict outcome={state.outcome} seconds={state.seconds} />;
  }
}

function InvalidModel({ message }: { readonly message: string }) {
  return (
    <section class="verdict bad" role="alert" aria-label="Verdict">
      <h2>Invalid model</h2>
      <p class="harm mono">{message}</p>
    </section>
  );
}

interface FailureProps {
  readonly why: WorkError['kind'];
  readonly message: string;
}

function Failure({ why, message }: FailureProps) {
  switch (why) {
    case 'error':
      return <InvalidModel message={message} />;
    case 'stopped':
      return (
        <section class="verdict open" aria-label="Verdict">
          <h2>
            <strong>Inconclusive</strong> <span class="claim">{message}</span>
          </h2>
        </section>
      );
    case 'bug':
      return (
        <section class="verdict bad" role="alert" aria-label="Verdict">
          <h2>Internal error: please report this bug in racewalk</h2>
          <p class="harm mono">{message}</p>
        </section>
      );
  }
}

function Searching({ progress }: { readonly progress: CheckProgress | null }) {
  const told =
    progress === null
      ? 'Checking …'
      : `Checking: ${count(progress.states)} states, ${count(progress.frontier)} to expand, depth ${progress.depth}, ` +
        `${rounded(progress.states / Math.max(progress.seconds, 0.001))} states/s, ${progress.seconds.toFixed(0)} s`;
  return (
    <section class="verdict running" aria-label="Verdict" aria-busy="true">
      <h2>{told}</h2>
      {progress !== null && (
        <button type="button" class="stop" onClick={stopChecking}>
          Stop
        </button>
      )}
    </section>
  );
}

interface VerdictProps {
  readonly outcome: Outcome;
  readonly seconds: number;
}

function Verdict({ outcome, seconds }: VerdictProps) {
  const { system } = built.value!;
  const found = 'schedule' in outcome ? replay(system, outcome.schedule) : null;
  const harm = found === null ? null : failedClaimIn(system, outcome, found);
  const { verdict } = outcome;
  const caveat = memoryCaveat(chosen.value, verdict, system.model);
  const [head, ...rest] = headline(outcome).split(': ');
  return (
    <section class={`verdict ${toneOf(verdict)}`} aria-label="Verdict" aria-live="polite">
      <h2>
        <strong>{head}</strong> {rest.length > 0 && <span class="claim">{rest.join(': ')}</span>}
        {verdict === 'holds' && <span class="claim">{caveat ?? 'in every interleaving'}</span>}
      </h2>
      {verdict === 'holds' && <AnyNumberLine />}
      {harm !== null && <p class="harm">{harm}</p>}
      <Evidence
        statistics={outcome.statistics}
        seconds={seconds}
        sawAll={verdict === 'holds' || verdict === 'unreached'}
      />
    </section>
  );
}

interface EvidenceProps {
  readonly statistics: Statistics;
  readonly seconds: number;
  readonly sawAll: boolean;
}

function Evidence({ statistics, seconds, sawAll }: EvidenceProps) {
  const { states, transitions, depth, method, unfired } = statistics;
  const { options, name } = definition.value!;
  const never = unfiredStatements(built.value!.system, unfired);
  const atOnce = atOnceSentence(built.value!.model);
  const command = ['racewalk check', name, commandLine(options, chosen.value)]
    .filter((word) => word !== '')
    .join(' ');
  return (
    <details class="evidence">
      <summary>
        {count(states)} states, {count(transitions)} transitions,{' '}
        {seconds < 0.1 ? `${Math.ceil(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`}
      </summary>
      <p>
        depth {depth}, {method}. Reproduce: <code>{command}</code>
      </p>
      {atOnce !== null && <p>{atOnce}.</p>}
      {never.never.length > 0 && sawAll && (
        <>
          <p>Statements that never run:</p>
          <ul class="mono">
            {unfiredLines(never).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}
