/** The control flow of a thread: its statements as instructions that name their successors. */
import type { AnyExpr, LocalReference } from '../language/expression.ts';
import type { Block, Effect, Statement } from '../language/statement.ts';
import { statementsOf, type AnyThread } from '../language/thread.ts';

/** One instruction; `next`, `then` and other successors are positions in `Flow.instructions`. */
export type Instruction = {
  readonly statement: Statement | null;
  /** The atomic block that it stands in, or null. */
  readonly atomic: Statement | null;
} & (
  | {
      readonly kind: 'effects';
      readonly guard: AnyExpr | null;
      readonly effects: readonly Effect[];
      readonly next: number;
    }
  | {
      readonly kind: 'branch';
      readonly condition: AnyExpr;
      readonly then: number;
      readonly otherwise: number;
    }
  | { readonly kind: 'choose'; readonly target: LocalReference; readonly next: number }
  | { readonly kind: 'either'; readonly alternatives: readonly number[] }
  | { readonly kind: 'atomically'; readonly first: number }
  | { readonly kind: 'pass'; readonly next: number }
  | { readonly kind: 'end' }
);

export interface Flow {
  readonly instructions: readonly Instruction[];
  readonly entry: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type PassInstruction = Mutable<Instruction & { kind: 'pass' }>;

/** The context in which a block is compiled. */
interface FlowContext {
  readonly instructions: Instruction[];
  readonly labels: ReadonlyMap<string, { readonly at: number; readonly pass: PassInstruction }>;
  readonly atomic: Statement | null;
}

export function flowOf(thread: AnyThread): Flow {
  const instructions: Instruction[] = [];
  const end = emit(instructions, { kind: 'end', statement: null, atomic: null });
  const labels = new Map<string, { at: number; pass: PassInstruction }>();
  for (const statement of statementsOf(thread.body))
    if (statement.kind === 'label') labels.set(statement.name, emitPass(instructions, statement));
  return { entry: compileBlock(thread.body, end, { instructions, labels, atomic: null }), instructions };
}

function emit(instructions: Instruction[], instruction: Instruction): number {
  return instructions.push(instruction) - 1;
}

/** A target for jumps whose instruction is not compiled yet. */
function emitPass(instructions: Instruction[], statement: Statement): { at: number; pass: PassInstruction } {
  const pass: PassInstruction = { kind: 'pass', statement, atomic: null, next: -1 };
  return { at: emit(instructions, pass), pass };
}

/** Compiles from the last statement to the first, so that the successor is known; returns the entry. */
function compileBlock(block: Block, next: number, context: FlowContext): number {
  return block.reduceRight((successor, statement) => compile(statement, successor, context), next);
}

const compileAll = (blocks: readonly Block[], next: number, context: FlowContext) =>
  blocks.map((part) => compileBlock(part, next, context));

function compile(statement: Statement, next: number, context: FlowContext): number {
  const { instructions, labels, atomic } = context;
  const own = { statement, atomic };
  switch (statement.kind) {
    case 'step':
      return emit(instructions, {
        ...own,
        kind: 'effects',
        guard: statement.guard,
        effects: statement.effects,
        next,
      });
    case 'barrier':
    case 'note':
      return emit(instructions, { ...own, kind: 'effects', guard: null, effects: [], next });
    case 'branch':
      return compileBranch(statement, next, context);
    case 'choose':
      return emit(instructions, { ...own, kind: 'choose', target: statement.target, next });
    case 'either':
      return emit(instructions, {
        ...own,
        kind: 'either',
        alternatives: compileAll(statement.alternatives, next, context),
      });
    case 'loop':
      return compileLoop(statement, next, context);
    case 'forever':
      return compileForever(statement, context);
    case 'atomically':
      return emit(instructions, {
        ...own,
        kind: 'atomically',
        first: compileBlock(statement.body, next, { ...context, atomic: statement }),
      });
    case 'label': {
      const { at, pass } = labels.get(statement.name)!;
      pass.next = next;
      return at;
    }
    case 'goto':
      return labels.get(statement.label)!.at;
  }
}

function compileBranch(
  statement: Statement & { kind: 'branch' },
  next: number,
  context: FlowContext,
): number {
  const [then, otherwise] = compileAll([statement.then, statement.otherwise], next, context) as [
    number,
    number,
  ];
  const { condition } = statement;
  return emit(context.instructions, {
    kind: 'branch',
    statement,
    atomic: context.atomic,
    condition,
    then,
    otherwise,
  });
}

function compileForever(statement: Statement & { kind: 'forever' }, context: FlowContext): number {
  const head = emitPass(context.instructions, statement);
  head.pass.next = compileBlock(statement.body, head.at, context);
  return head.at;
}

/** variable = low; body; while (variable != high) { variable++; body } */
function compileLoop(statement: Statement & { kind: 'loop' }, next: number, context: FlowContext): number {
  const { variable, body } = statement;
  const { instructions } = context;
  const { low, high } = variable.domain as { low: number; high: number };
  const own = { statement, atomic: context.atomic };
  const number = (value: number): AnyExpr => ({ kind: 'constant', value });
  const assign = (value: AnyExpr, successor: number) =>
    emit(instructions, {
      ...own,
      kind: 'effects',
      guard: null,
      effects: [{ kind: 'set', target: variable, value }],
      next: successor,
    });
  const head = emitPass(instructions, statement);
  const again = assign({ kind: 'binary', operator: '+', left: variable, right: number(1) }, head.at);
  const condition: AnyExpr = { kind: 'binary', operator: '!=', left: variable, right: number(high) };
  const test = emit(instructions, { ...own, kind: 'branch', condition, then: again, otherwise: next });
  head.pass.next = compileBlock(body, test, context);
  return assign(number(low), head.at);
}

/** The positions of the instructions that may come next. */
export function successorsOf(instruction: Instruction): readonly number[] {
  switch (instruction.kind) {
    case 'effects':
    case 'choose':
    case 'pass':
      return [instruction.next];
    case 'branch':
      return [instruction.then, instruction.otherwise];
    case 'either':
      return instruction.alternatives;
    case 'atomically':
      return [instruction.first];
    case 'end':
      return [];
  }
}
