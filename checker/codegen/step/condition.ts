/**
 * Conditions in a normal form, and their code. Negations stand at the leaves, a part that several parts share stands
 * once, and one comparison tests all cells of a word that it can.
 */
import {
  bothOf,
  i32,
  i64,
  jump,
  jumpIf,
  oneOf,
  operation,
  sequence,
  type Label,
  type Wasm,
  type WasmOperator,
} from '../wasm/code.ts';

/**
 * Whether `word & mask` equals `value`, or whether it does not.
 *
 * Shape:  `word` is code of 64 bits that cannot fail; `value` lies within `mask`, which is not 0. A test of one bit
 *         is a test for equality, so that equal tests have one form.
 */
interface FieldTest {
  readonly kind: 'test';
  readonly word: Wasm;
  readonly mask: bigint;
  readonly value: bigint;
  readonly isEqual: boolean;
}

function opposite(test: FieldTest): FieldTest {
  const { mask, value } = test;
  return isSingleBit(mask) ? { ...test, value: value ^ mask } : { ...test, isEqual: !test.isEqual };
}

const isSingleBit = (mask: bigint) => (mask & (mask - 1n)) === 0n;

/** Fewer tests with the same conjunction, or null where it is false in every state. */
function fusedAll(tests: readonly FieldTest[]): readonly FieldTest[] | null {
  const fused: FieldTest[] = [];
  for (const test of tests) {
    const at = test.isEqual ? fused.findIndex((other) => other.isEqual && isSame(other.word, test.word)) : -1;
    if (at < 0) fused.push(test);
    else {
      const { word, mask, value } = fused[at]!;
      if (((value ^ test.value) & mask & test.mask) !== 0n) return null;
      fused[at] = { ...test, word, mask: mask | test.mask, value: value | test.value };
    }
  }
  return fused;
}

/** Fewer tests with the same disjunction, or null where it is true in every state. */
const fusedAny = (tests: readonly FieldTest[]): readonly FieldTest[] | null =>
  fusedAll(tests.map(opposite))?.map(opposite) ?? null;

/** Whether two trees are equal. A node without a kind, such as a local, equals only itself. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((part, at) => isSame(part, right[at]));
  return (
    isNode(left) &&
    isNode(right) &&
    left.kind === right.kind &&
    Object.entries(left).every(([name, part]) => isSame(part, right[name]))
  );
}

/** Whether a node occurs in a tree. */
export const mentions = (tree: unknown, wanted: unknown): boolean =>
  tree === wanted ||
  (typeof tree === 'object' && tree !== null && Object.values(tree).some((part) => mentions(part, wanted)));

type TestNode = Readonly<Record<string, unknown>>;

const isNode = (thing: unknown): thing is TestNode =>
  typeof thing === 'object' && thing !== null && 'kind' in thing;

/** A condition that cannot fail may be evaluated at any time; the others in their order from the left, as in C. */
export type Condition =
  | FieldTest
  /** Code that leaves 1 or 0. */
  | { readonly kind: 'code'; readonly code: Wasm; readonly canFail: boolean }
  | Combined;

/** Without parts, `all` is true and `any` is false. */
interface Combined {
  readonly kind: 'all' | 'any';
  readonly parts: readonly Condition[];
  readonly canFail: boolean;
}

export const known = (value: boolean): Condition => ({
  kind: value ? 'all' : 'any',
  parts: [],
  canFail: false,
});

export const isCombined = (condition: Condition): condition is Combined =>
  condition.kind === 'all' || condition.kind === 'any';

/** The value of a condition that is the same in every state, else null. */
export function valueOf(condition: Condition): boolean | null {
  return isCombined(condition) && condition.parts.length === 0 ? condition.kind === 'all' : null;
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
  'i64.eq': 'i64.ne',
  'i64.ne': 'i64.eq',
  'i64.lt_s': 'i64.ge_s',
  'i64.ge_s': 'i64.lt_s',
  'i64.gt_s': 'i64.le_s',
  'i64.le_s': 'i64.gt_s',
};

export function combined(kind: Combined['kind'], given: readonly Condition[]): Condition {
  const flat = given.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const deciding = flat.findIndex((part) => decides(kind, part));
  const parts = runsOf(deciding < 0 ? flat : flat.slice(0, deciding + 1)).flatMap((run) =>
    factored(kind, run),
  );
  return parts.length === 1 ? parts[0]! : { kind, parts, canFail: parts.some(canFail) };
}

