/** Options of a C file: `OPTION_ENUM`, `OPTION_FLAG` and `OPTION_INT`. */
import { type AnyOption, type OptionRole, type OptionValue } from '../../language/option.ts';
import { constantOf, type Constant } from './constant.ts';
import { fail, type Mistakes } from './source.ts';
import type { Clause, Expression } from './syntax.ts';
import { boolType, intType, type EnumType } from './types.ts';

/** Values of options by their names in C. */
export type GivenOptions = ReadonlyMap<string, OptionValue>;

const roles: readonly OptionRole[] = ['machine', 'fix', 'size', 'variant'];

const isOption = (name: string): boolean => /^OPTION_(?:ENUM|FLAG|INT)$/.test(name);

/** An option with its name in C and in models: `RECHECK_PMD` is `recheckPmd`. */
export interface NamedOption {
  readonly name: string;
  readonly key: string;
  readonly option: AnyOption;
}

/** The option that a clause declares; null: it declares none. */
export function optionOf(clause: Clause, mistakes: Mistakes): NamedOption | null {
  if (!isOption(clause.name)) return null;
  const [name, role, text, ...rest] = clause.arguments;
  const wrong = (at: Expression | undefined, message: string): never =>
    fail(mistakes, at?.place ?? clause.place, message);
  if (name?.kind !== 'name')
    return wrong(name, `${clause.name}(NAME, role, "description", ...) needs a name`);
  if (role?.kind !== 'name' || !roles.includes(role.name as OptionRole))
    return wrong(role, `the role of an option is ${roles.join(', ')}`);
  if (text?.kind !== 'string') return wrong(text, 'the description of an option is a string');
  const common = { description: text.value, role: role.name as OptionRole };
  const option = ((): AnyOption => {
    switch (clause.name) {
      case 'OPTION_FLAG':
        return {
          kind: 'flag',
          ...common,
          fallback: rest[0] !== undefined && numberIn(rest[0], mistakes) !== 0,
        };
      case 'OPTION_INT': {
        const [low = 0, high = 0, fallback = low] = rest.map((one) => numberIn(one, mistakes));
        if (rest.length < 2 || low > high || fallback < low || fallback > high)
          return wrong(
            rest[0],
            `${clause.name}(NAME, role, "description", low, high, default) needs low <= default <= high`,
          );
        return { kind: 'integer', ...common, low, high, fallback };
      }
      default: {
        const values = rest.map((one) => (one.kind === 'name' ? one.name : wrong(one, 'a value is a name')));
        if (values.length < 2) return wrong(text, 'an OPTION_ENUM needs two values or more');
        return { kind: 'choice', ...common, values, fallback: values[0]! };
      }
    }
  })();
  return { name: name.name, key: keyOf(name.name), option };
}

function numberIn(expression: Expression, mistakes: Mistakes): number {
  const named = (name: string): Constant | null =>
    name === 'true' || name === 'false' ? { value: BigInt(name === 'true'), type: boolType } : null;
  const constant = constantOf(expression, named);
  return constant === null
    ? fail(mistakes, expression.place, 'this must be a number')
    : Number(constant.value);
}

/** The key of an option in models: camel case. */
export const keyOf = (name: string): string =>
  name.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The names that an option declares in C: itself, and the values of an `OPTION_ENUM`. */
export function constantsOf(
  clause: Clause,
  given: GivenOptions,
  enums: Map<string, EnumType>,
  mistakes: Mistakes,
): readonly (readonly [string, Constant])[] {
  const found = optionOf(clause, mistakes);
  if (found === null) return [];
  const { name, option } = found;
  const value = given.get(name) ?? option.fallback;
  if (option.kind !== 'choice')
    return [[name, { value: BigInt(Number(value)), type: option.kind === 'flag' ? boolType : intType }]];
  const members = new Map(option.values.map((one, at) => [one, BigInt(at)]));
  const type: EnumType = { kind: 'enum', tag: name, members };
  enums.set(name, type);
  return [
    ...[...members].map(([member, at]) => [member, { value: at, type }] as const),
    [name, { value: BigInt(option.values.indexOf(String(value))), type }],
  ];
}
