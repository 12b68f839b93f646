/** A model as one WebAssembly module: its steps, its properties and its visited set. */
import type { Code, TransitionTable } from '../analysis/transition-table.ts';
import { sizeOf } from '../language/domain.ts';
import type { Layout } from './layout.ts';
import { layoutOf } from './layout.ts';
import type { NumberType, WasmFunction, WasmModule } from './wasm-code.ts';
import { batchFunctions, batchGlobals } from './wasm-batch.ts';
import type { MemoryMap } from './wasm-memory.ts';
import { memoryMap } from './wasm-memory.ts';
import { propertyFunctions } from './wasm-properties.ts';
import type { CompiledEdge, StepContext } from './wasm-step.ts';
import { stepFunction } from './wasm-step.ts';
import { allBits, visitedGlobals } from './wasm-table.ts';
import { visitedFunctions } from './wasm-visited.ts';

export interface CompiledModel {
  readonly layout: Layout;
  readonly map: MemoryMap;
  /** What an edge number in a mark or finding stands for. */
  readonly edges: readonly CompiledEdge[];
  readonly module: WasmModule;
}

/** `hashMask` is for tests: with few bits, states collide. */
export function compileModel(table: TransitionTable, hashMask: bigint = allBits): CompiledModel {
  const addressType: NumberType = 'i32';
  const layout = layoutOf(table);
  const map = memoryMap({
    words: layout.words,
    transitions: table.transitions.length,
    properties: table.model.properties.length,
    edges: mostEdges(table),
    choices: Math.max(0, ...table.transitions.map(({ code }) => choicesIn(code))),
  });
  const edges: CompiledEdge[] = [];
  const ends = Object.fromEntries(table.threads.map(({ thread, end }) => [thread.name, end]));
  const context = { table, layout, ends, map, addressType, edges, words: layout.words, hashMask } as const;
  const steps = stepFunctions(table, context);
  const functions = [
    ...steps,
    ...propertyFunctions(context),
    ...visitedFunctions(context),
    ...batchFunctions(steps, context),
  ];
  return {
    layout,
    map,
    edges,
    module: { functions, globals: [...visitedGlobals, ...batchGlobals], sharedPages: null },
  };
}

/** The largest number of edges that one state can have. */
function mostEdges({ threads }: TransitionTable): number {
  const waysAt = threads.map(
    ({ thread, locations }) =>
      thread.cpus * Math.max(0, ...locations.map((here) => sum(here.map(({ code }) => waysOf(code))))),
  );
  return sum(waysAt);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function waysOf(code: Code): number {
  switch (code.kind) {
    case 'goto':
      return 1;
    case 'effects':
      return waysOf(code.next);
    case 'branch':
      return Math.max(waysOf(code.then), waysOf(code.otherwise));
    case 'choose':
      return sizeOf(code.target.domain) * waysOf(code.next);
  }
}

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

function stepFunctions(table: TransitionTable, context: StepContext): readonly WasmFunction[] {
  return table.threads.flatMap((thread, at) =>
    Array.from({ length: thread.thread.cpus }, (_, replica) =>
      stepFunction(`step${at}copy${replica}`, { thread: at, replica, table: thread }, context),
    ),
  );
}
