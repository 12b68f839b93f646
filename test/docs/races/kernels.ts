/** What a race is about, and which kernels had which variant of the protocol: two fields of a header, understood. */
import type { AnyDefinition, Scenario } from '../../../checker/language/model.ts';
import type { Header } from './header.ts';

/** Kernels that had one variant: `until v4.18`, `v3.18 to v5.19`, `v6.0`, or `since v6.1`. */
export interface Kernels {
  readonly versions: string;
  /** The first of them, so that versions can be sorted. */
  readonly first: readonly number[];
  readonly scenario: Scenario;
}

const kernels = /^((?:since |until )?(v?\d[\d.]*)(?: to v?\d[\d.]*)?): (\S+)$/;

/** The field `Kernel`: `VERSIONS: SCENARIO; VERSIONS: SCENARIO`. */
export function kernelsOf({ fields }: Header, { name, scenarios }: AnyDefinition): readonly Kernels[] {
  if (fields.Kernel === undefined) throw new Error(`${name}: its header has no field Kernel`);
  return fields.Kernel.split('; ').map((part) => {
    const [, versions, first, of] = kernels.exec(part) ?? [];
    const scenario = scenarios.find((other) => other.name === of);
    if (scenario === undefined) throw new Error(`${name}: no kernels with their scenario: ${part}`);
    return { versions: versions!, first: first!.replace('v', '').split('.').map(Number), scenario };
  });
}

export function byVersion({ first: a }: Kernels, { first: b }: Kernels): number {
  const at = a.findIndex((number, position) => number !== b[position]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

/** What a race may be about, in the order of the index. */
export const mechanisms = [
  'lockless walk',
  'huge pages',
  'reuse of a page',
  'freeing of page tables',
  'copy-on-write',
  'TLB flush',
  'reclaim',
  'swap',
  'migration',
  'dirty bits',
  'VMA locks',
  'mmu notifiers',
  'RCU',
  'context switch',
  'slab',
  'barriers',
] as const;

export type Mechanism = (typeof mechanisms)[number];

/** The field `About`. */
export function mechanismsOf({ title, fields }: Header): readonly Mechanism[] {
  const named = fields.About?.split(', ') ?? [];
  const known = mechanisms.filter((mechanism) => named.includes(mechanism));
  if (known.length === 0 || known.length < named.length)
    throw new Error(`${title}: a race is about one or more of ${mechanisms.join(', ')}`);
  return known;
}
