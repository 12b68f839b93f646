/** Choices of options in words. */
import type { Choices } from '../../checker/study/compare/compare.ts';
import { optionName, offValue, type OptionValue } from '../../checker/language/option.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';

/** `flush=broadcast cpus=1`: options without the dashes. */
export const describeChoices = (choices: Choices) =>
  Object.entries(choices)
    .map(([key, value]) => `${optionName(key)}=${onOff(value)}`)
    .join(' ');

const onOff = (value: OptionValue) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

/** A disabled fix is a dash. */
export const describeValue = ({ options }: AnyDefinition, key: string, value: OptionValue) =>
  options[key]!.role === 'fix' && value === offValue(options[key]!) ? '-' : onOff(value);

export const describeSet = ({ options }: AnyDefinition, set: Choices) => {
  const names = Object.entries(set).map(([key, value]) =>
    options[key]!.kind === 'flag' ? optionName(key) : `${optionName(key)}=${String(value)}`,
  );
  return names.length === 0 ? 'no fix: the model is safe without one' : names.join(' + ');
};
