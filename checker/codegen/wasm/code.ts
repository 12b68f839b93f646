/** WebAssembly as a tree: the code generator builds it, the encoder writes it, the printer shows it. */

export type NumberType = 'i32' | 'i64';

/** A v128 is four numbers of 32 bits, or two of 64. */
export type ValueType = NumberType | 'v128';

/** What a store writes: a value, or the low bits of an i64. */
export type StoredType = ValueType | 'i64:8' | 'i64:16' | 'i64:32';

/** Atomic operators on 32 bits of shared memory. */
export type AtomicOperator = 'load' | 'rmw.add' | 'rmw.cmpxchg';

/** A local variable or parameter; it belongs to the function in whose body it occurs. */
export interface WasmLocal {
  readonly type: ValueType;
  readonly name: string;
}

/** The target of a jump: the end of a block, the beginning of a loop. */
export interface Label {
  readonly name: string;
}

/** Operators on vectors; `bitmask` collects the sign bits. */
export type VectorOperator =
  | `v128.${'or' | 'xor' | 'andnot' | 'any_true'}`
  | `i32x4.${'splat' | 'eq'}`
  /** The numbers of two vectors in one, saturated. */
  | 'i16x8.narrow_i32x4_s'
  | 'i8x16.narrow_i16x8_s'
  | 'i8x16.bitmask';

export type WasmOperator =
  | VectorOperator
  /** The first operand where the third is not 0, else the second; all are computed. */
  | 'select'
  | `i32.${'eqz' | 'eq' | 'ne' | 'ctz' | 'lt_s' | 'lt_u' | 'gt_s' | 'gt_u' | 'le_s' | 'le_u' | 'ge_s' | 'ge_u'}`
  | `i32.${'add' | 'sub' | 'mul' | 'div_s' | 'div_u' | 'rem_s' | 'and' | 'or' | 'xor' | 'shl' | 'shr_s' | 'shr_u'}`
  | `i64.${'eqz' | 'eq' | 'ne' | 'lt_s' | 'lt_u' | 'gt_s' | 'gt_u' | 'le_s' | 'ge_s'}`
  | 'i64.clz'
  | `i64.${'add' | 'sub' | 'mul' | 'div_s' | 'div_u' | 'rem_s' | 'and' | 'or' | 'xor' | 'shl' | 'shr_s' | 'shr_u'}`
  | 'i32.wrap_i64'
  | 'i64.extend_i32_s'
  | 'i64.extend_i32_u';

export type Wasm =
  | { readonly kind: 'i32'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint }
  | { readonly kind: 'operation'; readonly operator: WasmOperator; readonly operands: readonly Wasm[] }
  | { readonly kind: 'get'; readonly local: WasmLocal }
  | { readonly kind: 'set'; readonly local: WasmLocal; readonly value: Wasm }
  | { readonly kind: 'tee'; readonly local: WasmLocal; readonly value: Wasm }
  | { readonly kind: 'global.get'; readonly name: string }
  | { readonly kind: 'global.set'; readonly name: string; readonly value: Wasm }
  | { readonly kind: 'load'; readonly type: ValueType; readonly address: Wasm; readonly offset: number }
  | {
      readonly kind: 'store';
      readonly type: StoredType;
      readonly address: Wasm;
      readonly offset: number;
      readonly value: Wasm;
    }
  /** The operands of 'rmw.cmpxchg' are the expected value and its replacement; it leaves the old value. */
  | {
      readonly kind: 'atomic';
      readonly operator: AtomicOperator;
      readonly address: Wasm;
      readonly offset: number;
      readonly operands: readonly Wasm[];
    }
  /** Orders all stores before it before all stores after it. */
  | { readonly kind: 'fence' }
  | { readonly kind: 'fill'; readonly address: Wasm; readonly bytes: Wasm }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Wasm[] }
  /** The parts in order; the last may leave a value. */
  | { readonly kind: 'sequence'; readonly parts: readonly Wasm[] }
  | { readonly kind: 'block' | 'loop'; readonly label: Label; readonly body: readonly Wasm[] }
  | {
      readonly kind: 'if';
      readonly condition: Wasm;
      readonly then: readonly Wasm[];
      readonly otherwise: readonly Wasm[];
      /** The type of the value that both sides leave, or null. */
      readonly result: NumberType | null;
    }
  | { readonly kind: 'jump'; readonly label: Label }
  | { readonly kind: 'jumpIf'; readonly label: Label; readonly condition: Wasm }
  | {
      readonly kind: 'jumpTable';
      readonly labels: readonly Label[];
      readonly otherwise: Label;
      readonly index: Wasm;
    }
  | { readonly kind: 'return'; readonly value: Wasm | null };

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly WasmLocal[];
  readonly result: NumberType | null;
  readonly body: readonly Wasm[];
  readonly exported: boolean;
}

