/**
 * Finds data races as KCSAN does: while a CPU reads a variable plainly, no other CPU changes it.
 *
 * A plain read is a window of two steps, and a write that changes the variable inside of the window is a violation. Plain
 * writes count as marked ones, as CONFIG_KCSAN_ASSUME_PLAIN_WRITES_ATOMIC has it, and a write of the same value is none,
 * as CONFIG_KCSAN_REPORT_VALUE_CHANGE_ONLY has it. Two accesses without an order between them are adjacent in some
 * interleaving, so the search meets the write inside of the window.
 *
 * Source:  Documentation/dev-tools/kcsan.rst; kernel/kcsan/core.c
 */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, SharedReference } from '../../language/expression.ts';
import { printText } from '../../language/print.ts';
import { withBlocks, type Block, type Effect, type Statement } from '../../language/statement.ts';
import { statementsOf } from '../../language/thread.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { ownName } from './kernel.ts';
import { excusedRegion } from './lowering.ts';
import type { KernelThread } from './kernel-threads.ts';
import { compared, constant, negated } from './value.ts';

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
  const isRacing = (name: string, reader: KernelThread) =>
    threads.some((thread) => writers.get(thread)!.has(name) && (thread !== reader || thread.cpus > 1));
  const racing = new Set(
    threads.flatMap((thread) => plainReadsIn(blockOf(thread)).filter((name) => isRacing(name, thread))),
  );
  const copies = threads.reduce((sum, { cpus }) => sum + cpus, 0);
  const cells = Object.fromEntries(
    [...racing].map((name) => [watchOf(name), watchCell(name, shared[name]!, copies)]),
  );
  const blocks = threads.map((thread) => {
    const races = new Set([...racing].filter((name) => isRacing(name, thread)));
    return [thread, new Watcher(cells, races, excusedIn(thread)).block(blockOf(thread))] as const;
  });
  return { blocks: new Map(blocks), cells };
}

const watchOf = (name: string) => ownName(`plain_readers.${name}`);

const watchCell = (
  name: string,
  { length, elementNames }: AnyDeclaration,
  copies: number,
): AnyDeclaration => ({
  kind: 'declaration',
  domain: { kind: 'range', low: 0, high: copies },
  initial: Array.from({ length: length ?? 1 }, () => 0),
  length,
  meaning: 'a CPU is in a plain read of a variable',
  ghost: 'watch',
  elementNames: (elementNames ?? [name]).map((element) => `plain readers of ${element}`),
});

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

class Watcher {
  readonly #cells: Readonly<Record<string, AnyDeclaration>>;
  readonly #races: ReadonlySet<string>;
  readonly #excused: AnyExpr | null;

  /** `races`: the variables whose plain reads by this thread others may disturb. */
  constructor(
    cells: Readonly<Record<string, AnyDeclaration>>,
    races: ReadonlySet<string>,
    excused: AnyExpr | null,
  ) {
    this.#cells = cells;
    this.#races = races;
    this.#excused = excused;
  }

  block(block: Block): Block {
    return block.flatMap((statement) => {
      // An atomic block is one step: no window is inside of it.
      if (statement.kind === 'atomically') return [{ ...statement, body: this.#writes(statement.body) }];
      const read = plainlyRead(statement);
      if (statement.kind !== 'step') return [withBlocks(statement, (inner) => this.block(inner))];
      if (read !== null && this.#races.has(read.name)) return this.#window(statement, read);
      return [this.#write(statement)];
    });
  }

  #counter({ name, index }: SharedReference): SharedReference {
    const domain: AnyDomain = this.#cells[watchOf(name)]!.domain;
    return { kind: 'shared', name: watchOf(name), index, domain, isNoMemory: true };
  }

  #window(step: Step, read: SharedReference): Block {
    const counter = this.#counter(read);
    const add = (operator: '+' | '-'): Effect => {
      const value: AnyExpr = { kind: 'binary', operator, left: counter, right: constant(1) };
      const set: Effect = { kind: 'set', target: counter, value };
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

  #checked(effect: Effect, step: Step): readonly Effect[] {
    if (effect.kind === 'when' || effect.kind === 'each')
      return [{ ...effect, effects: effect.effects.flatMap((inner) => this.#checked(inner, step)) }];
    if (
      effect.kind !== 'set' ||
      effect.target.kind !== 'shared' ||
      this.#cells[watchOf(effect.target.name)] === undefined
    )
      return [effect];
    const isAlone = compared('==', this.#counter(effect.target), constant(0));
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
