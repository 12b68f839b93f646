/** Clauses at file scope: threads, claims, scenarios. */
import { memoryModelNames, type MemoryModelName } from '../language/memory-name.ts';
import type { Scenario, Survivors } from '../language/model.ts';
import type { OptionValue } from '../language/option.ts';
import { constantOf, type Constant } from './syntax/constant.ts';
import { typeArgument } from './syntax/type-of.ts';
import type { ThreadDefinition } from './lower/program.ts';
import type { Pool } from './memory.ts';
import type { NamedOption } from './syntax/options.ts';
import { attempt, fail, type Mistakes } from './syntax/source.ts';
import type { Clause, Expression, Unit } from './syntax/syntax.ts';

/** The names of clauses, for the check that a name means something. */
const known = new Set([
  ...[
    'OPTION_ENUM',
    'OPTION_FLAG',
    'OPTION_INT',
    'THREAD',
    'THREADS',
    'AGENT',
    'AGENTS',
    'INTERRUPT',
    'SUMMARY',
    'POOL',
  ],
  ...[
    'ALWAYS',
    'FINALLY',
    'REACHABLE',
    'SCENARIO',
    'SURVIVES',
    'EVENTUALLY',
    'LEADS_TO',
    'DEFINE_SPINLOCK',
    'DEFINE_MUTEX',
    'DECLARE_RWSEM',
  ],
]);

export function checkNames(clauses: readonly Clause[], mistakes: Mistakes): void {
  for (const { name, place, arguments: given } of clauses)
    if (!known.has(name)) {
      // It may be a macro that declares them.
      const leavesOpen = new Set(given.flatMap((one) => (one.kind === 'name' ? [one.name] : [])));
      mistakes.report(place, `racewalk does not know ${name}(...) outside of a function`, {
        about: name,
        leavesOpen,
      });
    }
}

const nameIn = (expression: Expression | undefined, clause: Clause, mistakes: Mistakes): string =>
  expression?.kind === 'name'
    ? expression.name
    : fail(mistakes, expression?.place ?? clause.place, `${clause.name}(...) needs a name first`);

/** The threads of a file, in the order of the text. */
export function threadsOf(
  unit: Unit,
  constants: ReadonlyMap<string, Constant>,
  mistakes: Mistakes,
): readonly ThreadDefinition[] {
  return unit.clauses.flatMap((clause): readonly ThreadDefinition[] => {
    if (!/^(?:THREADS?|AGENTS?|INTERRUPT)$/.test(clause.name)) return [];
    const made = attempt((): ThreadDefinition => {
      const [first, second] = clause.arguments;
      const name = nameIn(first, clause, mistakes);
      const body =
        unit.functions.get(name)?.body ??
        fail(mistakes, clause.place, `${clause.name}(${name}) needs a body`);
      const count = second === undefined ? null : constantOf(second, (one) => constants.get(one) ?? null);
      const isMany = clause.name.endsWith('S');
      if (isMany && (count === null || count.value < 1n || count.value > 1024n))
        return fail(
          mistakes,
          second?.place ?? clause.place,
          `${clause.name}(name, n) needs a constant from 1 to 1024`,
        );
      return {
        place: clause.place,
        name,
        cpus: isMany ? Number(count!.value) : 1,
        mayBlockForever: !clause.name.startsWith('THREAD'),
        on: clause.name === 'INTERRUPT' ? nameIn(second, clause, mistakes) : null,
        body,
      };
    });
    return made === null ? [] : [made];
  });
}

export function poolsOf(unit: Unit, mistakes: Mistakes): readonly Pool[] {
  return unit.clauses.flatMap((clause): readonly Pool[] => {
    if (clause.name !== 'POOL') return [];
    const [type, count] = clause.arguments;
    const struct = type === undefined ? null : typeArgument(type, unit.typedefs);
    const number = count === undefined ? null : constantOf(count, (one) => unit.enumerators.get(one) ?? null);
    if (struct?.kind !== 'struct' || number === null || number.value < 1n || number.value > 1024n) {
      mistakes.report(clause.place, 'POOL(struct type, n) needs a struct and a constant from 1 to 1024');
      return [];
    }
    return [{ type: struct, count: Number(number.value) }];
  });
}

const verdicts = {
  HOLDS: 'holds',
  VIOLATED: 'violated',
  DEADLOCK: 'deadlock',
  UNREACHED: 'unreached',
  LIVELOCK: 'livelock',
} as const;

/** What a scenario says beside its options: counts, as in models, and a reason. */
const counts = new Map([
  ['STATES', 'states'],
  ['TRANSITIONS', 'transitions'],
  ['STEPS', 'steps'],
] as const) as ReadonlyMap<string, 'states' | 'transitions' | 'steps'>;

