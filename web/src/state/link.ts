/** Links: model, options, run and position, after the `#`, so that no server receives them. */
import {
  optionName,
  valuesOf,
  type AnyOption,
  type Options,
  type OptionValue,
} from '../../../checker/language/option.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';

export const views = ['trace', 'source', 'c', 'variants', 'graph'] as const;
export type PageView = (typeof views)[number];

export interface Link {
  readonly model: string;
  /** Options that differ from their defaults. */
  readonly options: Readonly<Record<string, string>>;
  readonly view: PageView;
  /** The run as `walk/run-code.ts` writes it; null: the one that the checker finds. */
  readonly run: string | null;
  /** The fingerprint of the model that the run belongs to. */
  readonly fingerprint: string | null;
  /** Steps taken; null: all. */
  readonly at: number | null;
  /** The one option of the variant beside, as `option=value`. */
  readonly beside: string | null;
  /** An expression that is watched. */
  readonly watch: string | null;
}

/** Names that are no options of the model; an option has no underscore in its name. */
const own = {
  view: '_view',
  run: '_run',
  fingerprint: '_model',
  at: '_at',
  beside: '_beside',
  watch: '_watch',
} as const;

export function readLink(hash: string): Link | null {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  if (path === '') return null;
  const words = new URLSearchParams(query);
  const at = words.get(own.at);
  const names = new Set<string>(Object.values(own));
  return {
    model: decodeURIComponent(path),
    options: Object.fromEntries([...words].filter(([name]) => !names.has(name))),
    view: views.find((view) => view === words.get(own.view)) ?? 'trace',
    run: words.get(own.run),
    fingerprint: words.get(own.fingerprint),
    at: at !== null && /^\d{1,9}$/.test(at) ? Number(at) : null,
    beside: words.get(own.beside),
    watch: words.get(own.watch),
  };
}

export function writeLink(link: Link): string {
  const words = new URLSearchParams(link.options);
  const set = (name: string, value: string | null) => {
    if (value !== null) words.set(name, value);
  };
  set(own.view, link.view === 'trace' ? null : link.view);
  set(own.run, link.run);
  set(own.fingerprint, link.run === null ? null : link.fingerprint);
  set(own.at, link.at === null ? null : String(link.at));
  set(own.beside, link.beside);
  set(own.watch, link.watch);
  const query = words.toString();
  return `#${encodeURIComponent(link.model)}${query === '' ? '' : `?${query}`}`;
}

/** The options that differ from their defaults, as in a link. */
export const linkedOptions = (options: Options, chosen: Choices): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(chosen)
      .filter(([key, value]) => options[key] !== undefined && options[key].fallback !== value)
      .map(([key, value]) => [optionName(key), String(value)]),
  );

export interface ReadOptions {
  readonly chosen: Choices;
  /** Options of the link that the model does not have. */
  readonly unknown: readonly string[];
}

/** Reads the options of a link. */
export function readOptions(options: Options, told: Readonly<Record<string, string>>): ReadOptions {
  const chosen: Record<string, OptionValue> = {};
  const unknown: string[] = [];
  for (const [name, text] of Object.entries(told)) {
    const key = Object.keys(options).find((other) => optionName(other) === name);
    const value = key === undefined ? undefined : readValue(options[key]!, text);
    if (key === undefined || value === undefined) unknown.push(`${name}=${text}`);
    else chosen[key] = value;
  }
  return { chosen, unknown };
}

export const readValue = (option: AnyOption, text: string): OptionValue | undefined =>
  valuesOf(option).find((value) => String(value) === text);
