/** A family: a transition system with marks on the numbers that grow with the options. */
import { fullyGrown } from '../language/growing.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import { readsAreSteps } from '../program/own-memory.ts';
import { memoryKey, memoryOption, type MemoryModelName } from '../language/memory-name.ts';
import type { AnyDefinition, Model } from '../language/model.ts';
import { ModelError } from '../language/model-error.ts';
import type { OptionValue } from '../language/option.ts';
import { printText } from '../language/print.ts';
import { at, fixed, type Affine, type OptionSizes } from './affine.ts';
import { Refusal } from './refusal.ts';

export type Given = Readonly<Record<string, OptionValue>>;

export interface Family {
  /** Built at sizes at which no two numbers are equal by accident. */
  readonly system: TransitionSystem;
  /** The arbitrary options. */
  readonly options: readonly string[];
  readonly varying: ReadonlyMap<object, ReadonlyMap<string, Affine>>;
  /** By option: the least size from which all tested sizes are members. */
  readonly least: OptionSizes;
  /** By option: the largest tested size. */
  readonly most: OptionSizes;
}

/** The number at this place of the transition system, constant or affine in the options. */
export function affineOf({ varying }: Family, object: object, key: string): Affine {
  return varying.get(object)?.get(key) ?? fixed((object as Record<string, number>)[key]!);
}

/** The integer options that determine the number of copies of a thread. */
export function replicatingOptions(definition: AnyDefinition, given: Given): readonly string[] {
  return sizeOptions(definition).filter((option) => {
    const copies = (size: number) => {
      const model = builtAt(definition, given, { [option]: size });
      return model?.threads.map(({ cpus }) => cpus).join();
    };
    const low = Math.max(2, lowOf(definition, option));
    const [some, more] = [copies(low), copies(low + 1)];
    return some !== undefined && more !== undefined && some !== more;
  });
}

/** The integer options that determine the length of arrays that do not belong to copies, such as ptes. */
export function elementOptions(definition: AnyDefinition, given: Given): readonly string[] {
  const replicating = replicatingOptions(definition, given);
  return sizeOptions(definition).filter((option) => {
    if (replicating.includes(option)) return false;
    const lengths = (size: number) => {
      const model = builtAt(definition, given, { [option]: size });
      if (model === undefined) return undefined;
      return Object.values(model.shared)
        .map(({ length }) => length)
        .join();
    };
    const low = Math.max(2, lowOf(definition, option));
    const [some, more] = [lengths(low), lengths(low + 1)];
    return some !== undefined && more !== undefined && some !== more;
  });
}

const sizeOptions = ({ options }: AnyDefinition) =>
  Object.keys(options).filter((key) => options[key]!.role === 'size');

const lowOf = ({ options }: AnyDefinition, key: string) => (options[key] as { readonly low: number }).low;
const highOf = ({ options }: AnyDefinition, key: string) => (options[key] as { readonly high: number }).high;

