/**
 * The laws of proofs for any number: what they rest on, that they prove nothing which fails, and that faults are noticed.
 *
 * @module-tag law
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadLocals } from '../../checker/program/dead-locals.ts';
import { numberingOf } from '../../checker/program/numbering.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { viewSetOf } from '../../checker/family/certificate.ts';
import { saturated, type Configuration } from '../../checker/family/configuration.ts';
import { familyOf, invariantsOnly } from '../../checker/family/family.ts';
import type { ProverFaults } from '../../checker/family/faults.ts';
import { judge } from '../../checker/family/judge.ts';
import { machineOf, type AbstractMachine } from '../../checker/family/machine.ts';
import { Refusal } from '../../checker/family/refusal.ts';
import { Views } from '../../checker/family/views.ts';
import type { AnyDefinition, Model } from '../../checker/language/model.ts';
import type { AnyThread } from '../../checker/language/thread.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { anyOptionsOf } from '../../checker/family/claim.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { fire, initialStates, moves } from '../../checker/interpreter/interpreter.ts';
import { verifying } from '../../checker/verify/verify.ts';
import { registry } from '../../models/registry.ts';
import { runs as share } from '../depth.ts';
import { randomFamily, type Wishes } from './random-family.ts';
import { small } from './small-families.ts';

/** Families a law tries; RACEWALK_LAW_RUNS asks for more. */
const runs = Number(process.env['RACEWALK_LAW_RUNS'] ?? share(60));

/** Holds are exact below this: there are never so many copies. */
const exact = 99;

const tapes = (wishes: Wishes) =>
  fc.tuple(fc.array(fc.nat(1 << 20), { minLength: 90, maxLength: 90 }), fc.constant(wishes));

