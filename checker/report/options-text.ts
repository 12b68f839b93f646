/** Options in the syntax of the command line. */
import { memoryKey, memoryOption } from '../language/memory-name.ts';
import { optionName, withFallbacks, type Options, type OptionValue } from '../language/option.ts';
import type { Choices } from '../study/compare/compare.ts';

/** The options without the default memory model. */
export const withoutUsualMemory = (chosen: Choices): Choices =>
  Object.fromEntries(
    Object.entries(chosen).filter(([key, value]) => key !== memoryKey || value !== memoryOption.fallback),
  );

/** An option with its value. */
export function asTyped(key: string, value: OptionValue): string {
  if (typeof value === 'boolean') return `--${value ? '' : 'no-'}${optionName(key)}`;
  const word = quoted(String(value));
  // After a space, a leading dash would begin another option.
  return `--${optionName(key)}${word.startsWith('-') ? '=' : ' '}${word}`;
}

/** All options with their values, defaults included; null: none. */
export function allOptions(options: Options, chosen: Choices): string | null {
  const all = Object.entries(withoutUsualMemory(withFallbacks(options, chosen)));
  // A name and its value stay on one line.
  const words = all.map(([key, value]) => asTyped(key, value).replace(' ', noBreak));
  return words.length === 0 ? null : words.join(' ');
}

/** Between the name of an option and its value. */
export const noBreak = '\u00A0';

/** A word, quoted for a shell if necessary. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A path, quoted for a shell; a leading dash is escaped. */
export const quotedPath = (path: string): string => quoted(path.startsWith('-') ? `./${path}` : path);

/** The options that differ from their defaults. */
export const optionWords = (options: Options, chosen: Choices): readonly string[] =>
  Object.entries(chosen)
    .filter(([key, value]) => options[key]?.fallback !== value)
    .map(([key, value]) => asTyped(key, value));

/** The same in one line. */
export const commandLine = (options: Options, chosen: Choices): string =>
  optionWords(options, chosen).join(' ');

/** A command in lines of at most `width` characters with shell continuations; no word is broken. */
export function commandLines(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (last.length + word.length + ' \\ '.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line} \\`));
}
