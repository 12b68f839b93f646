/** A C program whose types, memory and clauses are known: what lowering works on. */
import type { Constant } from '../syntax/constant.ts';
import type { Memory } from '../memory.ts';
import type { Property } from '../../language/property.ts';
import type { Mistakes, Place } from '../syntax/source.ts';
import type { Declaration, FunctionDefinition, Statement, Unit } from '../syntax/syntax.ts';
import type { Type } from '../syntax/types.ts';

import type { Kernel } from './kernel.ts';

/** `THREADS(gup, 2) { ... }` and the like. */
export interface ThreadDefinition {
  readonly place: Place;
  readonly name: string;
  /** The number of copies. */
  readonly cpus: number;
  readonly mayBlockForever: boolean;
  /** The thread on whose CPUs it runs as an interrupt handler; null: on CPUs of its own. */
  readonly on: string | null;
  readonly body: readonly Statement[];
}

/** A claim at a place of the file; a function that is called twice makes it for each call. */
export interface PlacedClaim {
  readonly place: Place;
  readonly property: Property;
}

/** A pointer to a type becomes one to void, or comes from one. */
export interface VoidConversion {
  readonly place: Place;
  readonly type: Type;
  readonly isBack: boolean;
}

export interface Program {
  /** The name of the user's file. */
  readonly name: string;
  readonly unit: Unit;
  readonly variables: ReadonlyMap<string, Declaration>;
  /** The names among the variables of those that functions declare `static`. */
  readonly statics: ReadonlyMap<Declaration, string>;
  readonly memory: Memory;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** Local variables that may be read before anything is written there. */
  readonly maybeUnset: ReadonlySet<Declaration>;
  readonly threads: readonly ThreadDefinition[];
  /** What the kernel itself keeps: interrupts, RCU, the allocator. */
  readonly kernel: Kernel;
  /** Claims that functions make, as they are found, each with its place. */
  readonly claims: PlacedClaim[];
  /** Conversions of numbers of objects to `void *` and back, as they are found. */
  readonly conversions: VoidConversion[];
  readonly mistakes: Mistakes;
}