/** The definition of a tape; null where it means nothing. */
function definitionOf(numbers: readonly number[], wishes: Wishes): AnyDefinition | null {
  try {
    const definition = randomFamily(numbers, wishes);
    definition.build();
    return definition;
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

/** The closed views of a definition for any number of all that it has; null where there are too many, or it is refused. */
function closed(
  definition: AnyDefinition,
  {
    size,
    most,
    upTo = Infinity,
    faults = {},
    mostViews = 1200,
  }: { size: number; most: number; upTo?: number; faults?: ProverFaults; mostViews?: number },
) {
  try {
    const { copies, elements } = anyOptionsOf(definition, {});
    const element = elements[0] ?? null;
    const family = familyOf(definition, {}, [...copies, ...elements]);
    const machine = machineOf(family, { most, upTo }, element, faults);
    const views = new Views(machine, size);
    while (views.step()) if (views.all.size > mostViews) return null;
    judge(views);
    return { views, machine, family };
  } catch (error) {
    if (error instanceof Refusal || error instanceof ModelError) return null;
    throw error;
  }
}

/** All configurations that so many copies reach, each with its shares; null where there are too many. */
function reachableBy(machine: AbstractMachine, size: number, most: number): readonly Configuration[] | null {
  const keyOf = ({ common, groups }: Configuration) =>
    JSON.stringify([common, groups.map((all) => all.map((record) => record.join()).sort())]);
  const found = new Map<string, Configuration>();
  const add = (config: Configuration) => {
    if (!found.has(keyOf(config))) found.set(keyOf(config), config);
  };
  machine.initial(machine.roles.groups.map(() => size)).forEach(add);
  const result = { config: add, report: () => undefined };
  for (const config of found.values()) {
    if (found.size > most) return null;
    machine.fire(config, -1, 0, result);
    for (const [group, all] of config.groups.entries())
      for (const me of all.keys()) machine.fire(config, group, me, result);
  }
  return [...found.values()];
}

/** The views of a configuration with one copy of each group left in. */
function* viewsOf({
  machine,
  config,
  most,
}: {
  machine: AbstractMachine;
  config: Configuration;
  most: number;
}) {
  const { groups, counters } = machine.roles;
  const picks = config.groups.reduce<readonly (readonly number[])[]>(
    (all, records) => all.flatMap((one) => [...records.keys()].map((at) => [...one, at])),
    [[]],
  );
  for (const pick of picks) {
    const rest = counters.flatMap((_, counter) =>
      groups.map(({ shares }, group) => {
        const held = config.groups[group]!.reduce(
          (sum, record, at) => (at === pick[group] ? sum : sum + record[shares + counter]!),
          0,
        );
        return saturated(held, held, most)[0]!;
      }),
    );
    yield { common: config.common, groups: pick.map((at, group) => [config.groups[group]![at]!]), rest };
  }
}

test('a machine with all copies inside reaches the states that the interpreter reaches', () => {
  let compared = 0;
  for (const definition of registry) {
    const { copies } = anyOptionsOf(definition, {});
    if (copies.length === 0) continue;
    for (const { options, verdict } of definition.scenarios.slice(0, 4)) {
      if (verdict !== 'holds') continue;
      const given = Object.fromEntries(Object.entries(options).filter(([key]) => !copies.includes(key)));
      let machine: AbstractMachine;
      try {
        machine = machineOf(familyOf(definition, given, copies), { most: exact, upTo: Infinity }, null);
      } catch (error) {
        if (error instanceof Refusal) continue;
        throw error;
      }
      if (machine.roles.groups.length > 1) continue;
      if ([...machine.roles.placed.values()].some(({ role }) => role.kind === 'copy pointer')) continue;
      const size = Math.max(1, (definition.options[copies[0]!] as { readonly low: number }).low);
      const model = definition.build({ ...given, ...Object.fromEntries(copies.map((key) => [key, size])) });
      const states = interpreted(invariantsOnly(model), 700);
      const sizes = machine.roles.groups.map(
        ({ copies: { constant, per } }) => constant + size * Object.keys(per).length,
      );
      if (states === null || new Set(sizes).size > 1) continue;
      const configs = reachableBy(machine, sizes[0]!, 3000)!;
      expect([...new Set(configs.map((config) => named(machine, config)))].sort()).toEqual(states);
      compared += states.length;
    }
  }
  expect(compared).toBeGreaterThan(2000);
});

/** All states of a model, dead locals forgotten, as text; null where there are too many. */
function interpreted(model: Model, most: number): readonly string[] | null {
  const system = transitionSystem(model);
  const numbering = numberingOf(system);
  const dead = system.threads.map((_, at) => deadLocals(numbering, at));
  const found = new Map<string, State>();
  const add = (state: State) => found.set(JSON.stringify(state), state);
  initialStates(system).forEach(add);
  for (const state of found.values()) {
    if (found.size > most) return null;
    for (const move of moves(system, state)) for (const firing of fire(state, move)) add(firing.state);
  }
  const text = ({ shared, threads }: State) => {
    const cells = Object.entries(shared).map(([name, value]) => [name, value]);
    const own = system.threads.flatMap(({ thread }, at) =>
      threads[thread.name]!.map(({ location, locals }, replica) => {
        const forgotten = new Set(dead[at]![location]!.map(({ position }) => position));
        const values = Object.entries(locals).map(([name, value]) => {
          const { first } = numbering.locals[at]!.get(name)!;
          const { initial } = thread.locals[name]!;
          const all = Array.isArray(value) ? (value as readonly unknown[]) : [value];
          return [name, all.map((one, place) => (forgotten.has(first + place) ? initial[place] : one))];
        });
        return { thread: thread.name, replica, location, values };
      }),
    );
    return [cells, own] as const;
  };
  return [...new Set([...found.values()].map((state) => canonical(...text(state), system)))].sort();
}

type Cells = readonly (readonly unknown[])[];
interface Own {
  readonly thread: string;
  readonly replica: number;
  readonly location: number;
  readonly values: Cells;
}

/** Array elements over copies belong to the copy; copies are unordered. */
function canonical(
  cells: Cells,
  own: readonly Own[],
  { threads }: ReturnType<typeof transitionSystem>,
): string {
  const hosts = threads.filter(({ thread }) => thread.on === null);
  const isOwned = (value: unknown) =>
    Array.isArray(value) && hosts.some(({ thread }) => thread.cpus > 1 && thread.cpus === value.length);
  const plain = cells
    .filter(([, value]) => !isOwned(value))
    .map(([name, value]) => `${String(name)}=${JSON.stringify(value)}`);
  const copies = hosts.flatMap(({ thread }) =>
    Array.from({ length: thread.cpus }, (_, replica) =>
      JSON.stringify([
        own
          .filter(
            (one) =>
              one.replica === replica &&
              (one.thread === thread.name ||
                threads.some((other) => other.thread.name === one.thread && other.thread.on === thread.name)),
          )
          .map(({ thread: name, location, values }) => [name, location, values]),
        thread.cpus > 1
          ? cells
              .filter(([, value]) => isOwned(value))
              .map(([name, value]) => [name, (value as readonly unknown[])[replica]])
          : [],
      ]),
    ),
  );
  return [...plain, ...copies.sort()].join('|');
}

/** A configuration in the same words. */
function named({ roles }: AbstractMachine, { common, groups }: Configuration): string {
  const { model, threads } = roles.family.system;
  const names = new Map([...roles.names].map(([name, number]) => [number, name]));
  const valueOf = (key: string, number: number) => {
    const { kind } = roles.placed.get(key)!.declaration.domain;
    return kind === 'bool' ? number === 1 : kind === 'values' ? names.get(number) : number;
  };
  const read = (key: string, record: readonly number[] | null) => {
    const { role, declaration } = roles.placed.get(key)!;
    const numbers = declaration.initial.map((_, place) => {
      if (role.kind === 'counter') {
        const counter = role.first + place;
        const shares = groups.flatMap((all, group) =>
          all.map((one) => one[roles.groups[group]!.shares + counter]!),
        );
        return shares.reduce((sum, one) => sum + one, common[roles.counters[counter]!.base]!);
      }
      return (role.kind === 'common' ? common : record!)[
        (role as { slot: number }).slot + (role.kind === 'owned' ? 0 : place)
      ]!;
    });
    return numbers.map((number) => valueOf(key, number));
  };
  const numbering = numberingOf(roles.family.system);
  const dead = threads.map((_, at) => deadLocals(numbering, at));
  // A counter of a single thread is kept where it is dead.
  const alive = (thread: AnyThread, name: string, location: number, values: readonly unknown[]) => {
    const at = threads.findIndex((table) => table.thread === thread);
    const { first } = numbering.locals[at]!.get(name)!;
    const isDead = dead[at]![location]!.some(({ position }) => position === first);
    return isDead ? thread.locals[name]!.initial : values;
  };
  const size = groups[0]!.length;
  const isOwned = (key: string) => roles.placed.get(key)!.role.kind === 'owned';
  const cells = Object.entries(model.shared).map(([name, { length }]) => {
    if (isOwned(name))
      return [
        name,
        Array.from({ length: size }, (_, at) =>
          valueOf(
            name,
            groups[(roles.placed.get(name)!.role as { group: number }).group]![at]![
              (roles.placed.get(name)!.role as { slot: number }).slot
            ]!,
          ),
        ),
      ];
    return [name, length === null ? read(name, null)[0] : read(name, null)];
  });
  const own = threads.flatMap(({ thread }): readonly Own[] => {
    const { group, slot } = roles.locations.get(thread.name)!;
    const records = group < 0 ? [common] : groups[group]!;
    return records.map((record, replica) => ({
      thread: thread.name,
      replica,
      location: record[slot]!,
      values: Object.keys(thread.locals).map((name) => [
        name,
        alive(thread, name, record[slot]!, read(`${thread.name}.${name}`, record)),
      ]),
    }));
  });
  const sized = threads.map((table) => ({
    ...table,
    thread: { ...table.thread, cpus: roles.locations.get(table.thread.name)!.group < 0 ? 1 : size },
  }));
  return canonical(cells, own, { ...roles.family.system, threads: sized });
}

test.each<[string, Wishes]>([
  ['plain', {}],
  ['of two groups', { twoGroups: true }],
  ['with counters that wrap', { wraps: true }],
])('every view of every state of 1 to 3 copies is among the closed views: families %s', (_, wishes) => {
  let seen = 0;
  fc.assert(
    fc.property(tapes(wishes), ([numbers]) => {
      const definition = definitionOf(numbers, wishes);
      if (definition === null || Object.keys(definition.options).length > 1) return;
      const upTo = upToOf(wishes);
      const found = closed(definition, { size: 1, most: 1, upTo });
      if (found === null) return;
      const machine = machineOf(found.family, { most: exact, upTo }, null);
      if ([...machine.roles.placed.values()].some(({ role }) => role.kind === 'copy pointer')) return;
      for (const size of [1, 2, 3]) {
        if (
          machine.roles.groups.some(
            ({ copies: { per, constant } }) => Object.keys(per).length === 0 && constant !== size,
          )
        )
          continue;
        for (const config of reachableBy(machine, size, 800) ?? [])
          for (const view of viewsOf({ machine, config, most: 1 })) {
            seen++;
            const kept = found.views.all.get(found.views.packed(view).key);
            expect(kept !== undefined && found.views.used.has(kept)).toBe(true);
          }
      }
    }),
    { numRuns: runs },
  );
  expect(seen).toBeGreaterThan(runs * 20);
});

/** The smallest numbers at which a check refutes the definition, or null. */
function refutedAt(definition: AnyDefinition, least: number): Readonly<Record<string, number>> | null {
  const ranges = Object.entries(definition.options).map(([key]) =>
    Array.from({ length: mostCopies }, (_, at) => at + 1)
      .filter((size) => key === 'ptes' || size >= least)
      .map((size) => [key, size] as const),
  );
  const all = ranges.reduce<readonly (readonly (readonly [string, number])[])[]>(
    (sizes, range) => sizes.flatMap((one) => range.map((more) => [...one, more])),
    [[]],
  );
  for (const sizes of all.map((one) => Object.fromEntries(one))) {
    if (Object.values(sizes).reduce((sum, size) => sum + size, 0) > 6) continue;
    const { outcome } = check(invariantsOnly(definition.build(sizes)), { ...noLimits, maxStates: 5000 });
    if (outcome.verdict !== 'holds' && outcome.verdict !== 'inconclusive') return sizes;
  }
  return null;
}

/** No law looks at more copies. */
const mostCopies = 4;
/** The largest numbers that a proof is about: counters of few bits wrap with more. */
const upToOf = ({ wraps = false }: Wishes) => (wraps ? mostCopies : Infinity);

interface Wanted {
  readonly size: number;
  readonly most: number;
  readonly upTo?: number;
  readonly faults: ProverFaults;
}

/** What is wrong with a proof of so large views: numbers at which it is refuted, or what the verifier says; null: it is none. */
function wrongWith(
  definition: AnyDefinition,
  { size, most, upTo = Infinity, faults }: Wanted,
): string | null {
  const found = closed(definition, { size, most, upTo, faults, mostViews: 120 });
  if (found === null || found.views.doubts.size > 0) return null;
  const refuted = refutedAt(definition, size);
  if (refuted !== null) return `it is refuted at ${JSON.stringify(refuted)}`;
  const { views, machine, family } = found;
  const header = {
    options: {},
    any: family.options,
    size,
    most,
    upTo: upTo === Infinity ? null : upTo,
    element: machine.roles.elements?.option ?? null,
    from: Object.fromEntries(family.options.map((option) => [option, Math.max(size, family.least[option]!)])),
  };
  const set = viewSetOf(
    header,
    machine.roles,
    [...views.all.values()].map((view) => views.unpacked(view)),
  );
  const wrong = finish(verifying(definition, set));
  return wrong.length === 0 ? null : wrong.join('; ');
}

const sizes = [
  [1, 1],
  [1, 2],
  [2, 1],
] as const;
const plainWishes: readonly Wishes[] = [
  {},
  { elements: true },
  { twoGroups: true },
  { elements: true, twoGroups: true },
];
const allWishes: readonly Wishes[] = [...plainWishes, { wraps: true }, { wraps: true, twoGroups: true }];

describe('what is proved is never refuted, and the verifier agrees', () => {
  test.each(allWishes)('of families with %o', (wishes) => {
    fc.assert(
      fc.property(tapes(wishes), ([numbers]) => {
        const definition = definitionOf(numbers, wishes);
        if (definition === null) return;
        for (const [size, most] of sizes)
          expect(wrongWith(definition, { size, most, upTo: upToOf(wishes), faults: {} })).toBeNull();
      }),
      { numRuns: runs },
    );
  });
});

test('a certificate without any one of its views is none', () => {
  const names = ['split-unfreezes-tail', 'pmdp-invalidate-vs-dirty', 'gup-fast-vs-free-pgtables'];
  for (const definition of registry.filter(({ name }) => names.includes(name))) {
    const { options } = definition.scenarios.find(({ proves }) => proves !== undefined)!;
    const given = Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'cpus'));
    const family = familyOf(definition, given, ['cpus']);
    const views = new Views(machineOf(family, { most: 1, upTo: Infinity }, null), 1);
    while (views.step());
    const header = {
      options: given,
      any: ['cpus'],
      from: { cpus: 1 },
      element: null,
      size: 1,
      most: 1,
      upTo: null,
    };
    const set = viewSetOf(
      header,
      views.machine.roles,
      [...views.all.values()].map((view) => views.unpacked(view)),
    );
    expect(finish(verifying(definition, set))).toEqual([]);
    for (const at of set.views.keys())
      expect(finish(verifying(definition, { ...set, views: set.views.toSpliced(at, 1) }))).not.toEqual([]);
  }
});

