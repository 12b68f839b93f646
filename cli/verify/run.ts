/** Runs `racewalk verify`, with the current model. */
import { dirname, resolve } from 'node:path';
import type { ViewSet } from '../../checker/family/certificate.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { check } from '../../checker/search/check.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import type { Limits } from '../../checker/state-space/outcome.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import { asTyped } from '../../checker/report/options-text.ts';
import { count } from '../../checker/report/numbers.ts';
import { verifying } from '../../checker/verify/verify.ts';
import { readCertificate } from '../prove/certificate-file.ts';
import { inconclusive } from '../terminal/exit-code.ts';
import { runWithin } from '../options/limits.ts';
import { findModel } from '../model-files/models.ts';
import { print, styled } from '../terminal/output.ts';

/** Exit code 0 for a proof, 1 if it is none, 3 if the time limit is reached. */
export async function verifyFile(path: string, options: VerifyOptions): Promise<void> {
  const certificate = await readCertificate(path);
  const { model, file, any, proofs } = certificate;
  const { definition } = await findModel(file === null ? model : resolve(dirname(path), file));
  const claim = { options: certificate.options, any };
  const { result, seconds } = await runWithin(options, (limits) =>
    verifyingAll(definition, claim, proofs, limits),
  );
  const name = `${definition.name}: `;
  if (result === 'stopped') {
    process.exitCode = inconclusive;
    return print(`${name}${styled(['bold', 'yellow'], 'not verified: the time limit was reached')}`);
  }
  const bounds = proofs.flatMap(({ upTo }) => upTo ?? []);
  const bound = bounds.length === 0 ? '' : `, up to ${count(Math.min(...bounds))}`;
  const views = proofs.reduce((sum, set) => sum + set.views.length, 0);
  process.exitCode = result.length === 0 ? 0 : 1;
  print(
    result.length === 0
      ? `${name}${styled(['bold', 'green'], `verified for any number of ${any.join(' and ')}${bound}`)}\n\n` +
          `${count(views)} views: they contain every initial view, every step leads to another of them, none violates a property (${seconds.toFixed(2)} s)`
      : `${name}${styled(['bold', 'red'], 'not a proof')}\n\n${result.map((what) => `  - ${what}`).join('\n')}`,
  );
}

interface VerifiedPart {
  readonly options: ViewSet['options'];
  readonly any: readonly string[];
}

/** The errors in the views of a claim, and in the sizes that they do not cover. */
function* verifyingAll(
  definition: AnyDefinition,
  { options, any }: VerifiedPart,
  proofs: readonly ViewSet[],
  limits: Limits,
): Cooperative<readonly string[] | 'stopped'> {
  if (any.length === 0) {
    const { outcome } = check(definition.build(options), limits);
    const holds = outcome.verdict === 'holds' || outcome.verdict === 'unreached';
    return holds ? [] : [`${typed(options)}: the check ends in '${outcome.verdict}'`];
  }
  const set = proofs.find((one) => isSame(definition, one, { options, any }));
  if (set === undefined)
    return [`the certificate has no views for any number of ${any.join(' and ')} with ${typed(options)}`];
  const steps = verifying(definition, set);
  const wrong: string[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) {
      wrong.push(...value);
      break;
    }
    yield;
    if (limits.stop() !== null) return 'stopped';
  }
  for (const option of any) {
    const { low } = definition.options[option] as { readonly low: number };
    for (let size = low; size < set.from[option]!; size++) {
      const part = { options: { ...options, [option]: size }, any: any.filter((other) => other !== option) };
      const found = yield* verifyingAll(definition, part, proofs, limits);
      if (found === 'stopped') return found;
      wrong.push(...found);
    }
  }
  return wrong;
}

/** Whether the views have exactly these options. */
function isSame(definition: AnyDefinition, set: ViewSet, { options, any }: VerifiedPart): boolean {
  if (set.any.length !== any.length || !set.any.every((key) => any.includes(key))) return false;
  const [one, other] = [set.options, options].map((given) => withFallbacks(definition.options, given));
  return Object.keys(one!).every((key) => any.includes(key) || one![key] === other![key]);
}

const typed = (options: ViewSet['options']) =>
  Object.entries(options)
    .map(([key, value]) => asTyped(key, value))
    .join(' ');

export interface VerifyOptions {
  /** In seconds. */
  readonly timeout?: number;
}
