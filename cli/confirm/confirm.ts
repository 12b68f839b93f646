/** Confirms a verdict by another model checker. */
import { ModelError } from '../../checker/language/model-error.ts';
import { grown, hasGrowing } from '../../checker/language/growing.ts';
import type { Model } from '../../checker/language/model.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import { rewrittenLike } from '../../checker/memory/memory-models.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { count } from '../../checker/report/numbers.ts';
import { headline } from '../../checker/report/verdict.ts';
import { checking, type Checked } from '../../checker/search/check.ts';
import { EngineError } from '../../checker/search/level-engine.ts';
import type { SearchSettings } from '../../checker/search/settings.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { mapTrace, type MappedTrace } from '../../checker/trace/map-trace.ts';
import { buildModel, type ModelSource } from '../model-files/models.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Engine, Found } from './engines.ts';
import { nameOf, runEngine, type Asked } from './run-engine.ts';
import type { Confirmation } from './schema.ts';

export interface Confirming {
  readonly engine: Engine;
  readonly settings: SearchSettings;
  /** In seconds, of the other engine. */
  readonly timeout: number | undefined;
}

/**
 * The verdicts of both; racewalk searches every state.
 *
 * Throws  ModelError for a model that the engine's language cannot say.
 */
export function* confirming(
  source: ModelSource,
  chosen: Choices,
  { engine, settings, timeout }: Confirming,
  limits: Limits,
): Cooperative<Confirmation> {
  const model = safetyOf(buildModel(source, chosen));
  // What cannot be said is refused before anything is searched; growing domains are known afterwards.
  if (!hasGrowing(model.written ?? model)) engine.text(transitionSystem(model));
  const own = yield* checking(model, limits, { ...settings, reduce: false, symmetry: false });
  const { found, mapped } =
    own.outcome.verdict === 'inconclusive'
      ? { found: { kind: 'inconclusive', reason: 'not run' } as const, mapped: null }
      : asking(engine, own.system, { states: own.outcome.statistics.states, timeout });
  return {
    model: source.definition.name,
    scenario: source.scenario?.name ?? null,
    options: withFallbacks(source.definition.options, chosen),
    by: nameOf(engine),
    verdict: own.outcome.verdict,
    ...judged(own, found, mapped, engine.name),
    racewalk: ownSide(own),
    other: otherSide(found, mapped),
  };
}

interface Answered {
  readonly found: Found;
  readonly mapped: MappedTrace | string | null;
}

/** What the engine finds; where its trace leaves a growing domain, the domain grows, and the engine begins anew. */
function asking(engine: Engine, system: TransitionSystem, room: Asked): Answered {
  const found = foundBy(engine, system, room);
  if (found.kind !== 'violated') return { found, mapped: null };
  const mapped = mapTrace(system, found.trace);
  const { outside = null } = typeof mapped === 'string' ? {} : mapped.trace;
  const wider = outside === null ? null : grown(system.model.written ?? system.model, outside);
  if (wider === null || wider === 'limit') return { found, mapped };
  return asking(engine, transitionSystem(rewrittenLike(system.model, wider)), room);
}

function foundBy(...asked: Parameters<typeof runEngine>): Found {
  try {
    return runEngine(...asked);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { kind: 'inconclusive', reason: error.message };
  }
}

/** Claims about runs are not asked: they need acceptance cycles, and fairness that the others do not have. */
const safetyOf = ({ written, ...model }: Model): Model => ({
  ...model,
  liveness: [],
  ...(written === undefined ? {} : { written: safetyOf(written) }),
});

const isSafe = ({ outcome: { verdict } }: Checked): boolean => verdict === 'holds' || verdict === 'unreached';

function judged(
  own: Checked,
  found: Found,
  mapped: MappedTrace | string | null,
  name: string,
): Pick<Confirmation, 'result' | 'reasons'> {
  const { outcome } = own;
  if (outcome.verdict === 'inconclusive')
    return { result: 'inconclusive', reasons: [`racewalk: ${outcome.reason}`] };
  if (found.kind === 'inconclusive') return { result: 'inconclusive', reasons: [`${name}: ${found.reason}`] };
  const differs = (...reasons: readonly string[]) =>
    reasons.length === 0
      ? { result: 'confirmed' as const, reasons: [] }
      : { result: 'differs' as const, reasons: [...reasons] };
  const lost =
    typeof mapped === 'string' ? [`the trace of ${name} is not a run of the model: ${mapped}`] : [];
  if (isSafe(own) !== (found.kind === 'safe'))
    return differs(
      found.kind === 'safe'
        ? `racewalk finds an error, and ${name} finds none`
        : `${name} finds an error, and racewalk finds none`,
      ...lost,
    );
  if (found.kind !== 'safe') return differs(...lost);
  const { states, transitions } = outcome.statistics;
  const other = (what: string, a: number, b: number) =>
    a === b ? [] : [`${what}: racewalk ${count(a)}, ${name} ${count(b)}`];
  return differs(
    ...other('states', states, found.states),
    ...other('transitions', transitions, found.transitions),
  );
}

function ownSide(own: Checked): Confirmation['racewalk'] {
  const { states, transitions } = own.outcome.statistics;
  const isWhole = isSafe(own);
  return {
    summary: headline(own.outcome),
    states: isWhole ? states : null,
    transitions: isWhole ? transitions : null,
    steps: own.trace?.steps.length ?? null,
  };
}

function otherSide(found: Found, mapped: MappedTrace | string | null): Confirmation['other'] {
  const none = { states: null, transitions: null, steps: null };
  if (found.kind === 'safe')
    return { summary: 'no error', states: found.states, transitions: found.transitions, steps: null };
  if (found.kind === 'inconclusive') return { summary: `inconclusive: ${found.reason}`, ...none };
  const steps = mapped === null || typeof mapped === 'string' ? null : mapped.trace.steps.length;
  return { summary: found.message, ...none, steps };
}

/** The confirmation, or the refusal of a model that the engine cannot take. */
export function* confirmingOrRefused(
  source: ModelSource,
  chosen: Choices,
  work: Confirming,
  limits: Limits,
): Cooperative<Confirmation> {
  try {
    return yield* confirming(source, chosen, work, limits);
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof UsageError)) throw error;
    const none = { summary: 'not run', states: null, transitions: null, steps: null };
    return {
      model: source.definition.name,
      scenario: source.scenario?.name ?? null,
      options: withFallbacks(source.definition.options, chosen),
      by: nameOf(work.engine),
      verdict: 'inconclusive',
      result: 'refused',
      reasons: [error.message],
      racewalk: none,
      other: none,
    };
  }
}
