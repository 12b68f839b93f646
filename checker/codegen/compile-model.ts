/** A model as one WebAssembly module: its steps, its properties and its visited set. */
import { waysOf } from '../program/initial-states.ts';
import type { Code, TransitionSystem } from '../program/transition-system.ts';
import { layoutOf, type Layout, type LayoutOptions } from './layout/layout.ts';
import type { WasmFunction, WasmModule } from './wasm/code.ts';
import { areasGlobal } from './visited-set/areas.ts';
import { canonicalFunction } from './step/canonical-form.ts';
import { batchFunctions, batchGlobals } from './visited-set/batch.ts';
import { claimFunctions, claimGlobals } from './visited-set/claim.ts';
import { alone, memoryMap, type MemoryMap, type Share } from './memory-map.ts';
import { propertyFunctions } from './step/properties.ts';
import { dropRecent } from './visited-set/recent-cache.ts';
import { commitFunctions } from './visited-set/commit.ts';
import { stepFunction, type CompiledEdge, type StepCodeContext, type Mover } from './step/step.ts';
import { allBits, visitedGlobals } from './visited-set/hash-table.ts';
import { visitedFunctions } from './visited-set/visited-set.ts';

export interface CompiledModel {
  readonly layout: Layout;
  readonly map: MemoryMap;
  /** What an edge number in a mark or finding stands for. */
  readonly edges: readonly CompiledEdge[];
  /** The largest number of edges that one state can have. */
  readonly mostEdges: number;
  readonly module: WasmModule;
}

export interface ModelOptions extends LayoutOptions {
  /** The bits of a hash that count: for tests, in which states shall collide. */
  readonly hashMask?: bigint;
  readonly share?: Share;
  /** Whether the states have a memory of their own, with addresses of 64 bits. */
  readonly wide?: boolean;
  /** Whether a copy of a thread, by its position in `TransitionSystem.threads`, is compiled; the others rest. */
  readonly mayMove?: MayMove;
}

type MayMove = (copy: { readonly thread: number; readonly replica: number }) => boolean;

export function compileModel(
  system: TransitionSystem,
  { hashMask = allBits, share = alone, wide = false, mayMove = () => true, ...wishes }: ModelOptions = {},
): CompiledModel {
  const layout = layoutOf(system, wishes);
  const sizes = {
    words: layout.words,
    transitions: system.transitions.length,
    properties: system.model.properties.length,
    edges: mostEdges(system),
    choices: Math.max(0, ...system.transitions.map(({ code }) => choicesIn(code))),
  };
  const map = memoryMap(sizes, share);
  const edges: CompiledEdge[] = [];
  const ends = Object.fromEntries(system.threads.map(({ thread, end }) => [thread.name, end]));
  const context = {
    system,
    layout,
    ends,
    map,
    addressType: wide ? 'i64' : 'i32',
    edges,
    words: layout.words,
    hashMask,
    isShared: share.workers > 1,
    isSymmetric: layout.records.length > 0,
  } as const;
  const steps = stepFunctions(system, mayMove, context);
  const functions = [
    ...steps,
    ...propertyFunctions(context),
    ...(context.isSymmetric ? [canonicalFunction(layout)] : []),
    ...visitedFunctions(context),
    dropRecent(context),
    ...batchFunctions(steps, context),
    ...(context.isShared ? [...claimFunctions(context), ...commitFunctions(context)] : []),
  ];
  return {
    layout,
    map,
    edges,
    mostEdges: sizes.edges,
    module: { functions, globals: globalsOf(context), shared: context.isShared, wide },
  };
}

const globalsOf = ({ isShared }: { readonly isShared: boolean }) => [
  ...visitedGlobals,
  ...batchGlobals,
  ...(isShared ? [areasGlobal, ...claimGlobals] : []),
];

/** The largest number of edges that one state can have. */
function mostEdges({ threads }: TransitionSystem): number {
  const waysAt = threads.map(
    ({ thread, locations }) =>
      thread.cpus * Math.max(0, ...locations.map((here) => sum(here.map(({ code }) => waysOf(code))))),
  );
  return sum(waysAt);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function choicesIn(code: Code): number {
  switch (code.kind) {
    case 'goto':
      return 0;
    case 'effects':
      return choicesIn(code.next);
    case 'branch':
      return Math.max(choicesIn(code.then), choicesIn(code.otherwise));
    case 'choose':
      return 1 + choicesIn(code.next);
  }
}

/** Transitions that one function has, if it has several copies: larger functions are not optimised so well. */
const mostTransitions = 128;

/** Functions of several copies each, which read the source once and do without as many calls. */
function stepFunctions(
  system: TransitionSystem,
  mayMove: MayMove,
  context: StepCodeContext,
): readonly WasmFunction[] {
  const movers = system.threads
    .flatMap((thread, at) =>
      Array.from({ length: thread.thread.cpus }, (_, replica) => ({ thread: at, replica, table: thread })),
    )
    .filter(mayMove);
  const parts: Mover[][] = [];
  let room = 0;
  for (const mover of movers) {
    const needed = sum(mover.table.locations.map(({ length }) => length));
    if (parts.length === 0 || needed > room) {
      parts.push([]);
      room = mostTransitions;
    }
    parts.at(-1)!.push(mover);
    room -= needed;
  }
  return parts.map((part, at) => stepFunction(`steps${at}`, part, context));
}
