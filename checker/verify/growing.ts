/** The numbers of a transition system that grow with options, computed independently from systems of several sizes. */
import type { TransitionSystem } from '../program/transition-system.ts';

/** A number as a constant and a coefficient for each option. */
export type Growth = ReadonlyMap<string, number>;

/** Systems of several sizes differ in more than growing numbers. */
export class NoFamily extends Error {}

/** The key of the constant term. */
export const constant = '';

export type Grows = (object: object, key: string) => Growth;

const unseen = new Set([
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
]);
const mayGrow = new Set(['cpus', 'length', 'count', 'value', 'high']);

/**
 * The growth of the numbers of the first system.
 *
 * Throws  NoFamily if the systems differ in anything else, or not in proportion.
 */
export function growing(
  build: (sizes: ReadonlyMap<string, number>) => TransitionSystem,
  options: readonly string[],
  from: ReadonlyMap<string, number>,
): { readonly system: TransitionSystem; readonly grows: Grows } {
  const here = new Map(options.map((option, place) => [option, 29 + 12 * place]));
  const system = build(here);
  const found = new Map<object, Map<string, Map<string, number>>>();
  for (const option of options)
    pair(system, build(new Map([...here, [option, here.get(option)! + 1]])), (object, key, one, other) => {
      if (one === other) return;
      const keys = found.get(object) ?? new Map<string, Map<string, number>>();
      found.set(object, keys.set(key, (keys.get(key) ?? new Map<string, number>()).set(option, other - one)));
    });
  const grows: Grows = (object, key) => {
    const number = (object as Record<string, number>)[key]!;
    const per = found.get(object)?.get(key) ?? new Map<string, number>();
    const rest = [...per].reduce((sum, [option, factor]) => sum - factor * here.get(option)!, number);
    return new Map([[constant, rest], ...per]);
  };
  for (const more of [0, 1, 2, 3, 4, 6, 9])
    for (const other of [0, 1, 5]) {
      const sizes = new Map(
        options.map((option, place) => [option, from.get(option)! + (place === 0 ? more : other)]),
      );
      pair(system, build(sizes), (object, key, _, there) => {
        if (sizeAt(grows(object, key), sizes) !== there)
          throw new NoFamily(`'${key}' is ${there} for ${[...sizes].join(' ')}`);
      });
    }
  return { system, grows };
}

export const sizeAt = (growth: Growth, sizes: ReadonlyMap<string, number>): number =>
  [...growth].reduce(
    (sum, [option, factor]) => sum + factor * (option === constant ? 1 : sizes.get(option)!),
    0,
  );

type Visit = (object: object, key: string, one: number, other: number) => void;

function pair(
  one: object,
  other: object,
  visit: Visit,
  seen = new Map<object, Set<object>>(),
  path = '',
): void {
  const before = seen.get(one) ?? new Set();
  if (before.has(other)) return;
  seen.set(one, before.add(other));
  const [here, there] = [one as Record<string, unknown>, other as Record<string, unknown>];
  if (path.endsWith('.initial') && here['length'] !== there['length']) {
    if (new Set([...(one as unknown[]), ...(other as unknown[])]).size > 1)
      throw new NoFamily(`${path} do not begin alike`);
    return;
  }
  if (Object.keys(one).join() !== Object.keys(other).join()) throw new NoFamily(`${path} is of two forms`);
  for (const key of Object.keys(one)) {
    const [x, y] = [here[key], there[key]];
    if (unseen.has(key) && (x as { readonly kind?: string } | null)?.kind !== 'declaration') continue;
    if (typeof x === 'number' && typeof y === 'number' && (x === y || mayGrow.has(key)))
      visit(one, key, x, y);
    else if (typeof x === 'object' && typeof y === 'object' && x !== null && y !== null)
      pair(x, y, visit, seen, `${path}.${key}`);
    else if (x !== y) throw new NoFamily(`${path}.${key} is ${String(x)} and ${String(y)}`);
  }
}
