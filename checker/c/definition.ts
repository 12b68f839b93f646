/** A C file as a model definition: what every command of racewalk takes. */
import { defineModel } from '../language/define-model.ts';
import { ModelError } from '../language/model-error.ts';
import type { AnyDefinition } from '../language/model.ts';
import type { OptionValue } from '../language/option.ts';
import { buildParts } from './build-model.ts';
import { scenariosOf, survivorsOf, threadsOf } from './clauses.ts';
import type { Constant } from './syntax/constant.ts';
import { includeFor } from './shipped-headers.ts';
import { takeUncalled, uncalledIn, uncalledNotes } from './uncalled.ts';
import { optionOf, type NamedOption } from './syntax/options.ts';
import type { Surroundings } from './syntax/preprocess.ts';
import { readUnit } from './syntax/read-unit.ts';
import type { Unit } from './syntax/syntax.ts';
import { attempt, Mistakes, mistakesText, type SourceFile } from './syntax/source.ts';

/**
 * The model of a C file; `header` gives the text of a shipped header, or null.
 *
 * Throws  ModelError with all mistakes, each with file, line, column, source line and caret.
 */
export function defineFromC(file: SourceFile, header: Surroundings['header']): AnyDefinition {
  const textOf = ({ all }: Mistakes) => mistakesText(all, (name) => includeFor(name, header));
  const mistakes = new Mistakes();
  const unit = readUnit(file, { header, flags: new Map() }, new Map(), mistakes);
  const uncalled = uncalledIn(file, unit, threadsOf(unit, constantsOf(unit), new Mistakes()));
  const excused = takeUncalled(mistakes, uncalled);
  const options = unit.clauses.flatMap((clause) => {
    const option = attempt(() => optionOf(clause, mistakes));
    return option === null ? [] : [option];
  });
  const scenarios = scenariosOf(unit, options, mistakes);
  const survivors = survivorsOf(unit, mistakes);
  const summary = unit.clauses.find(({ name }) => name === 'SUMMARY')?.arguments[0];
  const build = (values: Readonly<Record<string, OptionValue>>) => {
    const given = new Map(options.map(({ name, key }) => [name, values[key]!]));
    const found = new Mistakes();
    const read = readUnit(file, { header, flags: flagsOf(options, values) }, given, found);
    const threads = threadsOf(read, constantsOf(read), new Mistakes());
    takeUncalled(found, uncalledIn(file, read, threads));
    const parts = buildParts(file, read, found);
    if (parts === null) throw new ModelError(textOf(found));
    return parts;
  };
  // Mistakes that the defaults show are reported at once.
  buildParts(file, unit, mistakes);
  if (mistakes.any) throw new ModelError(textOf(mistakes));
  const notes = uncalledNotes(file, unit, uncalled, excused);
  const definition = defineModel({
    name: file.name.replace(/^.*\//, '').replace(/\.c$/, ''),
    summary: summary?.kind === 'string' ? summary.value : `the protocol of ${file.name}`,
    options: Object.fromEntries(options.map(({ key, option }) => [key, option])),
    // The options of a scenario have been compared with those of the file.
    scenarios: scenarios as readonly never[],
    survivors,
    build,
  });
  return notes.length === 0 ? definition : { ...definition, notes };
}

const constantsOf = ({ enumerators }: Unit) => enumerators as ReadonlyMap<string, Constant>;

const flagsOf = (
  options: readonly NamedOption[],
  values: Readonly<Record<string, OptionValue>>,
): ReadonlyMap<string, boolean> =>
  new Map(
    options.flatMap(({ name, key, option }) =>
      option.kind === 'flag' ? [[name, values[key] === true] as const] : [],
    ),
  );
