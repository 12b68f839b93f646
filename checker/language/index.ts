/**
 * The language in which models are written: what a model file imports.
 *
 * @module racewalk
 */
export { cost } from './cost.ts';
export type { Cost } from './cost.ts';
export { bool, growing, index, range, values } from './domain.ts';
export type { Domain, Value } from './domain.ts';
export {
  add,
  and,
  bitAnd,
  bitOr,
  bitXor,
  claim,
  conditional,
  div,
  eq,
  ge,
  gt,
  implies,
  le,
  lt,
  mod,
  mul,
  ne,
  never,
  not,
  or,
  say,
  shl,
  shr,
  sub,
  wrap,
} from './expression.ts';
export type { Expr, Operand } from './expression.ts';
export { eventually, leadsTo } from './liveness.ts';
export type { Fairness } from './liveness.ts';
export { ModelError } from './model-error.ts';
export { defineModel } from './define-model.ts';
export type { AnyDefinition, Parts, Scenario, Survivors } from './model.ts';
export { flag, integer, oneOf } from './option.ts';
export { always, atEnd, ended, exists, forAll, reachable } from './property.ts';
export {
  acquire,
  assert,
  atomically,
  branch,
  choose,
  count,
  dec,
  each,
  either,
  forever,
  full,
  goto,
  ifdef,
  inc,
  label,
  loop,
  note,
  relaxed,
  release,
  set,
  smpMb,
  smpRmb,
  smpWmb,
  step,
  wait,
  when,
} from './statement.ts';
export type { Effect, Statement, Text } from './statement.ts';
export { thread } from './thread.ts';
export type { Thread } from './thread.ts';
export { array, init, records, shared, through } from './variable.ts';
export type { ArrayVariable, RecordArray, Variable } from './variable.ts';