function builtAt(definition: AnyDefinition, given: Given, sizes: OptionSizes): Model | undefined {
  try {
    return fullyGrown(definition.build({ ...given, ...sizes }, Object.keys(sizes)));
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

/** Sizes far apart and unlike the constants of a model, so that no two numbers are equal by accident. */
const bases = [23, 37, 53, 71];
/** The largest size up to which every size is tested, within what the author allows. */
const lookedAt = (definition: AnyDefinition, option: string) =>
  Math.max(6, Math.min(highOf(definition, option), 64));
/** Pairs of sizes for options that grow together. */
const pairs = [
  [2, 2],
  [2, 5],
  [5, 2],
  [5, 5],
  [7, 3],
] as const;

/** These rewrite a model without a separate machine and without delayed loads, neither of which views support. */
const provableMemory: readonly MemoryModelName[] = ['sc', 'tso', 'pso'];

/** The reason why the given memory model has no proof for any number, or null. */
export function unprovableMemory({ [memoryKey]: name = memoryOption.fallback }: Given): string | null {
  if (provableMemory.some((one) => one === name)) return null;
  return `a proof for any number is of ${provableMemory.join(', ')}, not of the memory model '${String(name)}'`;
}

/**
 * The family of a definition in these options; the other options have the given values, or their defaults.
 *
 * Throws  Refusal if the sizes differ in more than numbers, or in numbers that are not affine, and for memory models
 *         without proofs.
 */
export function familyOf(
  definition: AnyDefinition,
  given: Given,
  options: readonly string[],
  edit: (model: Model) => Model = (model) => model,
): Family {
  const reason = unprovableMemory(given);
  if (reason !== null) throw new Refusal(reason);
  if (options.length > bases.length) throw new Refusal(`more than ${bases.length} options may be any number`);
  const build = (sizes: OptionSizes) => {
    const model = builtAt(definition, given, sizes);
    if (model?.machine !== undefined)
      throw new Refusal(`the machine '${model.machine}' has runs of which no view knows`);
    return model === undefined ? undefined : transitionSystem(invariantsOnly(edit(model)), readsAreSteps);
  };
  const here: OptionSizes = Object.fromEntries(options.map((option, place) => [option, bases[place]!]));
  const system = build(here);
  if (system === undefined)
    throw new Refusal(`the model cannot be built at ${printSizes(here)}, beyond what its options say`);
  const varying = new Map<object, Map<string, Affine>>();
  for (const option of options) markGrowing({ option, system, here, build, varying });
  const family = { system, options, varying };
  const least = Object.fromEntries(
    options.map((option) => [option, leastMember(definition, { family, here, build }, option)]),
  );
  for (const one of options)
    for (const other of options)
      if (one < other)
        for (const [a, b] of pairs) {
          const sizes = { ...here, [one]: Math.max(a, least[one]!), [other]: Math.max(b, least[other]!) };
          const reason = difference(family, build(sizes), sizes);
          if (reason !== null) throw new Refusal(`the model is not uniform: ${reason}`);
        }
  const most = Object.fromEntries(
    options.map((option) => [option, Math.max(bases[options.indexOf(option)]!, probed(definition, option))]),
  );
  return { ...family, least, most };
}

const printSizes = (sizes: OptionSizes) =>
  Object.entries(sizes)
    .map(([option, size]) => `${option} ${size}`)
    .join(', ');

/** The largest size that the author allows, up to a limit. */
const probed = (definition: AnyDefinition, option: string) => Math.min(highOf(definition, option), 600);

interface GrowingOption {
  readonly option: string;
  readonly system: TransitionSystem;
  readonly here: OptionSizes;
  readonly build: (sizes: OptionSizes) => TransitionSystem | undefined;
  readonly varying: Map<object, Map<string, Affine>>;
}

function markGrowing({ option, system, here, build, varying }: GrowingOption): void {
  const by = 2;
  const there = build({ ...here, [option]: here[option]! + by });
  if (there === undefined)
    throw new Refusal(`the model cannot be built with ${option} above ${here[option]!}`);
  for (const { object, key, path, one, other } of pairedNumbers(system, there)) {
    if (one === other) continue;
    const factor = (other - one) / by;
    if (!Number.isInteger(factor) || !mayGrow(object, key))
      throw new Refusal(
        `the model is not uniform in ${option}: ${describePath(system, path)} is ${one} and ${other}`,
      );
    const own = varying.get(object) ?? new Map<string, Affine>();
    const before = own.get(key) ?? fixed(one);
    varying.set(object, own);
    // One object may occur in several places; leastMember compares each occurrence with this number.
    if (option in before.per) continue;
    own.set(key, {
      constant: before.constant - factor * here[option]!,
      per: { ...before.per, [option]: factor },
    });
  }
}

/** The numbers that may grow: copies, lengths of arrays, bounds of ranges, and constants. */
function mayGrow(object: object, key: string): boolean {
  const { kind } = object as { readonly kind?: string };
  switch (key) {
    case 'cpus':
      return kind === 'thread';
    case 'length':
      return kind === 'declaration';
    case 'count':
      return kind === 'self';
    case 'value':
      return kind === 'constant';
    case 'high':
      // A domain, or a binder, which has no `kind`.
      return kind === 'range' || kind === undefined;
    default:
      return false;
  }
}

interface Members {
  readonly family: Pick<Family, 'system' | 'options' | 'varying'>;
  readonly here: OptionSizes;
  readonly build: (sizes: OptionSizes) => TransitionSystem | undefined;
}

/** The least size from which all tested sizes are members of the family. */
function leastMember(definition: AnyDefinition, { family, here, build }: Members, option: string): number {
  const low = lowOf(definition, option);
  const all = lookedAt(definition, option);
  const isMember = (size: number) => {
    const sizes = { ...here, [option]: size };
    return difference(family, build(sizes), sizes);
  };
  for (const size of [probed(definition, option), 16, 12]) {
    if (size <= all) continue;
    const reason = isMember(size);
    if (reason !== null) throw new Refusal(`the model is not uniform in ${option}: ${reason}`);
  }
  for (let size = Math.max(all, low + 3); size >= low; size--) {
    const reason = isMember(size);
    if (reason === null) continue;
    if (size > low + 2) throw new Refusal(`the model is not uniform in ${option}: ${reason}`);
    return size + 1;
  }
  return low;
}

/** The difference between the system at these sizes and the family, or null for a member. */
function difference(
  { system, varying }: Pick<Family, 'system' | 'varying'>,
  other: TransitionSystem | undefined,
  sizes: OptionSizes,
): string | null {
  if (other === undefined) return `it cannot be built at ${printSizes(sizes)}`;
  try {
    for (const { object, key, path, one, other: found } of pairedNumbers(system, other)) {
      const affine = varying.get(object)?.get(key);
      const expected = affine === undefined ? one : at(affine, sizes);
      if (found !== expected) return `at ${printSizes(sizes)} ${path} is ${found}, not ${expected}`;
    }
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/**
 * Keeps the invariants, because a proof needs neither witnesses nor costs. The proof includes that no limit of the memory
 * model is met, because a limit would omit runs.
 */
export const invariantsOnly = (model: Model): Model => ({
  ...model,
  properties: model.properties.flatMap((property) => {
    if (property.kind === 'always') return [property];
    if (property.limit !== true) return [];
    const condition = { kind: 'not', operand: property.condition } as const;
    return [{ kind: 'always' as const, name: 'no limit of the memory model is met', condition }];
  }),
  costs: [],
});

/** A place of a transition system in the author's words: a statement, a variable, or else the path itself. */
function describePath({ threads, transitions }: TransitionSystem, path: string): string {
  const [part = '', name = '', ...rest] = path.split('.').slice(path.startsWith('model.') ? 1 : 0);
  if (part === 'transitions' && transitions[Number(name)] !== undefined) {
    const transition = transitions[Number(name)]!;
    const owner = threads.find(({ locations }) => locations.flat().includes(transition));
    return `thread '${owner?.thread.name ?? ''}', '${printText(transition.statement)}' (${rest.join('.')})`;
  }
  if (part === 'threads' && threads[Number(name)] !== undefined) {
    const where = rest[0] === 'entry' ? 'what it does before its first step' : rest.join('.');
    return `thread '${threads[Number(name)]!.thread.name}', ${where}`;
  }
  const initial = path.indexOf('.initial');
  const variable = /(?:^|\.)shared\.(.*)$/.exec(path.slice(0, Math.max(initial, 0)))?.[1];
  return variable === undefined ? path : `what '${variable}' begins with`;
}

interface NumberPair {
  readonly object: object;
  readonly key: string;
  /** The place in the transition system. */
  readonly path: string;
  readonly one: number;
  readonly other: number;
}

/** The fields without effect on a run: texts and counts. */
const silent: ReadonlySet<string> = new Set([
  ...[
    'text',
    'meaning',
    'claim',
    'harm',
    'reason',
    'description',
    'costs',
    'cellNames',
    'elementNames',
    'names',
    'amount',
  ],
]);

/**
 * The pairs of numbers at the same place of two systems, including shared objects.
 *
 * Throws  Refusal if anything except a number differs.
 */
function* pairedNumbers(one: TransitionSystem, other: TransitionSystem): Generator<NumberPair> {
  const seen = new Map<object, Set<object>>();
  const pending: { readonly a: object; readonly b: object; readonly path: string }[] = [
    { a: one, b: other, path: '' },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { a, b, path } = next;
    const others = seen.get(a) ?? new Set();
    if (others.has(b)) continue;
    seen.set(a, others.add(b));
    const keys = Object.keys(a);
    if (Array.isArray(a) !== Array.isArray(b) || (!isInitial(path) && keys.join() !== Object.keys(b).join()))
      throw new Refusal(
        `the model is not uniform: ${describePath(one, path)} has ${keys.length} and ${Object.keys(b).length} parts`,
      );
    if (isInitial(path) && keys.length !== Object.keys(b).length) {
      if (new Set([...(a as readonly unknown[]), ...(b as readonly unknown[])]).size > 1)
        throw new Refusal(`${path}: the elements of the array do not begin alike`);
      continue;
    }
    for (const key of keys) {
      const x = (a as Record<string, unknown>)[key];
      const y = (b as Record<string, unknown>)[key];
      if (silent.has(key) && !isVariable(x)) continue;
      if (typeof x === 'number' && typeof y === 'number')
        yield { object: a, key, path: `${path}.${key}`, one: x, other: y };
      else if (typeof x === 'object' && typeof y === 'object' && x !== null && y !== null)
        pending.push({ a: x, b: y, path: path === '' ? key : `${path}.${key}` });
      else if (x !== y)
        throw new Refusal(
          `the model is not uniform: ${describePath(one, `${path}.${key}`)} is ${String(x)} and ${String(y)}`,
        );
    }
  }
}

/** A variable may have any name, including that of a silent field. */
const isVariable = (x: unknown) => (x as { readonly kind?: string } | null)?.kind === 'declaration';

const isInitial = (path: string) => path.endsWith('.initial');
