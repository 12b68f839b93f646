/** The result: verdict, flags, execution, and the lines of herd. */
import type { MachineRun } from '../../../checker/litmus/explanation.ts';
import type { RunStep } from '../../../checker/litmus/run.ts';
import { count } from '../../../checker/report/numbers.ts';
import type { DrawnAnswer, ShownVerdict, LitmusVerdict } from './answer.ts';
import { answer, memory, source, stop, type LitmusAnswerState, type Failure } from './session.ts';

export function AnswerView() {
  const now = answer.value;
  if (now === null) return null;
  const isOld = now.question.source !== source.value || now.question.memory !== memory.value;
  return (
    <>
      {isOld && <p class="notice">The test has changed since this result: press Run again.</p>}
      <Banner now={now} />
      {now.verdict !== undefined && <Flags verdict={now.verdict} />}
      {now.shown !== undefined && <Why shown={now.shown} />}
      {now.machine !== undefined && <Machine machine={now.machine} />}
      {now.verdict !== undefined && (
        <section aria-labelledby="lines">
          <h2 id="lines">Output in herd's format</h2>
          <pre tabIndex={0} aria-labelledby="lines">
            {now.verdict.text.trimEnd()}
          </pre>
        </section>
      )}
    </>
  );
}

function Banner({ now }: { readonly now: LitmusAnswerState }) {
  const { verdict, failure, isRunning, isStopped, seconds } = now;
  return (
    <section
      class={`verdict ${toneOf(now)} ${isRunning ? 'running' : ''}`}
      aria-label="Verdict"
      aria-live="polite"
      aria-busy={isRunning}
    >
      {failure !== undefined && <FailureText failure={failure} text={now.question.source} />}
      {verdict !== undefined && <VerdictText verdict={verdict} />}
      {verdict === undefined && isStopped === true && (
        <h2>
          <strong>Inconclusive</strong> stopped after {seconds.toFixed(1)} s
        </h2>
      )}
      {verdict !== undefined && isStopped === true && <p>The search for an execution was stopped.</p>}
      {isRunning && (
        <div class="running">
          {/* Hidden from screen readers, which would read every update. */}
          <h2>
            {verdict === undefined ? 'Searching …' : 'Searching for an execution …'}{' '}
            <span aria-hidden="true">{seconds.toFixed(0)} s</span>
          </h2>
          <button type="button" class="stop" onClick={stop}>
            Stop
          </button>
        </div>
      )}
    </section>
  );
}

/** Verdicts have no tone: whether one is good depends on the test. */
function toneOf({ verdict, failure, isStopped }: LitmusAnswerState): string {
  if (failure !== undefined) return failure.kind === 'limit' ? 'open' : 'bad';
  if (verdict === undefined) return isStopped === true ? 'open' : '';
  return verdict.flags.length > 0 ? 'bad' : 'answered';
}

function VerdictText({ verdict }: { readonly verdict: LitmusVerdict }) {
  const { positive, negative, isComplete, ok, quantifier } = verdict;
  const states = isComplete ? 'final states' : 'final states found so far';
  return (
    <>
      <h2>
        <strong>{verdict.observation}</strong> under {verdict.memory}
      </h2>
      <p>
        <code>{verdict.proposition}</code> is true in {count(positive)} of {count(positive + negative)}{' '}
        {states}. {ok ? 'Ok' : 'No'}: <code>{quantifier}</code> is {ok ? '' : 'not '}satisfied.
      </p>
      {verdict.notes.map((note) => (
        <p key={note}>Note: {note}.</p>
      ))}
    </>
  );
}

function FailureText({ failure, text }: { readonly failure: Failure; readonly text: string }) {
  const titles = {
    error: 'This test cannot be run',
    limit: 'Inconclusive',
    bug: 'Internal error: please report this bug in racewalk',
  };
  const line = failure.kind === 'error' ? /^line (\d+): /.exec(failure.message)?.[1] : undefined;
  // A mistake in C comes with its source.
  const isShown = line === undefined || failure.message.includes('\n');
  const written = isShown ? undefined : text.split('\n')[Number(line) - 1]?.trim();
  return (
    <>
      <h2>
        <strong>{titles[failure.kind]}</strong>
      </h2>
      <pre class="harm mono">{failure.message}</pre>
      {written !== undefined && written !== '' && (
        <p class="mono">
          {line}: {written}
        </p>
      )}
    </>
  );
}

function Flags({ verdict: { flags } }: { readonly verdict: LitmusVerdict }) {
  if (flags.length === 0) return null;
  return (
    <section class="verdict bad" aria-label="Flags" role="alert">
      {flags.map((flag) => (
        <p key={flag}>
          <b>Flag {flag}</b>
          {flag === 'data-race' &&
            ': the verdict is meaningless, because the compiler may transform plain accesses that race'}
        </p>
      ))}
    </section>
  );
}

function Why({ shown: { title, execution, run } }: { readonly shown: ShownVerdict }) {
  return (
    <section aria-labelledby="why">
      <h2 id="why">{title}</h2>
      {run !== null && <Steps run={run} />}
      {execution !== null && <Execution execution={execution} title={title} />}
    </section>
  );
}

function Execution({
  execution: { svg, lanes, reads, forbidden },
  title,
}: {
  readonly execution: DrawnAnswer;
  readonly title: string;
}) {
  return (
    <>
      {/* An <img>, because the page's CSP forbids inline styles. */}
      <div class="picture" tabIndex={0} role="region" aria-label="Picture of the execution">
        <img
          src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
          alt={`${title} The lists below describe it.`}
        />
      </div>
      {forbidden !== null && (
        <>
          <p>{forbidden.axiom}</p>
          <ol class="cycle">
            {forbidden.cycle.map(({ arrow, why }) => (
              <li key={arrow}>
                <code>{arrow}</code> {why}
              </li>
            ))}
          </ol>
        </>
      )}
      <div class="lanes">
        {lanes.map((lane) => (
          <section key={lane.title} aria-label={lane.title}>
            <h3>{lane.title}</h3>
            <ol class="mono">
              {lane.events.map((event) => (
                <li key={event}>{event}</li>
              ))}
            </ol>
          </section>
        ))}
      </div>
      <ul>
        {reads.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

const Machine = ({ machine: { title, run } }: { readonly machine: MachineRun }) => (
  <section aria-labelledby="machine">
    <h2 id="machine">{title}</h2>
    <Steps run={run} />
  </section>
);

const Steps = ({ run }: { readonly run: readonly RunStep[] }) => (
  <ol class="steps mono">
    {run.map(({ process, text }, at) => (
      <li key={at}>
        {process}: {text}
      </li>
    ))}
  </ol>
);
