/**
 * A second ARMv8 machine over the language, for tests alone: Promising-ARM, promise first. It lists the memories that threads can promise
 * together, and then runs each thread through each of them. Nothing is merged, cut or kept in a normal form.
 *
 * Source: Pulte, Pichon-Pharabod, Kang, Lee and Hur, Promising-ARM/RISC-V, PLDI 2019, figures 4 to 6 and section 6
 */
import { flowOf, type Flow } from '../../checker/program/control-flow.ts';
import { sizeOf, valueAt, type Value } from '../../checker/language/domain.ts';
import type { Model } from '../../checker/language/model.ts';
import type { Block, Statement } from '../../checker/language/statement.ts';
import { statementsOf } from '../../checker/language/thread.ts';
import { accessesOf } from '../../checker/memory/common/accesses.ts';
import { blockSteps } from './promising-block.ts';
import { fenced, isBetween, type Next, type ThreadState, type Write } from './promising-thread.ts';
import {
  apply,
  evaluate,
  max,
  Need,
  type Cells,
  type Effected,
  type Place,
  type Store,
  type Time,
  type Viewed,
} from './viewed-values.ts';
import { isReadModifyWrite, orderOf, usesWhatItReads } from '../../checker/memory/common/ordering.ts';

interface Thread {
  readonly name: string;
  readonly flow: Flow;
  readonly self: number;
  readonly first: Readonly<Record<string, Viewed>>;
  readonly pure: ReadonlySet<Statement>;
  readonly inside: ReadonlySet<Statement>;
}

/** How all threads may end: memory and locals as JSON, and the claims that fail on the way. */
export interface Ends {
  readonly outcomes: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
}

export class TooLarge extends Error {}

/** Throws  TooLarge where there are more memories, or steps, than `most` allows. */
export function promiseFirst(model: Model, most = { memories: 400, steps: 60_000 }): Ends {
  return new PromiseFirst(model, most).ends();
}

/** Whether the legs of a branch touch nothing but locals. */
function isPure(statement: Statement): boolean {
  const computes = (block: Block): boolean =>
    block.every((one) => {
      const { reads, writes } = accessesOf(one);
      if (reads.length + writes.length > 0) return false;
      return one.kind === 'note' || (one.kind === 'step' && one.guard === null) || isPure(one);
    });
  return statement.kind === 'branch' && computes(statement.then) && computes(statement.otherwise);
}

/** Whether both legs of a branch are the same text. */
function isAlike(statement: Statement): boolean {
  const text = (block: Block): string =>
    JSON.stringify(block, (key, value: unknown) => (key === 'line' || key === 'nth' ? null : value));
  return statement.kind === 'branch' && text(statement.then) === text(statement.otherwise);
}

class PromiseFirst {
  readonly #most: { readonly memories: number; readonly steps: number };
  readonly #first: Cells;
  readonly #threads: readonly Thread[];
  #steps = 0;