/** `SCENARIO(name, HOLDS, option = value, MEMORY = arm64, PROVES = NR_CPUS, STATES = 12, WHY = "...")` */
export function scenariosOf(
  unit: Unit,
  options: readonly NamedOption[],
  mistakes: Mistakes,
): readonly Scenario[] {
  return unit.clauses.flatMap((clause): readonly Scenario[] => {
    if (clause.name !== 'SCENARIO') return [];
    const made = attempt(() => scenarioOf(clause, options, unit, mistakes));
    return made === null ? [] : [made];
  });
}

/** `SURVIVES("reason", "thread: text: change", ...)`: mutants that no scenario detects, as `racewalk mutate` names them. */
export function survivorsOf({ clauses }: Unit, mistakes: Mistakes): readonly Survivors[] {
  return clauses.flatMap((clause): readonly Survivors[] => {
    if (clause.name !== 'SURVIVES') return [];
    const made = attempt((): Survivors => {
      const [why, ...mutants] = clause.arguments.map((one) =>
        one.kind === 'string' ? one.value : fail(mistakes, one.place, 'SURVIVES takes strings'),
      );
      if (why === undefined || mutants.length === 0)
        return fail(mistakes, clause.place, 'SURVIVES("reason", "thread: text: change", ...) names mutants');
      return { why, mutants };
    });
    return made === null ? [] : [made];
  });
}

function scenarioOf(
  clause: Clause,
  options: readonly NamedOption[],
  unit: Unit,
  mistakes: Mistakes,
): Scenario {
  const [first, second, ...rest] = clause.arguments;
  const verdict = second?.kind === 'name' ? verdicts[second.name as keyof typeof verdicts] : undefined;
  if (verdict === undefined)
    return fail(
      mistakes,
      second?.place ?? clause.place,
      `the verdict of a scenario is ${Object.keys(verdicts).join(', ')}`,
    );
  const chosen: Record<string, OptionValue> = {};
  let memory: MemoryModelName | undefined;
  const proves: string[] = [];
  const said: { states?: number; transitions?: number; steps?: number; why?: string } = {};
  for (const setting of rest) {
    if (setting.kind !== 'assign' || setting.target.kind !== 'name')
      return fail(mistakes, setting.place, 'a scenario sets options: name = value');
    const { target, value } = setting;
    if (target.name === 'MEMORY') {
      const name = value.kind === 'name' ? value.name : '';
      memory = memoryModelNames.find((one) => one === name);
      if (memory === undefined)
        return fail(mistakes, value.place, `MEMORY is ${memoryModelNames.join(', ')}`);
      continue;
    }
    if (target.name === 'PROVES') {
      const size = options.find(({ name }) => value.kind === 'name' && name === value.name);
      if (size?.option.kind !== 'integer')
        return fail(mistakes, value.place, 'PROVES names an OPTION_INT that may be any number');
      proves.push(size.key);
      continue;
    }
    if (target.name === 'WHY') {
      if (value.kind !== 'string') return fail(mistakes, value.place, 'WHY is a string');
      said.why = value.value;
      continue;
    }
    const count = counts.get(target.name);
    if (count !== undefined) {
      const number = constantOf(value, (name) => unit.enumerators.get(name) ?? null);
      if (number === null || number.value < 0n)
        return fail(mistakes, value.place, `${target.name} is a number`);
      said[count] = Number(number.value);
      continue;
    }
    const found = options.find(({ name }) => name === target.name);
    if (found === undefined) return fail(mistakes, target.place, `'${target.name}' is no option`);
    const { option } = found;
    const constant = constantOf(value, (name) => unit.enumerators.get(name) ?? null);
    if (option.kind === 'choice') {
      const name = value.kind === 'name' && option.values.includes(value.name) ? value.name : null;
      if (name === null) return fail(mistakes, value.place, `${target.name} is ${option.values.join(', ')}`);
      chosen[found.key] = name;
    } else if (constant === null) return fail(mistakes, value.place, 'this must be a constant');
    else chosen[found.key] = option.kind === 'flag' ? constant.value !== 0n : Number(constant.value);
  }
  // `v6_15_late` is `v6.15-late`.
  const name = nameIn(first, clause, mistakes)
    .replace(/^v(\d+)_(\d+)/, 'v$1.$2')
    .replaceAll('_', '-');
  return {
    name,
    options: chosen,
    verdict,
    ...said,
    ...(memory === undefined ? {} : { memory }),
    ...(proves.length === 0 ? {} : { proves }),
  };
}
