/** A model as one WebAssembly module: its steps, its properties and its visited set. */
import { waysOf } from '../program/initial-states.ts';
import { computed } from '../program/code-walk.ts';
import type { AnyExpr } from '../language/expression.ts';
import type { Code, TransitionSystem } from '../program/transition-system.ts';
import type { CompactFormat, CompactOptions } from './layout/compact-format.ts';
import { foldingOf, type Folding, type FoldingOptions } from './layout/folding.ts';
import { layoutOf, type Layout, type LayoutOptions } from './layout/layout.ts';
import type { WasmModule } from './wasm/code.ts';
import {
  alone,
  MemoryEmitter,
  memoryMap,
  type MemoryMap,
  type Share,
  type StoredStates,
} from './memory-map.ts';
import { canonicalFunctions } from './step/canonical-form.ts';
import { PropertyEmitter } from './step/properties.ts';
import { conditionFunctions } from './step/conditions.ts';
import { StepEmitter, type CompiledEdge, type LabelOf, type MayMove } from './step/step.ts';
import { VisitedSetEmitter } from './visited-set/visited-set.ts';

export interface CompiledModel {
  readonly layout: Layout;
  /** How stored states are folded, or null where they are not. */
  readonly folding: Folding | null;
  /** How stored states are compacted, or null where they are not. */
  readonly format: CompactFormat | null;
  /** The workers that may share the memory: one where states are folded. */
  readonly workers: number;
  readonly map: MemoryMap;
  /** By the edge number of a mark or finding. */
  readonly edges: readonly CompiledEdge[];
  /** The largest number of edges that one state can have. */
  readonly mostEdges: number;
  readonly module: WasmModule;
}

export interface ModelOptions extends LayoutOptions {
  /** The bits of a hash that count, for tests in which states collide; default: all. */
  readonly hashMask?: bigint | undefined;
  /** As `WasmModule.fewLocals` says. */
  readonly fewLocals?: number | undefined;
  /** The workers that share the memory, and the sizes of their areas. */
  readonly share?: Share;
  /** How to fold states that have wide arrays; null: states are stored as they are. Folding takes one worker. */
  readonly fold?: FoldingOptions | null;
  /** How to compact states; null: they are stored as they are, or folded. Folded states are not compacted. */
  readonly compact?: CompactOptions | null;
  /** Whether the states have a memory of their own, with addresses of 64 bits. */
  readonly wide?: boolean;
  readonly mayMove?: MayMove;
  /** The label of each edge, stored beside its successor; null: edges have none. */
  readonly labelOf?: LabelOf | null;
  /** Conditions that `condition0`, `condition1` ... judge. */
  readonly conditions?: readonly AnyExpr[];
}

export function compileModel(system: TransitionSystem, options: ModelOptions = {}): CompiledModel {
  const {
    hashMask,
    fewLocals,
    share: wanted = alone,
    wide = false,
    mayMove = () => true,
    ...others
  } = options;
  const { labelOf = null, conditions = [], fold = null, compact = null, ...wishes } = others;
  const sizes = {
    transitions: system.transitions.length,
    properties: system.model.properties.length,
    edges: mostEdges(system),
    labelled: labelOf !== null,
    choices: Math.max(0, ...system.transitions.map(({ code }) => choicesIn(code))),
  };
  const { layout, folding } = layoutFor(system, wishes, fold);
  const share = folding === null ? wanted : { ...wanted, workers: 1 };
  const { words } = layout;
  const stored = storedStates(folding, compact?.format ?? null);
  const map = memoryMap({ ...sizes, words, stored }, share);
  const shared = share.workers > 1;
  const isSymmetric = layout.records.length > 0;
  const memory = new MemoryEmitter(map, wide ? 'i64' : 'i32', shared);
  const steps = new StepEmitter(system, layout, memory, labelOf);
  const visitedSet = new VisitedSetEmitter(memory, { folding, compact, isSymmetric, hashMask });
  const stepFunctions = steps.functions(mayMove);
  const functions = [
    ...stepFunctions,
    ...new PropertyEmitter(system, layout, memory).functions(),
    ...(isSymmetric ? canonicalFunctions(layout, memory) : []),
    ...visitedSet.functions(stepFunctions),
    ...conditionFunctions({ system, layout, memory, table: visitedSet.table, conditions }),
  ];
  const module = { functions, globals: visitedSet.globals, shared, wide, fewLocals };
  return {
    layout,
    folding,
    format: compact?.format ?? null,
    workers: share.workers,
    map,
    edges: steps.edges,
    mostEdges: sizes.edges,
    module,
  };
}

/** The layout with copies in records if it has no more words and its states are not folded. */
function layoutFor(system: TransitionSystem, options: LayoutOptions, fold: FoldingOptions | null) {
  const { together = null, ...others } = options;
  const layout = layoutOf(system, others);
  const folding = fold === null ? null : foldingOf(layout, fold);
  if (folding !== null || together === null) return { layout, folding };
  const grouped = layoutOf(system, { ...others, together });
  return { layout: grouped.words <= layout.words ? grouped : layout, folding };
}

function storedStates(folding: Folding | null, format: CompactFormat | null): StoredStates {
  if (folding !== null) return { kind: 'folded', bytes: folding.words * 8 };
  if (format === null) return { kind: 'plain' };
  return { kind: 'compact', bytes: format.bytes, numbersBytes: format.tablesBytes };
}

/** The largest number of edges that one state can have. */
function mostEdges({ threads }: TransitionSystem): number {
  const waysAt = threads.map(
    ({ thread, locations }) =>
      thread.cpus * Math.max(0, ...locations.map((here) => sum(here.map(({ code }) => waysOf(code))))),
  );
  return sum(waysAt);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const choicesIn = (code: Code): number =>
  computed<number>(code, (node, of) => {
    switch (node.kind) {
      case 'goto':
        return 0;
      case 'effects':
        return of(node.next);
      case 'branch':
        return Math.max(of(node.then), of(node.otherwise));
      case 'choose':
        return 1 + of(node.next);
    }
  });
