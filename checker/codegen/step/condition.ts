/** Conditions in a normal form: negations stand at the leaves, and a test that several parts share stands once. */
import { isSame, opposite, type FieldTest } from './field-test.ts';
import { operation, type WasmOperator, type Wasm } from '../wasm/code.ts';

/** What cannot fail may be evaluated at any time; the rest only when its turn comes, from the left, as in C. */
export type Condition =
  | FieldTest
  /** Code that leaves 1 or 0. */
  | { readonly kind: 'code'; readonly code: Wasm; readonly canFail: boolean }
  | Combined;

/** Of no parts, `all` is true and `any` is false. */
export interface Combined {
  readonly kind: 'all' | 'any';
  readonly parts: readonly Condition[];
  readonly canFail: boolean;
}

export const known = (value: boolean): Condition => ({
  kind: value ? 'all' : 'any',
  parts: [],
  canFail: false,
});

/** What a condition is in every state, or null where that depends. */
export function valueOf(condition: Condition): boolean | null {
  const isKnown = (condition.kind === 'all' || condition.kind === 'any') && condition.parts.length === 0;
  return isKnown ? condition.kind === 'all' : null;
}

export function coded(code: Wasm): Condition {
  return code.kind === 'i32' ? known(code.value !== 0) : { kind: 'code', code, canFail: mayLeave(code) };
}

export function negation(condition: Condition): Condition {
  switch (condition.kind) {
    case 'test':
      return opposite(condition);
    case 'code':
      return { ...condition, code: negated(condition.code) };
    case 'all':
    case 'any':
      return { ...condition, kind: dual[condition.kind], parts: condition.parts.map(negation) };
  }
}

const dual = { all: 'any', any: 'all' } as const;

function negated(code: Wasm): Wasm {
  if (code.kind !== 'operation') return operation('i32.eqz', code);
  const { operator, operands } = code;
  if (operator === 'i32.eqz') return operands[0]!;
  const inverse = inverses[operator];
  return inverse === undefined ? operation('i32.eqz', code) : operation(inverse, ...operands);
}

const inverses: Partial<Record<WasmOperator, WasmOperator>> = {
  'i32.eq': 'i32.ne',
  'i32.ne': 'i32.eq',
  'i32.lt_s': 'i32.ge_s',
  'i32.ge_s': 'i32.lt_s',
  'i32.gt_s': 'i32.le_s',
  'i32.le_s': 'i32.gt_s',
};

export function combined(kind: Combined['kind'], given: readonly Condition[]): Condition {
  const flat = given.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const deciding = flat.findIndex((part) => decides(kind, part));
  const parts = runsOf(deciding < 0 ? flat : flat.slice(0, deciding + 1)).flatMap((run) =>
    factored(kind, run),
  );
  return parts.length === 1 ? parts[0]! : { kind, parts, canFail: parts.some(canFail) };
}

/** Whether nothing behind this part matters: false among `all`, true among `any`. */
const decides = (kind: Combined['kind'], part: Condition) => valueOf(part) === (kind === 'any');

const canFail = (part: Condition) => part.kind !== 'test' && part.canFail;

/** Neighbours whose order is free; what can fail stands alone. */
export function runsOf(parts: readonly Condition[]): readonly (readonly Condition[])[] {
  const runs: Condition[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last === undefined || canFail(part) || canFail(last[0]!)) runs.push([part]);
    else last.push(part);
  }
  return runs;
}

/** Parts whose order is free, with what they share taken out: `a && b || a && c` is `a && (b || c)`, and the dual. */
function factored(kind: Combined['kind'], run: readonly Condition[]): readonly Condition[] {
  if (run.length === 1) return run;
  const last = run.at(-1)!;
  if (decides(kind, last)) return [last];
  const other = dual[kind];
  const [first, ...others] = run.map((part) => (part.kind === other ? part.parts : [part]));
  const shared = first!.filter((part) => others.every((inside) => has(inside, part)));
  if (shared.length === 0) return run;
  const rests = [first!, ...others].map((inside) =>
    combined(
      other,
      inside.filter((part) => !has(shared, part)),
    ),
  );
  return [combined(other, [...shared, combined(kind, rests)])];
}

const has = (parts: readonly Condition[], wanted: Condition) => parts.some((part) => isSame(part, wanted));

/** Whether code does more than compute a value; a loop, which jumps, counts as if it did. */
function mayLeave(code: Wasm): boolean {
  switch (code.kind) {
    case 'i32':
    case 'i64':
    case 'get':
    case 'global.get':
      return false;
    case 'set':
    case 'tee':
      return mayLeave(code.value);
    case 'load':
      return mayLeave(code.address);
    case 'operation':
      return code.operands.some(mayLeave);
    case 'sequence':
      return code.parts.some(mayLeave);
    case 'if':
      return [code.condition, ...code.then, ...code.otherwise].some(mayLeave);
    case 'global.set':
    case 'store':
    case 'atomic':
    case 'fence':
    case 'fill':
    case 'call':
    case 'block':
    case 'loop':
    case 'jump':
    case 'jumpIf':
    case 'jumpTable':
    case 'return':
      return true;
  }
}