const faults: readonly (keyof ProverFaults)[] = [
  ...(['outside', 'before', 'single', 'share', 'saturation', 'sum', 'witnesses', 'blockers'] as const),
  ...(['after', 'order', 'others', 'bound', 'step', 'large', 'known', 'wraps'] as const),
];

describe('a fault of the prover is noticed', () => {
  test.each(faults)('%s', (fault) => {
    const own = small[fault];
    if (own !== undefined) {
      const { definition, size, most, upTo } = own;
      const wanted = { size, most, ...(upTo === undefined ? {} : { upTo }) };
      expect(wrongWith(definition, { ...wanted, faults: {} })).toBeNull();
      expect(wrongWith(definition, { ...wanted, faults: { [fault]: true } })).not.toBeNull();
      return;
    }
    const noticed = (numbers: readonly number[], wishes: Wishes) => {
      const definition = definitionOf(numbers, wishes);
      if (definition === null) return false;
      return sizes.some(
        ([size, most]) =>
          wrongWith(definition, { size, most, upTo: upToOf(wishes), faults: { [fault]: true } }) !== null,
      );
    };
    const found = fc
      .sample(fc.array(fc.nat(1 << 20), { minLength: 90, maxLength: 90 }), { numRuns: 300, seed: 16 })
      .some((numbers, at) => noticed(numbers, plainWishes[at % plainWishes.length]!));
    expect(found).toBe(true);
  });
});
