/** Options in words: as they are typed on the command line. */
import { memoryKey, memoryOption } from '../language/memory-name.ts';
import type { Options, OptionValue } from '../language/option.ts';
import { optionName, withFallbacks } from '../language/option.ts';
import type { Choices } from '../search/compare.ts';

/** The options worth telling: that memory is as everybody imagines it is not. */
export const withoutUsualMemory = (chosen: Choices): Choices =>
  Object.fromEntries(
    Object.entries(chosen).filter(([key, value]) => key !== memoryKey || value !== memoryOption.fallback),
  );

/** An option with a value as it is typed. */
export function asTyped(key: string, value: OptionValue): string {
  if (typeof value === 'boolean') return `--${value ? '' : 'no-'}${optionName(key)}`;
  return `--${optionName(key)} ${value}`;
}

/** All options with their values, so that nobody has to know what is taken when nothing is said; null: there are none. */
export function allOptions(options: Options, chosen: Choices): string | null {
  const all = Object.entries(withoutUsualMemory(withFallbacks(options, chosen)));
  // A name and its value stay on one line.
  const words = all.map(([key, value]) => asTyped(key, value).replace(' ', noBreak));
  return words.length === 0 ? null : words.join(' ');
}

/** Stands between the name of an option and its value. */
export const noBreak = '\u00A0';

/** The options that differ from what the model takes by itself, as they are typed. */
export const commandLine = (options: Options, chosen: Choices): string =>
  Object.entries(chosen)
    .filter(([key, value]) => options[key]?.fallback !== value)
    .map(([key, value]) => asTyped(key, value))
    .join(' ');
