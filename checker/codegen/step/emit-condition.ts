/** Generated code of conditions: 1 or 0, with one compare for all the cells of a word that it can take together. */
import { runsOf, type Condition, type Combined } from './condition.ts';
import { fusedAll, fusedAny, type FieldTest } from './field-test.ts';
import { bothOf, i32, i64, oneOf, operation, type Wasm } from '../wasm/code.ts';

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

/** Codes of parts whose order is free: the tests come first, as one. */
function runCodes(kind: Combined['kind'], run: readonly Condition[]): readonly Wasm[] {
  const tests = run.filter((part) => part.kind === 'test');
  const others = run.filter((part) => part.kind !== 'test').map(conditionCode);
  if (tests.length === 0) return others;
  const fused = kind === 'all' ? fusedAll(tests) : fusedAny(tests);
  if (fused === null) return [i32(Number(kind === 'any'))];
  return [fused.map(testCode).reduce(kind === 'all' ? bothOf : oneOf), ...others];
}

/** A compare of 32 bits wherever the mask spans no more: a constant of 64 is an instruction of its own. */
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
