/** The kernel's primitives: one line each, with the order that the kernel gives them. */

import type { Primitive } from './lowering.ts';

import { atomicPrimitives } from './primitives/atomics.ts';
import { claimPrimitives } from './primitives/claims.ts';
import { interruptPrimitives } from './primitives/interrupts.ts';
import { lockPrimitives } from './primitives/locks.ts';
import { memoryPrimitives } from './primitives/memory.ts';
import { allocationPrimitives } from './primitives/allocation.ts';
import { rcuPrimitives } from './primitives/rcu.ts';

const table: ReadonlyMap<string, Primitive> = new Map([
  ...memoryPrimitives,
  ...atomicPrimitives,
  ...lockPrimitives,
  ...interruptPrimitives,
  ...rcuPrimitives,
  ...allocationPrimitives,
  ...claimPrimitives,
]);

/** Null: there is no such primitive. */
export const primitiveOf = (name: string): Primitive | null => table.get(name) ?? null;
