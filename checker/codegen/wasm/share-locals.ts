/**
 * Allocates the variables of a function to its locals. Engines track all locals at each jump, so the time and memory
 * of compilation grow with their product, and generated code has thousands of variables that live for a few
 * operations.
 */
import type { WasmLocal, ValueType, Wasm, WasmFunction } from './code.ts';

/**
 * The lifetime of a variable, in positions of the order of execution; it includes all of a loop that it enters alive.
 */
interface Lifetime {
  readonly first: number;
  last: number;
  /**
   * Whether a write in the same block or an enclosing one precedes each read: else a read may find an earlier value.
   */
  isTemporary: boolean;
}

interface LifetimeWalk {
  position: number;
  readonly uses: Map<WasmLocal, Lifetime>;
  /** Variables that every path has written; `inBlock` has those of each open block, the innermost last. */
  readonly written: Set<WasmLocal>;
  readonly inBlock: WasmLocal[];
  /** The enclosing loops: the position where each begins, and the variables used in it that began before. */
  readonly loops: { readonly first: number; readonly from: Set<WasmLocal> }[];
}

export interface SharedLocals {
  /** The number of each variable; parameters come first. */
  readonly numbers: Map<WasmLocal, number>;
  /** The types of the locals behind the parameters. */
  readonly types: ValueType[];
}

/** Variables whose lifetimes do not overlap share a local. */
export function localsOf({ parameters, body }: WasmFunction): SharedLocals {
  const walk: LifetimeWalk = {
    position: 0,
    uses: new Map(),
    written: new Set(parameters),
    inBlock: [],
    loops: [],
  };
  visitAll(body, walk);
  const numbers = new Map(parameters.map((parameter, at) => [parameter, at]));
  const places: { readonly type: ValueType; last: number }[] = [];
  for (const [variable, { first, last, isTemporary }] of walk.uses) {
    if (numbers.has(variable)) continue;
    const { type } = variable;
    const free = isTemporary ? places.findIndex((place) => place.type === type && place.last < first) : -1;
    const at = free === -1 ? places.push({ type, last: 0 }) - 1 : free;
    places[at]!.last = isTemporary ? last : Infinity;
    numbers.set(variable, parameters.length + at);
  }
  return { numbers, types: places.map(({ type }) => type) };
}

function visitAll(parts: readonly Wasm[], walk: LifetimeWalk): void {
  for (const part of parts) visit(part, walk);
}

/** Visits code in the order of execution, which is that of its encoding. */
function visit(code: Wasm, walk: LifetimeWalk): void {
  switch (code.kind) {
    case 'get':
      use(code.local, walk);
      if (!walk.written.has(code.local)) walk.uses.get(code.local)!.isTemporary = false;
      return;
    case 'set':
    case 'tee':
      visit(code.value, walk);
      use(code.local, walk);
      write(code.local, walk);
      return;
    case 'block':
    case 'loop':
    case 'if':
      visitBlocks(code, walk);
      return;
    case 'i32':
    case 'i64':
    case 'global.get':
    case 'global.set':
    case 'load':
    case 'store':
    case 'atomic':
    case 'fence':
    case 'fill':
    case 'operation':
    case 'call':
    case 'sequence':
    case 'jump':
    case 'jumpIf':
    case 'jumpTable':
    case 'return':
      visitAll(partsOf(code), walk);
  }
}

type PlainOperation = Exclude<Wasm, { kind: 'get' | 'set' | 'tee' | 'block' | 'loop' | 'if' }>;

/** The code that runs before an operation that is neither on a variable nor a block. */
function partsOf(code: PlainOperation): readonly Wasm[] {
  switch (code.kind) {
    case 'i32':
    case 'i64':
    case 'global.get':
    case 'fence':
    case 'jump':
      return [];
    case 'global.set':
      return [code.value];
    case 'load':
      return [code.address];
    case 'store':
      return [code.address, code.value];
    case 'atomic':
      return [code.address, ...code.operands];
    case 'fill':
      return [code.address, code.bytes];
    case 'operation':
    case 'call':
      return code.operands;
    case 'sequence':
      return code.parts;
    case 'jumpIf':
      return [code.condition];
    case 'jumpTable':
      return [code.index];
    case 'return':
      return code.value === null ? [] : [code.value];
  }
}

function visitBlocks(code: Wasm & { kind: 'block' | 'loop' | 'if' }, walk: LifetimeWalk): void {
  switch (code.kind) {
    case 'block':
      visitInside(code.body, walk);
      return;
    case 'loop': {
      const from = new Set<WasmLocal>();
      walk.loops.push({ first: walk.position, from });
      visitInside(code.body, walk);
      walk.loops.pop();
      // The next round may read them again.
      for (const variable of from) walk.uses.get(variable)!.last = walk.position;
      return;
    }
    case 'if':
      visit(code.condition, walk);
      visitInside(code.then, walk);
      visitInside(code.otherwise, walk);
  }
}

/** A jump may skip the writes of a block: behind it, they do not count. */
function visitInside(body: readonly Wasm[], walk: LifetimeWalk): void {
  const outside = walk.inBlock.length;
  visitAll(body, walk);
  for (const variable of walk.inBlock.splice(outside)) walk.written.delete(variable);
}

function use(variable: WasmLocal, walk: LifetimeWalk): void {
  const { uses, loops } = walk;
  const position = walk.position++;
  const known = uses.get(variable) ?? { first: position, last: position, isTemporary: true };
  known.last = position;
  uses.set(variable, known);
  loops.find(({ first }) => known.first < first)?.from.add(variable);
}

function write(variable: WasmLocal, walk: LifetimeWalk): void {
  if (!walk.written.has(variable)) walk.inBlock.push(variable);
  walk.written.add(variable);
}