/** Whether this part decides the whole: false in `all`, true in `any`. */
const decides = (kind: Combined['kind'], part: Condition) => valueOf(part) === (kind === 'any');

export const canFail = (part: Condition) => part.kind !== 'test' && part.canFail;

/** Groups of neighbours whose order is free; a part that can fail is a group of its own. */
function runsOf(parts: readonly Condition[]): readonly (readonly Condition[])[] {
  const runs: Condition[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last === undefined || canFail(part) || canFail(last[0]!)) runs.push([part]);
    else last.push(part);
  }
  return runs;
}

/** Factors the parts that all parts of a group share: `a && b || a && c` is `a && (b || c)`, and the dual. */
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

/** Whether code does more than compute a value; a loop, which jumps, counts as more. */
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

export function conditionCode(condition: Condition): Wasm {
  switch (condition.kind) {
    case 'test':
      return testCode(condition);
    case 'code':
      return condition.code;
    case 'all':
    case 'any':
      return combinedCode(condition);
  }
}

function combinedCode({ kind, parts }: Combined): Wasm {
  const join = kind === 'all' ? bothOf : oneOf;
  const codes = runsOf(parts).flatMap((run) => runCodes(kind, run));
  return codes.length === 0
    ? i32(Number(kind === 'all'))
    : codes.reduceRight((rest, code) => join(code, rest));
}

/** The code of a group: its tests first, fused, then the other parts. */
function runCodes(kind: Combined['kind'], run: readonly Condition[]): readonly Wasm[] {
  const { tests, others } = fusedRun(kind, run);
  if (tests === null) return [i32(Number(kind === 'any'))];
  const codes = tests.map(testCode);
  const together = codes.length === 0 ? [] : [codes.reduce(kind === 'all' ? bothOf : oneOf)];
  return [...together, ...others.map(conditionCode)];
}

/** The fused tests of a group, null where they decide the whole, and its other parts. */
function fusedRun(kind: Combined['kind'], run: readonly Condition[]) {
  const tests = run.filter((part) => part.kind === 'test');
  const others = run.filter((part) => part.kind !== 'test');
  return { tests: kind === 'all' ? fusedAll(tests) : fusedAny(tests), others };
}

/**
 * Code that jumps where a condition is false: a jump for each part of a conjunction, which costs least where a
 * processor predicts it.
 */
export function jumpUnless(label: Label, condition: Condition): Wasm {
  if (condition.kind !== 'all') return jumpIf(label, conditionCode(negation(condition)));
  const jumps = runsOf(condition.parts).flatMap((run) => {
    const { tests, others } = fusedRun('all', run);
    return tests === null ? [jump(label)] : [...tests, ...others].map((part) => jumpUnless(label, part));
  });
  return sequence(...jumps);
}

/** A comparison of 32 bits where the mask spans no more: a constant of 64 bits costs an instruction. */
function testCode({ word, mask, value, isEqual }: FieldTest): Wasm {
  const bits = BigInt.asUintN(64, mask);
  const operator = isEqual ? 'eq' : 'ne';
  const lowest = BigInt((bits & -bits).toString(2).length - 1);
  const isSingle = bits >> lowest === 1n;
  const shift = bits >> 32n === 0n && !isSingle ? 0n : lowest;
  if ((bits >> shift) >> 32n !== 0n)
    return operation(`i64.${operator}`, operation('i64.and', word, i64(mask)), i64(value));
  const narrow = (wide: bigint) => i32(Number(BigInt.asIntN(32, wide >> shift)));
  const shifted = operation('i32.wrap_i64', operation('i64.shr_u', word, i64(shift)));
  const masked = operation('i32.and', shifted, narrow(bits));
  if (!isSingle) return operation(`i32.${operator}`, masked, narrow(value));
  return value === 0n ? operation('i32.eqz', masked) : masked;
}

/** Whether two conditions are equal, or differ. */
export function sameTruth(operator: '==' | '!=', left: Condition, right: Condition): Condition {
  const wanted = operator === '==';
  if (valueOf(left) !== null) return valueOf(left) === wanted ? right : negation(right);
  if (valueOf(right) !== null) return valueOf(right) === wanted ? left : negation(left);
  return coded(operation(wanted ? 'i32.eq' : 'i32.ne', conditionCode(left), conditionCode(right)));
}
