/** The comparison of all variants, computed on demand. */
import { computed, signal } from '@preact/signals';
import { memoryKey } from '../../../checker/language/memory-name.ts';
import { withFallbacks } from '../../../checker/language/option.ts';
import { variantsOf, type Choices } from '../../../checker/study/compare/compare.ts';
import { Checker, type WorkError, type Running } from '../check/client.ts';
import { keyOf, type PlainComparison, type CheckProgress } from '../check/messages.ts';
import { chosen, definition } from './session.ts';

export type Compared =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly progress: CheckProgress | null }
  | { readonly kind: 'done'; readonly comparison: PlainComparison; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Fixed options: memory model, sizes and protocol variants. */
const given = computed<Choices>(() => {
  const options = definition.value?.options ?? {};
  return Object.fromEntries(
    Object.entries(withFallbacks(options, chosen.value)).filter(
      ([key]) => key === memoryKey || !['machine', 'fix'].includes(options[key]!.role),
    ),
  );
});

/** Identifies a comparison: a change starts a new one. */
export const subject = computed(() => `${definition.value?.name ?? ''} ${keyOf(given.value)}`);

export const variants = computed(() =>
  definition.value === null ? [] : variantsOf(definition.value.options, { vary: null, given: given.value }),
);

const results = signal<ReadonlyMap<string, Compared>>(new Map());

export const compared = computed<Compared>(() => results.value.get(subject.value) ?? { kind: 'none' });

const checker = new Checker();
let running: Running<'compare'> | null = null;

export const stopComparing = (): void => running?.stop();

export async function compareAll(): Promise<void> {
  const { build, ...plain } = definition.value!;
  const own = subject.value;
  const put = (result: Compared) => (results.value = new Map(results.value).set(own, result));
  put({ kind: 'running', progress: null });
  try {
    const models = new Map(variants.value.map((options) => [keyOf(options), build(options)]));
    const work = { kind: 'compare', definition: plain, given: given.value, models } as const;
    running = checker.run(work, (progress) => put({ kind: 'running', progress }));
    put({ kind: 'done', ...(await running.result) });
  } catch (error) {
    put({ kind: 'failed', message: (error as WorkError).message });
  }
}
