/** The state of the page of races: the query, which is its address. */
import { computed, effect, signal } from '@preact/signals';
import {
  mistakeIn,
  queryKeys,
  racesWith,
  type Query,
  type QueryKey,
  type QueryMistake,
} from '../../../models/race-query.ts';

/** What is typed, by field; an empty field asks for nothing. */
export const typed = signal<Readonly<Record<QueryKey, string>>>(read(''));

export const query = computed<Query>(() =>
  Object.fromEntries(queryKeys.flatMap((key) => (typed.value[key] === '' ? [] : [[key, typed.value[key]]]))),
);

export const found = computed(() => racesWith(query.value));

export const mistakes = computed<Readonly<Partial<Record<QueryKey, QueryMistake>>>>(() =>
  Object.fromEntries(
    Object.entries(query.value).flatMap(([key, text]) => {
      const mistake = mistakeIn(key as QueryKey, text as string);
      return mistake === null ? [] : [[key, mistake]];
    }),
  ),
);

export function type(key: QueryKey, text: string): void {
  typed.value = { ...typed.value, [key]: text.trim() };
}

export const clear = (): void => {
  typed.value = read('');
};

/** `#affects=v6.1&arch=arm64`, the options of `racewalk list`. */
function read(hash: string): Readonly<Record<QueryKey, string>> {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const field = (key: QueryKey) => [key, parts.get(key) ?? ''] as const;
  return Object.fromEntries(queryKeys.map(field)) as Record<QueryKey, string>;
}

const written = () => `#${new URLSearchParams(query.value as Record<string, string>).toString()}`;

/** Keeps address and fields the same. */
export function followAddress(): void {
  typed.value = read(location.hash);
  addEventListener('hashchange', () => {
    if (location.hash !== written()) typed.value = read(location.hash);
  });
  effect(() => {
    const hash = written();
    if (hash !== location.hash && (hash !== '#' || location.hash !== ''))
      history.replaceState(null, '', hash === '#' ? location.pathname + location.search : hash);
  });
}