/**
 * A module that imports a memory, `racewalk.memory`; a wide one imports `racewalk.states` too. An address of 64 bits
 * lies in `states`, an address of 32 bits in `memory`.
 */
export interface WasmModule {
  readonly functions: readonly WasmFunction[];
  /** Exported variables of 32 bits, initially 0. */
  readonly globals: readonly string[];
  /** Whether workers share the memories. */
  readonly shared: boolean;
  readonly wide: boolean;
  /**
   * Up to so many variables of a function, each has a local of its own: to allocate them takes longer than what it saves.
   * Default: 128; tests share all.
   */
  readonly fewLocals?: number | undefined;
}

export const local = (type: ValueType, name: string): WasmLocal => ({ type, name });
export const locals = <const Names extends readonly string[]>(type: ValueType, ...names: Names) =>
  names.map((name) => local(type, name)) as unknown as { readonly [At in keyof Names]: WasmLocal };
export const labelled = (name: string): Label => ({ name });

export const i32 = (value: number): Wasm & { kind: 'i32' } => ({ kind: 'i32', value: value | 0 });
export const i64 = (value: bigint): Wasm & { kind: 'i64' } => ({
  kind: 'i64',
  value: BigInt.asIntN(64, value),
});
export const get = (variable: WasmLocal): Wasm => ({ kind: 'get', local: variable });
export const set = (variable: WasmLocal, value: Wasm): Wasm => ({ kind: 'set', local: variable, value });
export const tee = (variable: WasmLocal, value: Wasm): Wasm => ({ kind: 'tee', local: variable, value });
export const getGlobal = (name: string): Wasm => ({ kind: 'global.get', name });
export const setGlobal = (name: string, value: Wasm): Wasm => ({ kind: 'global.set', name, value });
export const load = (type: ValueType, address: Wasm, offset = 0): Wasm => ({
  kind: 'load',
  type,
  address,
  offset,
});
export const store = (value: Wasm, type: StoredType, address: Wasm, offset = 0): Wasm => ({
  kind: 'store',
  type,
  address,
  offset,
  value,
});
export const atomic = (
  operator: AtomicOperator,
  address: Wasm,
  operands: readonly Wasm[],
  offset = 0,
): Wasm => ({ kind: 'atomic', operator, address, offset, operands });
export const fence: Wasm = { kind: 'fence' };
export const fill = (address: Wasm, bytes: Wasm): Wasm => ({ kind: 'fill', address, bytes });
export const call = (name: string, ...operands: readonly Wasm[]): Wasm => ({ kind: 'call', name, operands });
export const block = (label: Label, ...body: readonly Wasm[]): Wasm => ({ kind: 'block', label, body });
export const loop = (label: Label, ...body: readonly Wasm[]): Wasm => ({ kind: 'loop', label, body });
export const jump = (label: Label): Wasm => ({ kind: 'jump', label });
export const giveBack = (value: Wasm | null = null): Wasm => ({ kind: 'return', value });

export const sequence = (...parts: readonly Wasm[]): Wasm =>
  parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };

export function jumpIf(label: Label, condition: Wasm): Wasm {
  if (condition.kind !== 'i32') return { kind: 'jumpIf', label, condition };
  return condition.value === 0 ? sequence() : jump(label);
}

/** `if (condition) then else otherwise`, without a value. */
export function choose(condition: Wasm, then: readonly Wasm[], otherwise: readonly Wasm[] = []): Wasm {
  if (condition.kind === 'i32') return sequence(...(condition.value === 0 ? otherwise : then));
  return { kind: 'if', condition, then, otherwise, result: null };
}

/** `condition ? then : otherwise`. */
export function either(condition: Wasm, then: Wasm, otherwise: Wasm, result: NumberType = 'i32'): Wasm {
  if (condition.kind === 'i32') return condition.value === 0 ? otherwise : then;
  if (isCheap(then, otherwise)) return operation('select', then, otherwise, condition);
  return { kind: 'if', condition, then: [then], otherwise: [otherwise], result };
}

/** The cost of a mispredicted jump, in operations: cheaper code runs whether it is needed or not. */
const cheap = 20;

/** Whether all of these cost less than a mispredicted jump, and cannot fail. */
function isCheap(...values: readonly Wasm[]): boolean {
  const weights = values.map(plainWeight);
  return (
    weights.every((weight) => weight !== null) && weights.reduce((sum, weight) => sum + weight, 0) < cheap
  );
}

/** `left && right`, of conditions. */
export const bothOf = (left: Wasm, right: Wasm): Wasm =>
  left.kind !== 'i32' && isCheap(right) ? operation('i32.and', left, right) : either(left, right, i32(0));

/** `left || right`, of conditions. */
export const oneOf = (left: Wasm, right: Wasm): Wasm =>
  left.kind !== 'i32' && isCheap(right) ? operation('i32.or', left, right) : either(left, i32(1), right);