  constructor(model: Model, most: { readonly memories: number; readonly steps: number }) {
    this.#most = most;
    this.#first = cellsOf(model.shared);
    this.#threads = model.threads.flatMap((thread) => {
      if (thread.on !== null) throw new TooLarge('handlers are not for this machine');
      const pure = new Set([...statementsOf(thread.body)].filter(isPure));
      const inside = new Set(
        [...pure].flatMap((one) => (one.kind === 'branch' ? [...one.then, ...one.otherwise] : [])),
      );
      return Array.from({ length: thread.cpus }, (_, self) => ({
        name: thread.name,
        flow: flowOf(thread),
        self,
        first: cellsOf(thread.locals),
        pure,
        inside,
      }));
    });
  }

  ends(): Ends {
    const outcomes = new Set<string>();
    const claims = new Set<string>();
    const known = new Set<string>();
    const todo: (readonly Write[])[] = [[]];
    for (let memory = todo.pop(); memory !== undefined; memory = todo.pop()) {
      const key = JSON.stringify(memory);
      if (known.has(key)) continue;
      known.add(key);
      if (known.size > this.#most.memories) throw new TooLarge('memories');
      const more = this.#threads.map((_, thread) => this.#promisable(thread, memory));
      if (more.some((writes) => writes === null)) continue;
      for (const write of more.flatMap((writes) => writes!)) todo.push([...memory, write]);
      const ends = this.#threads.map((_, thread) => this.#endsOf(thread, memory));
      if (ends.some((some) => some.length === 0)) continue;
      const last = Object.fromEntries(Object.entries(this.#first).map(([cell, [value]]) => [cell, value]));
      for (const { cell, value } of memory) last[cell] = value;
      for (const states of product(ends)) {
        outcomes.add(
          outcomeOf(
            last,
            this.#threads.map(({ name, self }, at) => ({ name, self, registers: states[at]!.registers })),
          ),
        );
        for (const { failed } of states) for (const claim of failed) claims.add(claim);
      }
    }
    return { outcomes, claims };
  }

  #start(thread: number, memory: readonly Write[]): ThreadState {
    const { flow, first } = this.#threads[thread]!;
    return {
      at: flow.entry,
      registers: first,
      coherence: {},
      forwards: {},
      ...{ rOld: 0, blind: 0, wOld: 0, rNew: 0, wNew: 0, cap: 0, release: 0, inside: 0 },
      promises: memory.flatMap((write, at) => (write.thread === thread ? [at + 1] : [])),
      failed: [],
    };
  }

  /** The ends of a thread that makes just the writes which are promised. */
  #endsOf(thread: number, memory: readonly Write[]): readonly ThreadState[] {
    const found = new Map<string, ThreadState>();
    this.#walk(this.#start(thread, memory), (state) => {
      if (this.#isEnd(thread, state)) {
        if (state.promises.length === 0)
          found.set(JSON.stringify([valuesIn(state.registers), state.failed]), state);
        return [];
      }
      return this.#next(thread, state, memory)
        .filter(({ made }) => made.length === 0)
        .map(({ state: next }) => next);
    });
    return [...found.values()];
  }

  #walk(start: ThreadState, next: (state: ThreadState) => readonly ThreadState[]): void {
    const seen = new Set<string>();
    const todo = [start];
    for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
      const key = JSON.stringify(state);
      if (seen.has(key)) continue;
      seen.add(key);
      todo.push(...next(state));
    }
  }

  /** The writes that a thread may promise next; null where it cannot keep the promises that it has made. */
  #promisable(thread: number, memory: readonly Write[]): readonly Write[] | null {
    interface Alone {
      readonly state: ThreadState;
      readonly made: readonly Write[];
      readonly pending: readonly Write[];
    }
    const found = new Map<string, Write>();
    let isKept = false;
    const seen = new Set<string>();
    const todo: Alone[] = [{ state: this.#start(thread, memory), made: [], pending: [] }];
    for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
      const { state, made } = one;
      let { pending } = one;
      if (state.promises.length === 0) {
        isKept = true;
        for (const write of pending) found.set(JSON.stringify(write), write);
        pending = [];
      }
      const key = JSON.stringify([state, made, pending]);
      if (seen.has(key)) continue;
      seen.add(key);
      if (made.length > 8) throw new TooLarge('writes of one thread');
      for (const next of this.#next(thread, state, [...memory, ...made]))
        todo.push({
          state: next.state,
          made: [...made, ...next.made],
          pending:
            next.made.length > 0 && next.floor <= memory.length ? [...pending, next.made[0]!] : pending,
        });
    }
    return isKept ? [...found.values()] : null;
  }

  #isEnd(thread: number, { at }: ThreadState): boolean {
    return this.#threads[thread]!.flow.instructions[at]!.kind === 'end';
  }

  #next(thread: number, given: ThreadState, memory: readonly Write[]): readonly Next[] {
    if (++this.#steps > this.#most.steps) throw new TooLarge('steps');
    const { flow, pure, inside, self } = this.#threads[thread]!;
    const instruction = flow.instructions[given.at]!;
    const { statement } = instruction;
    const state = statement !== null && inside.has(statement) ? given : { ...given, inside: 0 };
    const still = (next: ThreadState): Next => ({ state: next, made: [], floor: 0 });
    switch (instruction.kind) {
      case 'end':
        return [];
      case 'pass':
        return [still({ ...given, at: instruction.next })];
      case 'either':
        return instruction.alternatives.map((at) => still({ ...state, at }));
      case 'choose': {
        const { domain, name } = instruction.target;
        return Array.from({ length: sizeOf(domain) }, (_, ordinal): Next => {
          const registers = { ...state.registers, [name]: [valueAt(domain, ordinal), 0, 0] as const };
          return still({ ...state, registers, at: instruction.next });
        });
      }
      case 'branch': {
        const decide = (from: ThreadState, cells: Cells): Next => {
          const place: Place = { registers: from.registers, self, bound: [], memory: cells };
          const [value, data, control] = evaluate(instruction.condition, place);
          const at = value === true ? instruction.then : instruction.otherwise;
          const after = isAlike(statement!) ? 0 : max(data, control);
          return still(
            pure.has(statement!)
              ? { ...from, at, inside: max(from.inside, after) }
              : { ...from, at, cap: max(from.cap, after) },
          );
        };
        return this.#reading(state, memory, {}, decide);
      }
      case 'atomically':
        return blockSteps({ flow, self, thread, initial: this.#first }, instruction, state, memory);
      case 'effects': {
        if (statement!.kind === 'barrier') {
          const next = { ...state, at: instruction.next };
          if (statement!.barrier === 'full') return [still(fenced(next))];
          if (statement!.barrier === 'write') return [still({ ...next, wNew: max(next.wNew, next.wOld) })];
          return [still({ ...next, rNew: max(next.rNew, next.rOld), wNew: max(next.wNew, next.rOld) })];
        }
        return this.#effects(thread, instruction, state, memory);
      }
    }
  }

  /** What `then` makes of a state, with each value that it could read where it needs one. */
  #reading(
    state: ThreadState,
    memory: readonly Write[],
    how: { readonly isAcquire?: boolean; readonly isBlind?: boolean; readonly floor?: Time },
    then: (after: ThreadState, cells: Cells, source: Time | null) => Next | readonly Next[],
  ): readonly Next[] {
    let need: Need;
    try {
      return [then(state, {}, null)].flat();
    } catch (error) {
      if (!(error instanceof Need)) throw error;
      need = error;
    }
    const { cell, data, control } = need;
    const { isAcquire = false, isBlind = false, floor = 0 } = how;
    const pre = max(data, state.rNew, floor);
    const known = state.coherence[cell] ?? 0;
    return Array.from({ length: memory.length + 1 }, (_, at) => at).flatMap((time) => {
      if (time > 0 && memory[time - 1]!.cell !== cell) return [];
      if (isBetween(memory, cell, time, max(pre, known))) return [];
      const forward = state.forwards[cell];
      const isForwarded = forward !== undefined && forward.time === time && !(forward.isUpdate && isAcquire);
      const post = max(pre, isForwarded ? forward.view : time);
      const value = time === 0 ? this.#first[cell]![0] : memory[time - 1]!.value;
      const after: ThreadState = {
        ...state,
        coherence: { ...state.coherence, [cell]: max(known, post) },
        cap: max(state.cap, control),
        ...(isBlind ? { blind: max(state.blind, post) } : { rOld: max(state.rOld, post) }),
        ...(isAcquire ? { rNew: max(state.rNew, post), wNew: max(state.wNew, post) } : {}),
      };
      return then(after, { [cell]: [value, post, max(post, control)] }, time);
    });
  }

  #effects(
    thread: number,
    { guard, effects, next, statement }: Flow['instructions'][number] & { kind: 'effects' },
    state: ThreadState,
    memory: readonly Write[],
  ): readonly Next[] {
    // The head of a loop, or a note, does nothing to memory.
    const step = statement?.kind === 'step' ? statement : null;
    const isUpdate = step !== null && isReadModifyWrite(step);
    const touches = step !== null && touchesMemory(step);
    const order = isUpdate ? orderOf(step) : touches ? (step.ordering ?? 'relaxed') : 'relaxed';
    const attempt = (from: ThreadState, wanted: boolean | null, isOrdered: boolean): readonly Next[] => {
      const isAcquire = isOrdered && order === 'acquire';
      const how = {
        isAcquire,
        isBlind: isUpdate && !usesWhatItReads(step),
        floor: isAcquire && isUpdate ? from.release : 0,
      };
      return this.#reading(from, memory, how, (before, cells, source) => {
        const { self } = this.#threads[thread]!;
        const place: Place = { registers: before.registers, self, bound: [], memory: cells };
        const [open, data, control] = guard === null ? ([true, 0, 0] as const) : evaluate(guard, place);
        if (open !== true) return [];
        const done: Effected = { stores: [], conditions: 0, failed: [] };
        apply(effects, place, before.inside, done);
        const store = done.stores.at(-1);
        if (wanted !== null && (store !== undefined) !== wanted) return [];
        const after: ThreadState = {
          ...before,
          at: next,
          registers: place.registers,
          cap: max(before.cap, data, control, isUpdate ? 0 : done.conditions),
          failed: [...before.failed, ...done.failed],
        };
        if (store === undefined) {
          const seen = source === null ? 0 : max(...Object.values(cells).map(([, , view]) => view));
          const isBranch = isUpdate && (order === 'full' || order === 'acquire');
          const made = isBranch ? { ...after, cap: max(after.cap, seen) } : after;
          return [{ state: order === 'full' && !isUpdate ? fenced(made) : made, made: [], floor: 0 }];
        }
        return this.#store(thread, after, memory, {
          store,
          order,
          source: isUpdate ? source : null,
          conditions: isUpdate ? done.conditions : 0,
        });
      });
    };
    if (!isUpdate) return attempt(order === 'full' ? fenced(state) : state, null, true);
    // One that fails is a plain load.
    return [
      ...attempt(order === 'full' ? fenced(state) : state, true, true),
      ...attempt(state, false, false),
    ];
  }

  #store(
    thread: number,
    state: ThreadState,
    memory: readonly Write[],
    {
      store: { name, value },
      order,
      source,
      conditions,
    }: { store: Store; order: string; source: Time | null; conditions: Time },
  ): readonly Next[] {
    const cell = String(name[0]);
    const isRelease = order === 'release';
    const pre = max(
      ...[
        name[1],
        name[2],
        value[1],
        value[2],
        state.wNew,
        state.cap,
        conditions,
        state.coherence[cell] ?? 0,
      ],
      isRelease ? max(state.rOld, state.blind, state.wOld) : 0,
    );
    const put = (time: Time, made: readonly Write[]): readonly Next[] => {
      if (time <= pre || (source !== null && isBetween([...memory, ...made], cell, source, time - 1)))
        return [];
      const after: ThreadState = {
        ...state,
        promises: state.promises.filter((other) => other !== time),
        coherence: { ...state.coherence, [cell]: time },
        forwards: {
          ...state.forwards,
          [cell]: { time, view: max(name[1], value[1]), isUpdate: source !== null },
        },
        wOld: max(state.wOld, time),
        cap: max(state.cap, name[1], name[2]),
        release: isRelease ? max(state.release, time) : state.release,
      };
      return [{ state: order === 'full' ? fenced(after) : after, made, floor: pre }];
    };
    return [
      ...state.promises.flatMap((time) => {
        const write = memory[time - 1]!;
        return write.cell === cell && write.value === value[0] ? put(time, []) : [];
      }),
      ...put(memory.length + 1, [{ cell, value: value[0], thread }]),
    ];
  }
}

const touchesMemory = (statement: Statement) => {
  const { reads, writes } = accessesOf(statement);
  return reads.length + writes.length > 0;
};

const cellsOf = (declarations: Model['shared']): Cells =>
  Object.fromEntries(
    Object.entries(declarations).flatMap(([name, { initial, length }]) =>
      initial.map((value, at): [string, Viewed] => [
        length === null ? name : `${name}[${at}]`,
        [value, 0, 0],
      ]),
    ),
  );

const valuesIn = (registers: Cells) => Object.entries(registers).map(([name, [value]]) => [name, value]);

/** Memory and locals at the end as one text. */
export function outcomeOf(
  memory: Readonly<Record<string, Value>>,
  threads: readonly { readonly name: string; readonly self: number; readonly registers: Cells }[],
): string {
  const locals = threads.map(({ name, self, registers }) => [name, self, valuesIn(registers)]);
  return JSON.stringify([Object.entries(memory), locals]);
}

const product = <T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  choices.reduce<readonly (readonly T[])[]>(
    (all, some) => all.flatMap((chosen) => some.map((one) => [...chosen, one])),
    [[]],
  );
