/** What is measured: a model of the project with its options. */
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { optionName, type OptionValue } from '../../checker/language/option.ts';

export interface Subject {
  readonly definition: AnyDefinition;
  readonly options: Readonly<Record<string, OptionValue>>;
}

export const subject = (definition: AnyDefinition, options: Subject['options'] = {}): Subject => ({
  definition,
  options,
});

export const tableOf = ({ definition, options }: Subject): TransitionSystem =>
  transitionSystem(definition.build(options));

/** As on the command line: `gup-fast-vs-collapse --cpus 4 --sync-ipi`. */
export function argumentsOf({ definition, options }: Subject): readonly string[] {
  const flags = Object.entries(options).flatMap(([key, value]) => {
    if (typeof value === 'boolean') return [value ? `--${optionName(key)}` : `--no-${optionName(key)}`];
    return [`--${optionName(key)}`, String(value)];
  });
  return [definition.name, ...flags];
}

export const titleOf = (of: Subject): string => argumentsOf(of).join(' ');