/** The operations of code that computes a value from locals and memory and cannot fail; null for other code. */
function plainWeight(code: Wasm): number | null {
  switch (code.kind) {
    case 'i32':
    case 'i64':
    case 'get':
      return 0;
    case 'load': {
      const address = plainWeight(code.address);
      return address === null ? null : address + 1;
    }
    case 'operation': {
      if (dividing.has(code.operator)) return null;
      const weights = code.operands.map(plainWeight);
      return weights.some((weight) => weight === null)
        ? null
        : weights.reduce<number>((sum, weight) => sum + weight!, 1);
    }
    case 'global.get':
    case 'set':
    case 'tee':
    case 'global.set':
    case 'store':
    case 'atomic':
    case 'fence':
    case 'fill':
    case 'call':
    case 'sequence':
    case 'if':
    case 'block':
    case 'loop':
    case 'jump':
    case 'jumpIf':
    case 'jumpTable':
    case 'return':
      return null;
  }
}

/** Operators that trap where the right operand is 0. */
const dividing: ReadonlySet<WasmOperator> = new Set<WasmOperator>([
  'i32.div_s',
  'i32.div_u',
  'i32.rem_s',
  'i64.div_s',
  'i64.div_u',
  'i64.rem_s',
]);

/** `variable += amount`. */
export const increment = (variable: WasmLocal, amount = 1): Wasm =>
  set(variable, operation('i32.add', get(variable), i32(amount)));

export const scaled = (index: Wasm, bytes: number): Wasm => operation('i32.mul', index, i32(bytes));

/** Counts `variable` from `from` up to `to - 1`; evaluates `from` once, and `to` in every round. */
export function count(variable: WasmLocal, from: Wasm, to: Wasm, body: readonly Wasm[]): Wasm {
  const [again, done] = [labelled('again'), labelled('done')];
  return sequence(
    set(variable, from),
    block(
      done,
      loop(
        again,
        jumpIf(done, operation('i32.ge_u', get(variable), to)),
        ...body,
        set(variable, operation('i32.add', get(variable), i32(1))),
        jump(again),
      ),
    ),
  );
}

/** The type of an address, which determines its memory. */
export function addressTypeOf(code: Wasm): NumberType {
  if (code.kind === 'get') return code.local.type === 'i64' ? 'i64' : 'i32';
  if (code.kind === 'sequence') return addressTypeOf(code.parts.at(-1)!);
  return code.kind === 'operation' && code.operator.startsWith('i64') ? 'i64' : 'i32';
}

/** An operation, or its result where the operands are known. */
export function operation(operator: WasmOperator, ...operands: readonly Wasm[]): Wasm {
  const [left, right] = operands;
  if (left?.kind === 'i32' && (right === undefined || right.kind === 'i32')) {
    const folded = fold32(operator, left.value, right?.value ?? 0);
    if (folded !== null) return folded;
  }
  if (right?.kind === 'i32' && right.value === 0 && unchanging.has(operator)) return left!;
  if (right?.kind === 'i64' && right.value === 0n && unchanging.has(operator)) return left!;
  return { kind: 'operation', operator, operands };
}

/** Operators whose result is the left operand where the right one is 0. */
const unchanging: ReadonlySet<WasmOperator> = new Set<WasmOperator>([
  'i32.add',
  'i32.sub',
  'i32.or',
  'i32.shl',
  'i32.shr_u',
  'i64.add',
  'i64.or',
  'i64.xor',
  'i64.shl',
  'i64.shr_u',
]);

/** The result of an operation on known numbers, or null for operators that are not folded. */
function fold32(operator: WasmOperator, left: number, right: number): Wasm | null {
  const result = results32[operator]?.(left, right);
  if (result !== undefined) return i32(Number(result));
  if (operator === 'i64.extend_i32_s') return i64(BigInt(left));
  return operator === 'i64.extend_i32_u' ? i64(BigInt(left >>> 0)) : null;
}

const results32: Partial<Record<WasmOperator, (left: number, right: number) => number | boolean>> = {
  'i32.eqz': (left) => left === 0,
  'i32.eq': (left, right) => left === right,
  'i32.ne': (left, right) => left !== right,
  'i32.lt_s': (left, right) => left < right,
  'i32.gt_s': (left, right) => left > right,
  'i32.le_s': (left, right) => left <= right,
  'i32.ge_s': (left, right) => left >= right,
  'i32.ge_u': (left, right) => left >>> 0 >= right >>> 0,
  'i32.add': (left, right) => left + right,
  'i32.sub': (left, right) => left - right,
  'i32.mul': (left, right) => Math.imul(left, right),
  'i32.div_u': (left, right) => Math.floor((left >>> 0) / (right >>> 0)),
  'i32.and': (left, right) => left & right,
  'i32.or': (left, right) => left | right,
  'i32.xor': (left, right) => left ^ right,
  'i32.shl': (left, right) => left << right,
  'i32.shr_s': (left, right) => left >> right,
};
