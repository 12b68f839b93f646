/** Generated code of the steps of a model: all successors of a state by the transitions of some copies. */
import { endsOf } from '../../interpreter/interpreter.ts';
import { nodesOf, successorsIn } from '../../program/code-walk.ts';
import type { Code, ThreadTable, Transition, TransitionSystem } from '../../program/transition-system.ts';
import { sizeOf } from '../../language/domain.ts';
import type { CopyLayout, Layout } from '../layout/layout.ts';
import { equalsPrevious } from './canonical-form.ts';
import { addToCell, inLocals, inMemory, readCell, wordsAt, type Words } from '../layout/cells.ts';
import {
  block,
  call,
  count,
  get,
  i32,
  i64,
  increment,
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
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';
import { effectsCode, ordinalAssignment } from './effects.ts';
import { ExpressionEmitter } from './expression.ts';
import type { MemoryEmitter } from '../memory-map.ts';

/** One transition of one copy of a thread; generated code names it by its position in a list. */
export interface CompiledEdge {
  readonly thread: number;
  readonly replica: number;
  readonly transition: Transition;
}

/** The label of an edge, which stands beside the successor that it leads to. */
export type LabelOf = (edge: CompiledEdge) => number;

/** A copy of a thread whose steps are compiled. */
interface CompiledCopy {
  readonly thread: number;
  readonly replica: number;
  readonly table: ThreadTable;
}

/** Whether a copy of a thread, by its position in `TransitionSystem.threads`, is compiled; the others rest. */
export type MayMove = (copy: Pick<CompiledCopy, 'thread' | 'replica'>) => boolean;

/** A path through the code of one transition. */
interface TransitionPath extends CompiledEdge {
  readonly table: ThreadTable;
  readonly copy: CopyLayout;
  readonly from: number;
  readonly edge: number;
  readonly branches: boolean;
  /** The number of enclosing choices. */
  readonly depth: number;
  /** The end of this path's code. */
  readonly leave: Label;
}

/** Transitions of a function that has several copies: V8 optimises larger functions less well. */
const mostTransitions = 128;

/** Emits functions `name(source, cursor)`: each stores successors of the state at `source` from `cursor` on. */
export class StepEmitter {
  /** All compiled transitions. */
  readonly edges: CompiledEdge[] = [];
  readonly #system: TransitionSystem;
  readonly #layout: Layout;
  readonly #memory: MemoryEmitter;
  readonly #source: WasmLocal;
  readonly #sourceWords: Words;
  readonly #open: readonly Wasm[];
  /** The address of the next successor. */
  readonly #cursor = local('i32', 'cursor');
  /** The words of the successor, where they are locals. */
  readonly #registers: readonly WasmLocal[] | null;
  /** The address of the successor while it is computed: the cursor, or that of the state that is folded next. */
  readonly #place: WasmLocal;
  readonly #successor: Words;
  readonly #choice = local('i32', 'choice');
  readonly #labelOf: LabelOf | null;

  constructor(system: TransitionSystem, layout: Layout, memory: MemoryEmitter, labelOf: LabelOf | null) {
    this.#labelOf = labelOf;
    this.#system = system;
    this.#layout = layout;
    this.#memory = memory;
    this.#source = local(memory.sourceType, 'source');
    const { open, words, isFew } = wordsAt(this.#source, layout.words);
    this.#open = open;
    this.#sourceWords = words;
    this.#registers = isFew
      ? Array.from({ length: layout.words }, (_, word) => local('i64', `next${word}`))
      : null;
    this.#place = memory.map.successor.bytes > 0 ? local('i32', 'successor') : this.#cursor;
    this.#successor = this.#registers === null ? inMemory(this.#place) : inLocals(this.#registers);
  }

  /** Functions of several copies each: each reads the source once. */
  functions(mayMove: MayMove): readonly WasmFunction[] {
    const movers = this.#system.threads
      .flatMap((table, thread) =>
        Array.from({ length: table.thread.cpus }, (_, replica): CompiledCopy => ({ thread, replica, table })),
      )
      .filter(mayMove);
    const parts: CompiledCopy[][] = [];
    let room = 0;
    for (const mover of movers) {
      const needed = mover.table.locations.reduce((sum, { length }) => sum + length, 0);
      if (parts.length === 0 || needed > room) {
        parts.push([]);
        room = mostTransitions;
      }
      parts.at(-1)!.push(mover);
      room -= needed;
    }
    return parts.map((part, at) => ({
      name: `steps${at}`,
      parameters: [this.#source, this.#cursor],
      result: 'i32',
      body: [
        ...this.#open,
        ...this.#openSuccessor(),
        ...part.map((mover) => this.#steps(mover)),
        get(this.#cursor),
      ],
      exported: false,
    }));
  }

  get #isFolded(): boolean {
    return this.#place !== this.#cursor;
  }

  #openSuccessor(): readonly Wasm[] {
    return this.#isFolded ? [set(this.#place, this.#memory.address(this.#memory.map.successor.at))] : [];
  }

  /** The steps of one copy. In a canonical state equal copies stand together, and the first moves for all. */
  #steps({ thread, replica, table }: CompiledCopy): Wasm {
    const done = labelled(`done${thread}copy${replica}`);
    const labels = table.locations.map((_, location) => labelled(`at${location}`));
    const copy = this.#layout.threads[table.thread.name]![replica]!;
    const dispatch: Wasm = {
      kind: 'jumpTable',
      labels,
      otherwise: done,
      index: readCell(copy.location, null, this.#sourceWords),
    };
    const inside = table.locations.reduce<Wasm>((before, transitions, from) => {
      const bodies = transitions.map((transition) => {
        const edge = this.edges.push({ thread, replica, transition }) - 1;
        const branches = hasChoice(transition.code);
        const leave = labelled(`not${transition.id}`);
        const path = { thread, replica, table, copy, from, edge, transition, branches, depth: 0, leave };
        return this.#transition(path);
      });
      return sequence(block(labels[from]!, before), ...bodies, jump(done));
    }, dispatch);
    const isRepeated = equalsPrevious(this.#layout, table.thread.name, replica, this.#sourceWords);
    return block(done, jumpIf(done, isRepeated), inside);
  }

  #transition(path: TransitionPath): Wasm {
    const { transition, branches, leave } = path;
    const { guard, code } = transition;
    const enabled =
      guard === null ? sequence() : jumpIf(leave, this.#expressions(path, this.#sourceWords).negation(guard));
    const start = [...(branches ? [set(this.#choice, i32(0))] : []), this.#beginSuccessor()];
    return block(leave, enabled, ...start, this.#code(code, path));
  }

  #expressions(path: TransitionPath, words: Words): ExpressionEmitter {
    const { edge, branches, table, replica, leave } = path;
    const failed = call('mark', i32(edge), branches ? get(this.#choice) : i32(0), get(this.#cursor));
    return new ExpressionEmitter({
      layout: this.#layout,
      ends: endsOf(this.#system),
      words,
      thread: table.thread.name,
      replica,
      fail: () => [failed, ...this.#countFiring(path), jump(leave)],
    });
  }

  /**
   * The code up to its choices, and each choice with all that follows it. What follows a join stands once, behind blocks
   * that the ways to it leave; the last join stands outermost.
   */
  #code(code: Code, path: TransitionPath): Wasm {
    const joins = joinsIn(code);
    const labels = new Map(joins.map((join, at) => [join, labelled(`join${at}`)]));
    const from = (node: Code) => this.#node(node, path, labels);
    return joins.reduce(
      (before, join) => sequence(block(labels.get(join)!, before, jump(path.leave)), from(join)),
      from(code),
    );
  }

  /** The code of a node, and of what follows it up to joins. */
  #node(code: Code, path: TransitionPath, joins: ReadonlyMap<Code, Label>): Wasm {
    const follow = (next: Code) => {
      const label = joins.get(next);
      return label === undefined ? this.#node(next, path, joins) : jump(label);
    };
    const expressions = this.#expressions(path, this.#successor);
    switch (code.kind) {
      case 'goto':
        return this.#arrive(code.location, path);
      case 'effects':
        return sequence(effectsCode(code.effects, expressions), follow(code.next));
      case 'branch': {
        const otherwise = labelled('otherwise');
        const isFalse = expressions.negation(code.condition);
        const then = follow(code.then);
        return sequence(
          block(otherwise, jumpIf(otherwise, isFalse), then, jump(path.leave)),
          follow(code.otherwise),
        );
      }
      case 'choose':
        return this.#choose(code, path);
    }
  }

  /** One firing for each value; each begins with the state as it was at the choice. */
  #choose({ target, next }: Code & { kind: 'choose' }, path: TransitionPath): Wasm {
    const { depth } = path;
    const value = local('i32', `chosen${depth}`);
    const taken = labelled(`taken${depth}`);
    const { save, restore } = this.#savedState(depth);
    const inside = { ...path, depth: depth + 1, leave: taken };
    const firing = [
      restore,
      ordinalAssignment(target, get(value), this.#expressions(inside, this.#successor)),
      this.#code(next, inside),
    ];
    return sequence(save, count(value, i32(0), i32(sizeOf(target.domain)), [block(taken, ...firing)]));
  }

  #savedState(depth: number): { readonly save: Wasm; readonly restore: Wasm } {
    const registers = this.#registers;
    if (registers !== null) {
      const saved = registers.map(({ name }) => local('i64', `${name}saved${depth}`));
      return {
        save: sequence(...registers.map((register, at) => set(saved[at]!, get(register)))),
        restore: sequence(...registers.map((register, at) => set(register, get(saved[at]!)))),
      };
    }
    const { map } = this.#memory;
    const saved = this.#memory.address(map.saved.at + depth * map.least.bytes);
    const place = get(this.#place);
    return { save: call('copy', saved, place), restore: call('copy', place, saved) };
  }

  /** The successor begins as the source. */
  #beginSuccessor(): Wasm {
    if (this.#registers === null) return call('copyState', get(this.#place), get(this.#source));
    return sequence(...this.#registers.map((register, word) => set(register, this.#sourceWords.read(word))));
  }

  /** Code that stores a complete successor; a sum moves the copy from its known location to the next one. */
  #arrive(location: number, path: TransitionPath): Wasm {
    const { copy, from } = path;
    const successor = this.#successor;
    const patches = copy.deadPatches[location] ?? [];
    return sequence(
      addToCell(copy.location, null, location - from, successor),
      ...patches.map(({ word, mask, bits }) => {
        const kept = operation('i64.and', successor.read(word), i64(~mask));
        return successor.write(word, operation('i64.or', kept, i64(bits)));
      }),
      ...(this.#registers ?? []).map((register, word) =>
        store(get(register), 'i64', get(this.#place), word * 8),
      ),
      ...(this.#isFolded ? [call('fold', get(this.#cursor))] : []),
      ...this.#label(path),
      increment(this.#cursor, this.#memory.map.candidateStride),
      ...this.#countFiring(path),
    );
  }

  /** Code that stores the label of the edge beside its successor. */
  #label(path: TransitionPath): readonly Wasm[] {
    if (this.#labelOf === null) return [];
    const memory = this.#memory;
    const place = operation('i32.mul', memory.candidateNumber(get(this.#cursor)), i32(4));
    const address = operation('i32.add', place, memory.address(memory.map.labels.at));
    return [store(i32(this.#labelOf(path)), 'i32', address)];
  }

  /** Code that counts a firing of the transition, and goes on to the next choice. */
  #countFiring({ transition, branches }: TransitionPath): readonly Wasm[] {
    const address = this.#memory.address(this.#memory.map.fired.at + transition.id * 8);
    const counted = operation('i64.add', load('i64', address), i64(1n));
    return [store(counted, 'i64', address), ...(branches ? [increment(this.#choice)] : [])];
  }
}

const hasChoice = (code: Code): boolean => nodesOf(code).some(({ kind }) => kind === 'choose');

/** The nodes where ways of the code join before a choice, in an order in which each leads to later ones only. */
function joinsIn(code: Code): readonly Code[] {
  const joins = new Set<Code>();
  const done = new Set<Code>();
  const order: Code[] = [];
  const visit = (node: Code) => {
    if (done.has(node)) {
      joins.add(node);
      return;
    }
    done.add(node);
    if (node.kind !== 'choose') for (const next of successorsIn<Code>(node)) visit(next);
    order.push(node);
  };
  visit(code);
  return order.reverse().filter((node) => joins.has(node));
}
