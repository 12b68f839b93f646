/** The names and types of a model's variables and values in Promela. */
import type { AnyDomain, Value } from '../../language/domain.ts';
import { walk, type Reference } from '../../language/expression.ts';
import { conditionsOf, goalsOf } from '../../language/liveness.ts';
import type { Model } from '../../language/model.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { uniqueNames } from '../unique-names.ts';

/** A variable in Promela: always global, one array for all copies of a thread. */
export interface PromelaVariable {
  readonly name: string;
  /** Its name in the model. */
  readonly modelName: string;
  readonly declaration: AnyDeclaration;
  /** The copies of the thread whose local it is; 1 for shared memory. */
  readonly copies: number;
  /** The thread whose local it is, or null. */
  readonly thread: string | null;
}

export interface PromelaNames {
  readonly variables: readonly PromelaVariable[];
  readonly variable: (reference: Pick<Reference, 'name'> & { readonly thread?: string }) => PromelaVariable;
  readonly proctypes: ReadonlyMap<string, string>;
  /** One constant for each value name, so that values of different domains can be compared. */
  readonly values: ReadonlyMap<string, string>;
  /** By thread: the flags of ended copies, if a property reads them. */
  readonly ended: ReadonlyMap<string, string>;
}

export function namesOf(model: Model): PromelaNames {
  // The prefixes prevent clashes with Promela keywords.
  const unique = uniqueNames();
  const shared = Object.entries(model.shared).map(([name, declaration]) => ({
    key: `.${name}`,
    variable: { name: unique(`mem_${name}`), modelName: name, declaration, copies: 1, thread: null },
  }));
  const locals = model.threads.flatMap((thread) =>
    Object.entries(thread.locals).map(([name, declaration]) => ({
      key: `${thread.name}.${name}`,
      variable: {
        name: unique(`of_${thread.name}_${name}`),
        modelName: name,
        declaration,
        copies: thread.cpus,
        thread: thread.name,
      },
    })),
  );
  const variables = new Map(
    [...shared, ...locals].map(({ key, variable }): [string, PromelaVariable] => [key, variable]),
  );
  const conditions = [...conditionsOf(model), ...goalsOf(model).map(({ to }) => to)];
  const asked = new Set(
    conditions.flatMap((condition) =>
      [...walk(condition)].flatMap((part) => (part.kind === 'ended' ? [part.thread] : [])),
    ),
  );
  return {
    variables: [...variables.values()],
    variable: ({ name, thread = '' }) => variables.get(`${thread}.${name}`)!,
    proctypes: new Map(model.threads.map(({ name }) => [name, unique(`thread_${name}`)])),
    values: new Map(valueNames(model).map((value) => [value, unique(`is_${value}`)])),
    ended: new Map([...asked].map((thread) => [thread, unique(`ended_${thread}`)])),
  };
}

/** The value names of all domains, in the order of declaration. */
function valueNames(model: Model): readonly string[] {
  const declarations = [model.shared, ...model.threads.map(({ locals }) => locals)].flatMap((variables) =>
    Object.values(variables),
  );
  return [...new Set(declarations.flatMap(({ domain }) => (domain.kind === 'values' ? domain.values : [])))];
}

/** The constant that stands for a value. */
export function promelaValue(names: PromelaNames, value: Value): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return names.values.get(value) ?? '(-1)';
  return value < 0 ? `(${value})` : String(value);
}

/** The smallest type that holds a domain; Promela's short and int are signed, its byte is not. */
export function promelaType(names: PromelaNames, domain: AnyDomain): string {
  const [low, high] = bounds(names, domain);
  if (low >= 0 && high <= 1) return 'bit';
  if (low >= 0 && high <= 255) return 'byte';
  return low >= -32_768 && high <= 32_767 ? 'short' : 'int';
}

function bounds(names: PromelaNames, domain: AnyDomain): readonly [number, number] {
  switch (domain.kind) {
    case 'bool':
      return [0, 1];
    case 'range':
      return [domain.low, domain.high];
    case 'values':
      return [0, Math.max(...domain.values.map((value) => [...names.values.keys()].indexOf(value)))];
  }
}

/** Text that is safe in a comment on one line. */
export const inComment = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('*/', '* /')
    .replaceAll('/*', '/ *')
    .replaceAll('"', "'")
    .replaceAll('\\', '/');
