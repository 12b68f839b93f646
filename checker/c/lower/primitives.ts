/** The kernel's primitives: one line each, with the order that the kernel gives them. */

import type { Primitive } from './lowering.ts';

import { atomicPrimitives } from './primitives/atomics.ts';
import { claimPrimitives } from './primitives/claims.ts';
import { interruptPrimitives } from './primitives/interrupts.ts';
import { lockPrimitives } from './primitives/locks.ts';
import { memoryPrimitives } from './primitives/memory.ts';
import { messagePrimitives, tracePoint } from './primitives/messages.ts';
import { allocationPrimitives } from './primitives/allocation.ts';
import { rcuPrimitives } from './primitives/rcu.ts';

/** Those whose meaning is racewalk's model of the kernel, by what they follow. */
const modelled: Readonly<Record<string, readonly (readonly [string, Primitive])[]>> = {
  'kernel/locking': lockPrimitives,
  'include/linux/irqflags.h, kernel/smp.c': interruptPrimitives,
  'Documentation/RCU/whatisRCU.rst, kernel/rcu/tree.c': rcuPrimitives,
  'include/linux/slab.h': allocationPrimitives,
};

const table: ReadonlyMap<string, Primitive> = new Map([
  ...memoryPrimitives,
  ...atomicPrimitives,
  ...Object.values(modelled).flat(),
  ...claimPrimitives,
  ...messagePrimitives,
]);

const sources: ReadonlyMap<string, string> = new Map(
  Object.entries(modelled).flatMap(([source, entries]) => entries.map(([name]) => [name, source] as const)),
);

/** Null: there is no such primitive. */
export const primitiveOf = (name: string): Primitive | null => table.get(name) ?? tracePoint(name);

/** What of the kernel a primitive follows; null: an access, an atomic operation or a claim, which are no model of code. */
export const sourceOf = (name: string): string | null => sources.get(name) ?? null;

export const primitiveNames: readonly string[] = [...table.keys()];
