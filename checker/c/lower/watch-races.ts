/**
 * Finds data races as KCSAN does: while a CPU reads a variable plainly, no other CPU changes it.
 *
 * A plain read is a window of two steps, and a write that changes the variable inside of the window is a violation. Plain
 * writes count as marked ones, as CONFIG_KCSAN_ASSUME_PLAIN_WRITES_ATOMIC has it, and a write of the same value is none,
 * as CONFIG_KCSAN_REPORT_VALUE_CHANGE_ONLY has it. An interrupt handler does not race with what it interrupts on its own
 * CPU, as without CONFIG_KCSAN_INTERRUPT_WATCHER. Two accesses without an order between them are adjacent in some
 * interleaving, so the search meets the write inside of the window.
 *
 * Source:  Documentation/dev-tools/kcsan.rst; kernel/kcsan/core.c; lib/Kconfig.kcsan
 */
import type { AnyExpr, Binder, SharedReference } from '../../language/expression.ts';
import { printText } from '../../language/print.ts';
import { withBlocks, type Block, type Effect, type Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { ownName } from './kernel.ts';
import { excusedRegion } from './lowering.ts';
import type { KernelThread } from './kernel-threads.ts';
import { both, compared, constant, negated, plus } from './value.ts';

type Step = Statement & { readonly kind: 'step' };

/** Threads with windows, and the cells that count who is inside of one. */
export interface Watched {
  readonly blocks: ReadonlyMap<KernelThread, Block>;
  readonly cells: Readonly<Record<string, AnyDeclaration>>;
}

/** `blockOf`: the statements of a thread; `shared`: the cells that they access. */
export function watchRaces(
  threads: readonly KernelThread[],
  blockOf: (thread: KernelThread) => Block,
  shared: Readonly<Record<string, AnyDeclaration>>,
): Watched {
  const writers = new Map(threads.map((thread) => [thread, writtenIn(blockOf(thread))]));
  const writes = (thread: KernelThread, name: string) => writers.get(thread)!.has(name);
  const isRacing = (name: string, reader: KernelThread) =>
    threads.some((thread) => writes(thread, name) && (thread.cpus > 1 || hostOf(thread) !== hostOf(reader)));
  const copies = threads.reduce((sum, { cpus }) => sum + cpus, 0);
  const windows = threads.flatMap((reader) =>
    [...new Set(plainReadsIn(blockOf(reader)))]
      .filter((name) => isRacing(name, reader))
      .map((variable): Windows => {
        const isInterrupted = threads.some(
          (thread) => thread !== reader && hostOf(thread) === hostOf(reader) && writes(thread, variable),
        );
        const { length } = shared[variable]!;
        return isInterrupted
          ? {
              ...{ variable, reader, isCounted: false, most: length ?? 1 },
              cell: ownName(`plain_reader.${variable}.${reader.name}`),
            }
          : {
              ...{ variable, reader, isCounted: true, most: copies },
              cell: ownName(`plain_readers.${variable}`),
            };
      }),
  );
  const cells = Object.fromEntries(windows.map((one) => [one.cell, watchCell(one, shared[one.variable]!)]));
  const blocks = threads.map((thread) => {
    const watcher = new Watcher(thread, windows, cells);
    return [thread, watcher.block(blockOf(thread))] as const;
  });
  return { blocks: new Map(blocks), cells };
}

/** The plain reads of a variable by a thread: how a state says which copies are inside of one. */
interface Windows {
  readonly variable: string;
  readonly reader: KernelThread;
  readonly cell: string;
  /**
   * The cell counts, for each element of the variable, the copies of all such threads that read it. Otherwise others on
   * the reader's own CPU write too, and the cell has, for each copy, the number of the element that it reads, from 1.
   */
  readonly isCounted: boolean;
  readonly most: number;
}

/** The thread on whose CPUs it runs. */
const hostOf = ({ name, on }: KernelThread): string => on ?? name;

function watchCell(
  { variable, reader, isCounted, most }: Windows,
  { length: elements, elementNames }: AnyDeclaration,
): AnyDeclaration {
  const length = isCounted ? elements : reader.cpus;
  return {
    kind: 'declaration',
    domain: { kind: 'range', low: 0, high: most },
    initial: Array.from({ length: length ?? 1 }, () => 0),
    length,
    meaning: 'a CPU is in a plain read of a variable',
    ghost: 'watch',
    inTraces: 'none',
    elementNames: isCounted
      ? (elementNames ?? [variable]).map((element) => `plain readers of ${element}`)
      : Array.from({ length: reader.cpus }, (_, at) => `plain read of ${variable} by ${reader.name}[${at}]`),
  };
}

/** The variable that a plain read reads; null: it is none. */
function plainlyRead(statement: Statement): SharedReference | null {
  if (statement.kind !== 'step' || statement.plainRead !== true) return null;
  const read = statement.effects.find((effect) => effect.kind === 'set' && effect.value.kind === 'shared');
  return read?.kind === 'set' && read.value.kind === 'shared' ? read.value : null;
}

const plainReadsIn = (block: Block): readonly string[] =>
  [...statementsOf(block)].flatMap((statement) => plainlyRead(statement)?.name ?? []);

const writtenIn = (block: Block): ReadonlySet<string> =>
  new Set(
    [...statementsOf(block)].flatMap((one) => (one.kind === 'step' ? one.effects.flatMap(targetsOf) : [])),
  );

function targetsOf(effect: Effect): readonly string[] {
  if (effect.kind === 'set') return effect.target.kind === 'shared' ? [effect.target.name] : [];
  return effect.kind === 'when' || effect.kind === 'each' ? effect.effects.flatMap(targetsOf) : [];
}

/** Whether the thread is in a region whose plain reads are excused, such as a seqcount's; null: it has none. */
const excusedIn = ({ emitter }: KernelThread): AnyExpr | null =>
  emitter.locals[excusedRegion] === undefined
    ? null
    : emitter.reference({ name: excusedRegion, domain: emitter.locals[excusedRegion].domain });

const selfOf = ({ name, cpus }: KernelThread): AnyExpr =>
  cpus === 1 ? constant(0) : { kind: 'self', thread: name, count: cpus };

const numberFrom1 = ({ index }: SharedReference): AnyExpr => plus(index ?? constant(0), constant(1));

class Watcher {
  readonly #thread: KernelThread;
  readonly #windows: readonly Windows[];
  readonly #cells: Readonly<Record<string, AnyDeclaration>>;
  readonly #excused: AnyExpr | null;

  constructor(
    thread: KernelThread,
    windows: readonly Windows[],
    cells: Readonly<Record<string, AnyDeclaration>>,
  ) {
    this.#thread = thread;
    this.#windows = windows;
    this.#cells = cells;
    this.#excused = excusedIn(thread);
  }

  block(block: Block): Block {
    return block.flatMap((statement) => {
      // An atomic block is one step: no window is inside of it.
      if (statement.kind === 'atomically') return [{ ...statement, body: this.#writes(statement.body) }];
      const read = plainlyRead(statement);
      if (statement.kind !== 'step') return [withBlocks(statement, (inner) => this.block(inner))];
      const windows = this.#windows.find(
        ({ variable, reader }) => variable === read?.name && reader === this.#thread,
      );
      if (read !== null && windows !== undefined) return this.#window(statement, read, windows);
      return [this.#write(statement)];
    });
  }

  #cell({ cell }: Windows, index: AnyExpr | null): SharedReference {
    return { kind: 'shared', name: cell, index, domain: this.#cells[cell]!.domain, isNoMemory: true };
  }

  #window(step: Step, read: SharedReference, windows: Windows): Block {
    const { reader, isCounted } = windows;
    const cell = this.#cell(windows, isCounted ? read.index : selfOf(reader));
    const add = (operator: '+' | '-'): Effect => {
      const counted: AnyExpr = { kind: 'binary', operator, left: cell, right: constant(1) };
      const value = isCounted ? counted : operator === '+' ? numberFrom1(read) : constant(0);
      const set: Effect = { kind: 'set', target: cell, value };
      return this.#excused === null
        ? set
        : { kind: 'when', condition: negated(this.#excused), effects: [set] };
    };
    const reads = step.effects.findIndex((effect) => effect.kind === 'set' && effect.value === read);
    const begin: Step = {
      ...step,
      text: `${step.text} (a plain read begins)`,
      isGenerated: true,
      effects: [...step.effects.slice(0, reads).filter(({ kind }) => kind === 'assert'), add('+')],
      ordering: null,
    };
    // The window ends before what else the step does.
    return [begin, this.#write({ ...step, effects: [add('-'), ...step.effects] })];
  }

  /** Whether a copy on another CPU is in a plain read of the element. */
  #isRead(windows: Windows, target: SharedReference, level: number): AnyExpr {
    const { reader, isCounted } = windows;
    if (isCounted) return compared('>', this.#cell(windows, target.index), constant(0));
    const binder: Binder = { level, low: 0, high: reader.cpus - 1, thread: null };
    const copy: AnyExpr = { kind: 'bound', binder };
    const reads = compared('==', this.#cell(windows, copy), numberFrom1(target));
    const isOwn = hostOf(reader) === hostOf(this.#thread) ? compared('==', copy, selfOf(this.#thread)) : null;
    const body = isOwn === null ? reads : both(negated(isOwn), reads);
    return { kind: 'quantifier', quantifier: 'some', binder, body };
  }

  #writes(block: Block): Block {
    return block.map((statement) =>
      statement.kind === 'step'
        ? this.#write(statement)
        : withBlocks(statement, (inner) => this.#writes(inner)),
    );
  }

  #write(step: Step): Step {
    return { ...step, effects: step.effects.flatMap((effect) => this.#checked(effect, step)) };
  }

  /** `level`: how many loops over cells are around the effect. */
  #checked(effect: Effect, step: Step, level = 0): readonly Effect[] {
    if (effect.kind === 'when' || effect.kind === 'each') {
      const inside = effect.kind === 'each' ? level + 1 : level;
      return [{ ...effect, effects: effect.effects.flatMap((one) => this.#checked(one, step, inside)) }];
    }
    if (effect.kind !== 'set' || effect.target.kind !== 'shared') return [effect];
    const { target } = effect;
    const windows = this.#windows.filter(({ variable }) => variable === target.name);
    if (windows.length === 0) return [effect];
    const isAlone = [...new Map(windows.map((one) => [one.cell, one])).values()]
      .map((one) => this.#isRead(one, target, level))
      .map(negated)
      .reduce(both);
    // No instruction reads the cell before the store does: what watches makes it no read-modify-write.
    const before: SharedReference = { ...effect.target, isNoMemory: true };
    const isSame: AnyExpr = { kind: 'binary', operator: '==', left: before, right: effect.value };
    return [
      {
        kind: 'assert',
        claim: `${printText(step)}: no plain read races with this write`,
        condition: { kind: 'binary', operator: '||', left: isAlone, right: isSame },
      },
      effect,
    ];
  }
}
