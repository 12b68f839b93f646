/** Verdicts with one changed option, computed in the background if they are quick. */
import { effect, signal } from '@preact/signals';
import { valuesOf, type OptionValue, type Options } from '../../../checker/language/option.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { Checker } from '../check/client.ts';
import type { PlainOutcome } from '../check/messages.ts';
import { check, chosen, definition } from './session.ts';
import { variantOf } from './variant.ts';

export interface Neighbour {
  readonly key: string;
  readonly value: OptionValue;
  readonly options: Choices;
  readonly verdict: PlainOutcome['verdict'];
}

/** Those known so far, in the order of the options. */
export const neighbours = signal<readonly Neighbour[]>([]);

export const neighbourOf = (key: string, value: OptionValue): Neighbour | undefined =>
  neighbours.value.find((other) => other.key === key && other.value === value);

/** Limit on the states of such a check. */
const maxStates = 200_000;
/** A variant that took longer than this, in seconds, has no quick neighbours. */
const quick = 3;

const checker = new Checker();
let round = 0;

/** Starts these checks after every check of the variant. */
export const keepLookingAround = (): (() => void) =>
  effect(() => {
    const [model, options, now] = [definition.value, chosen.value, check.value];
    const own = ++round;
    neighbours.value = [];
    if (model === null || now.kind !== 'done' || now.seconds > quick) return;
    void lookAround(model.options, options, own);
  });

async function lookAround(options: Options, from: Choices, own: number): Promise<void> {
  const found: Neighbour[] = [];
  for (const { key, value } of changesOf(options, from)) {
    if (own !== round) return;
    const changed = { ...from, [key]: value };
    const variant = variantOf(definition.peek()!, changed);
    if (variant.kind !== 'built') continue;
    const { result } = checker.run({ kind: 'check', model: variant.model, maxStates });
    const verdict = await result.then(
      ({ outcome }) => outcome.verdict,
      () => null,
    );
    if (own !== round) return;
    if (verdict === null) continue;
    found.push({ key, value, options: changed, verdict });
    neighbours.value = [...found];
  }
}

/** Without sizes, which take longer and are not fixes. */
const changesOf = (options: Options, from: Choices) =>
  Object.entries(options).flatMap(([key, option]) =>
    option.role === 'size' || option.role === 'bound'
      ? []
      : valuesOf(option)
          .filter((value) => value !== (from[key] ?? option.fallback))
          .map((value) => ({ key, value })),
  );
