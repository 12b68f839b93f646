/** Generated code of one copy of a thread: from a state, all successors by its transitions. */
import type { Code, ThreadTable, Transition } from '../../program/transition-system.ts';
import { sizeOf } from '../../language/domain.ts';
import type { Layout } from '../layout/layout.ts';
import { isTwin } from './canonical-form.ts';
import { ownAddress } from '../visited-set/areas.ts';
import { addToCell, inLocals, inMemory, readCell, wordsAt, type Words } from '../layout/cells.ts';
import {
  block,
  call,
  count,
  get,
  i32,
  i64,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type Label,
  type WasmLocal,
  type NumberType,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { compileEffects, compileOrdinal } from './effects.ts';
import { compileNegation, type ExpressionContext } from './expression.ts';
import type { MemoryMap } from '../memory-map.ts';

/** One transition of one copy of a thread; its position in a list of them stands for it in generated code. */
export interface CompiledEdge {
  readonly thread: number;
  readonly replica: number;
  readonly transition: Transition;
}

/** What all step functions of a model share. */
export interface StepCodeContext {
  readonly layout: Layout;
  readonly ends: Readonly<Record<string, number>>;
  readonly map: MemoryMap;
  readonly addressType: NumberType;
  readonly isShared: boolean;
  /** Every transition that is compiled is added here. */
  readonly edges: CompiledEdge[];
}

/** What the code of the steps of one copy stands on. */
interface Frame extends StepCodeContext, Mover {
  readonly source: WasmLocal;
  readonly sourceWords: Words;
  /** Where the next successor goes. */
  readonly cursor: WasmLocal;
  /** The words of the successor, where they are locals. */
  readonly registers: readonly WasmLocal[] | null;
  readonly successor: Words;
  readonly choice: WasmLocal;
}

/** What the code of one transition stands on. */
interface TransitionPath {
  readonly frame: Frame;
  readonly from: number;
  readonly edge: number;
  readonly transition: Transition;
  readonly branches: boolean;
  /** The choices around. */
  readonly depth: number;
  /** Where this way of firing ends. */
  readonly leave: Label;
}

/** A copy of a thread whose steps are compiled. */
export interface Mover {
  readonly thread: number;
  readonly replica: number;
  readonly table: ThreadTable;
}

/**
 * The function `name(source, cursor)`: stores the successors by steps of these copies of the state at `source` from
 * `cursor` on and returns the new cursor. In a canonical state equal copies stand together, and the first moves for all.
 */
export function stepFunction(name: string, movers: readonly Mover[], context: StepCodeContext): WasmFunction {
  const source = local(context.addressType, 'source');
  const cursor = local('i32', 'cursor');
  const size = context.layout.words;
  const { open, words: sourceWords, isFew } = wordsAt(source, size);
  const registers = isFew ? Array.from({ length: size }, (_, word) => local('i64', `next${word}`)) : null;
  const successor = registers === null ? inMemory(cursor) : inLocals(registers);
  const choice = local('i32', 'choice');
  const shared = { ...context, source, cursor, sourceWords, registers, successor, choice };
  const steps = movers.map((mover) => stepsOf({ ...shared, ...mover }));
  return {
    name,
    parameters: [source, cursor],
    result: 'i32',
    body: [...open, ...steps, get(cursor)],
    exported: false,
  };
}

/** The steps of one copy: jumps to the code of the location where it is. */
function stepsOf(frame: Frame): Wasm {
  const { table, layout, thread, replica, sourceWords } = frame;
  const done = labelled(`done${thread}copy${replica}`);
  const labels = table.locations.map((_, location) => labelled(`at${location}`));
  const { location } = copyOf(layout, table, replica);
  const dispatch: Wasm = {
    kind: 'jumpTable',
    labels,
    otherwise: done,
    index: readCell(location, null, sourceWords),
  };
  const inside = table.locations.reduce<Wasm>((before, transitions, from) => {
    const bodies = transitions.map((transition) => compileTransition(transition, from, frame));
    return sequence(block(labels[from]!, before), ...bodies, jump(done));
  }, dispatch);
  const isRepeated = isTwin(layout, table.thread.name, replica, sourceWords);
  return block(done, jumpIf(done, isRepeated), inside);
}

const copyOf = (layout: Layout, { thread }: ThreadTable, replica: number) =>
  layout.threads[thread.name]![replica]!;

function compileTransition(transition: Transition, from: number, frame: Frame): Wasm {
  const edge = frame.edges.push({ thread: frame.thread, replica: frame.replica, transition }) - 1;
  const closed = labelled(`not${transition.id}`);
  const branches = hasChoice(transition.code);
  const path: TransitionPath = { frame, from, edge, transition, branches, depth: 0, leave: closed };
  const { guard } = transition;
  const enabled =
    guard === null ? sequence() : jumpIf(closed, compileNegation(guard, scopeOf(path, frame.sourceWords)));
  const start = [...(branches ? [set(frame.choice, i32(0))] : []), beginSuccessor(frame)];
  return block(closed, enabled, ...start, compileCode(transition.code, path));
}

function hasChoice(code: Code): boolean {
  switch (code.kind) {
    case 'goto':
      return false;
    case 'choose':
      return true;
    case 'effects':
      return hasChoice(code.next);
    case 'branch':
      return hasChoice(code.then) || hasChoice(code.otherwise);
  }
}

function scopeOf(
  { frame, edge, transition, branches, leave }: TransitionPath,
  words: Words,
): ExpressionContext {
  const { layout, ends, table, replica, cursor, choice } = frame;
  const failed = call('mark', i32(edge), branches ? get(choice) : i32(0), get(cursor));
  const fail = () => [failed, countFired(frame, transition), ...nextChoice(frame, branches), jump(leave)];
  return { layout, ends, words, thread: table.thread.name, replica, bound: [], fail };
}

function compileCode(code: Code, path: TransitionPath): Wasm {
  const scope = scopeOf(path, path.frame.successor);
  switch (code.kind) {
    case 'goto':
      return arrive(code.location, path);
    case 'effects':
      return sequence(compileEffects(code.effects, scope), compileCode(code.next, path));
    case 'branch': {
      const otherwise = labelled('otherwise');
      const isFalse = compileNegation(code.condition, scope);
      const then = compileCode(code.then, path);
      return sequence(
        block(otherwise, jumpIf(otherwise, isFalse), then, jump(path.leave)),
        compileCode(code.otherwise, path),
      );
    }
    case 'choose':
      return compileChoice(code, path);
  }
}

/** One way of firing for each value; each begins with the state as it was at the choice. */
function compileChoice({ target, next }: Code & { kind: 'choose' }, path: TransitionPath): Wasm {
  const { frame, depth } = path;
  const value = local('i32', `chosen${depth}`);
  const taken = labelled(`taken${depth}`);
  const { save, restore } = savedState(frame, depth);
  const inside = { ...path, depth: depth + 1, leave: taken };
  const way = [
    restore,
    compileOrdinal(target, get(value), scopeOf(inside, frame.successor)),
    compileCode(next, inside),
  ];
  return sequence(save, count(value, i32(0), i32(sizeOf(target.domain)), [block(taken, ...way)]));
}

function savedState(frame: Frame, depth: number) {
  const { registers, map, cursor } = frame;
  if (registers !== null) {
    const saved = registers.map(({ name }) => local('i64', `${name}saved${depth}`));
    return {
      save: sequence(...registers.map((register, at) => set(saved[at]!, get(register)))),
      restore: sequence(...registers.map((register, at) => set(register, get(saved[at]!)))),
    };
  }
  const place = ownAddress(map.saved.at + depth * map.stride, frame);
  return { save: call('copy', place, get(cursor)), restore: call('copy', get(cursor), place) };
}

/** The successor begins as the source. */
function beginSuccessor({ registers, sourceWords, cursor, source }: Frame): Wasm {
  if (registers === null) return call('copyState', get(cursor), get(source));
  return sequence(...registers.map((register, word) => set(register, sourceWords.read(word))));
}

/** The code of a successor that is complete; the location it comes from is known, so a sum changes it. */
function arrive(location: number, { frame, from, transition, branches }: TransitionPath): Wasm {
  const { layout, table, replica, cursor, registers, successor, map } = frame;
  const copy = copyOf(layout, table, replica);
  const forgets = copy.forgets[location] ?? [];
  return sequence(
    addToCell(copy.location, null, location - from, successor),
    ...forgets.map(({ word, mask, bits }) => {
      const kept = operation('i64.and', successor.read(word), i64(~mask));
      return successor.write(word, operation('i64.or', kept, i64(bits)));
    }),
    ...(registers ?? []).map((register, word) => store(get(register), 'i64', get(cursor), word * 8)),
    set(cursor, operation('i32.add', get(cursor), i32(map.stride))),
    countFired(frame, transition),
    ...nextChoice(frame, branches),
  );
}

function countFired(frame: Frame, { id }: Transition): Wasm {
  const address = ownAddress(frame.map.fired.at + id * 8, frame);
  return store(operation('i64.add', load('i64', address), i64(1n)), 'i64', address);
}

const nextChoice = ({ choice }: Frame, branches: boolean): readonly Wasm[] =>
  branches ? [set(choice, operation('i32.add', get(choice), i32(1)))] : [];
