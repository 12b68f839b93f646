/** Atomic blocks of the second ARMv8 machine. */
import type { Flow } from '../../checker/program/control-flow.ts';
import { sizeOf, valueAt } from '../../checker/language/domain.ts';
import type { Reference } from '../../checker/language/expression.ts';
import type { Statement } from '../../checker/language/statement.ts';
import { statementsOf } from '../../checker/language/thread.ts';
import { accessesOf } from '../../checker/memory/common/accesses.ts';
import { fenced, isBetween, type Next, type ThreadState, type Write } from './promising-thread.ts';
import {
  apply,
  evaluate,
  max,
  type Cells,
  type Effected,
  type Place,
  type Time,
  type Viewed,
} from './viewed-values.ts';

/** Who runs the block. */
export interface Running {
  readonly flow: Flow;
  readonly self: number;
  readonly thread: number;
  readonly initial: Cells;
}

/** Within a block: where it is, what it has done, and what it knows. */
interface Inside {
  readonly at: number;
  readonly registers: Cells;
  readonly written: readonly Write[];
  readonly latest: Time;
  readonly cap: Time;
  readonly failed: readonly string[];
  readonly seen: ThreadState;
}

/** An atomic block: it reads at one time and its writes follow immediately; fully ordered unless it only reads. */
export function blockSteps(
  { flow, self, thread, initial }: Running,
  { statement, first }: Flow['instructions'][number] & { kind: 'atomically' },
  given: ThreadState,
  memory: readonly Write[],
): readonly Next[] {
  if (statement?.kind !== 'atomically') throw new Error('a block is one');
  const steps = statement.body.filter(({ kind }) => kind !== 'note');
  const [only] = steps;
  if (steps.length === 1 && only?.kind === 'step' && isOneCell(only))
    return [{ state: { ...given, at: first }, made: [], floor: 0 }];
  const { reads, writes } = accessesOf(statement);
  if (reads.length + writes.length === 0) return [{ state: { ...given, at: first }, made: [], floor: 0 }];
  const body = new Set(statementsOf(statement.body));
  const isFull = writes.length > 0 || [...body].some(({ kind }) => kind === 'barrier');
  const isAcquire = [...body].some((one) => one.kind === 'step' && one.guard !== null);
  const state = isFull ? fenced(given) : given;
  const found: Next[] = [];
  for (let time = 0; time <= memory.length; time++) {
    if (isFull && time < max(state.wNew, state.rNew)) continue;
    const run = (from: Inside): void => {
      const { at, registers, written, latest, cap, failed, seen } = from;
      const instruction = flow.instructions[at]!;
      if (instruction.kind === 'end' || instruction.statement === null || !body.has(instruction.statement)) {
        leave({ ...from, isFull, time }, memory, found);
        return;
      }
      let now = seen;
      let newest = latest;
      const cells = new Proxy(
        {},
        {
          get: (_, name) => {
            const cell = String(name);
            const own = written.findLast((write) => write.cell === cell);
            if (own !== undefined) return [own.value, 0, 0];
            let source = time;
            while (source > 0 && memory[source - 1]!.cell !== cell) source--;
            const value = source === 0 ? initial[cell]![0] : memory[source - 1]!.value;
            if (isFull) {
              newest = max(newest, source);
              return [value, 0, 0];
            }
            const pre = now.rNew;
            if (
              now.promises.includes(source) ||
              isBetween(memory, cell, source, max(pre, now.coherence[cell] ?? 0))
            )
              throw new Hidden();
            const forward = now.forwards[cell];
            const isForwarded = forward?.time === source && !(forward.isUpdate && isAcquire);
            const post = max(pre, isForwarded ? forward.view : source);
            now = {
              ...now,
              coherence: { ...now.coherence, [cell]: max(now.coherence[cell] ?? 0, post) },
              rOld: max(now.rOld, post),
              ...(isAcquire ? { rNew: max(now.rNew, post), wNew: max(now.wNew, post) } : {}),
            };
            return [value, post, post];
          },
        },
      );
      const place: Place = { registers: { ...registers }, self, bound: [], memory: cells };
      switch (instruction.kind) {
        case 'branch': {
          const [value, data, control] = evaluate(instruction.condition, place);
          const next = value === true ? instruction.then : instruction.otherwise;
          run({ ...from, at: next, latest: newest, seen: now, cap: max(cap, data, control) });
          return;
        }
        case 'choose': {
          const { domain, name } = instruction.target;
          for (let ordinal = 0; ordinal < sizeOf(domain); ordinal++)
            run({
              ...from,
              at: instruction.next,
              registers: { ...registers, [name]: [valueAt(domain, ordinal), 0, 0] },
            });
          return;
        }
        case 'effects': {
          let [all, failing] = [written, failed];
          if (instruction.guard !== null && evaluate(instruction.guard, place)[0] !== true) return;
          for (const effect of instruction.effects) {
            const done: Effected = { stores: [], conditions: 0, failed: [] };
            place.memory = cellsAfter(cells, all);
            apply([effect], place, 0, done);
            all = [
              ...all,
              ...done.stores.map(({ name, value }): Write => ({
                cell: String(name[0]),
                value: value[0],
                thread,
              })),
            ];
            failing = [...failing, ...done.failed];
          }
          run({
            at: instruction.next,
            registers: place.registers,
            written: all,
            latest: newest,
            cap,
            failed: failing,
            seen: now,
          });
          return;
        }
        case 'either':
        case 'atomically':
        case 'pass':
          throw new Error('validation lets no such statement into a block');
      }
    };
    try {
      run({
        at: first,
        registers: state.registers,
        written: [],
        latest: 0,
        cap: 0,
        failed: state.failed,
        seen: state,
      });
    } catch (error) {
      if (!(error instanceof Hidden)) throw error;
    }
  }
  return found;
}

function leave(
  block: {
    at: number;
    registers: Cells;
    written: readonly Write[];
    latest: Time;
    cap: Time;
    failed: readonly string[];
    seen: ThreadState;
    isFull: boolean;
    time: Time;
  },
  memory: readonly Write[],
  found: Next[],
): void {
  const { at, registers, written, latest, cap, failed, seen, isFull, time } = block;
  const common = { ...seen, at, registers, failed, cap: max(seen.cap, cap) };
  if (!isFull) {
    found.push({ state: common, made: [], floor: 0 });
    return;
  }
  const last = written.length === 0 ? latest : time + written.length;
  const coherence = { ...seen.coherence };
  const forwards = { ...seen.forwards };
  for (const [offset, { cell }] of written.entries()) {
    coherence[cell] = time + offset + 1;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete forwards[cell];
  }
  const state: ThreadState = {
    ...common,
    coherence,
    forwards,
    rNew: max(seen.rNew, last),
    wNew: max(seen.wNew, last),
  };
  // What of it is not promised yet follows at the end of memory, and what is must be its own.
  const known = memory.slice(time, time + written.length);
  const times = known.map((_, offset) => time + offset + 1);
  if (known.some((write, offset) => !isSame(write, written[offset]!))) return;
  if (!times.every((one) => seen.promises.includes(one))) return;
  const made = written.slice(known.length);
  const promises = seen.promises.filter((one) => !times.includes(one));
  found.push({ state: { ...state, promises }, made, floor: time + known.length });
}

class Hidden extends Error {}

const isSame = (a: Write, b: Write) => a.cell === b.cell && a.value === b.value && a.thread === b.thread;

const cellsAfter = (cells: Record<string, Viewed>, written: readonly Write[]): Record<string, Viewed> =>
  new Proxy(cells, {
    get: (target, name) => {
      const own = written.findLast(({ cell }) => cell === String(name));
      return own === undefined ? target[String(name)] : ([own.value, 0, 0] as const);
    },
  });

function isOneCell(step: Statement & { kind: 'step' }): boolean {
  const { reads, writes } = accessesOf(step);
  const name = (reference: Reference) => JSON.stringify([reference.name, reference.index]);
  return (
    writes.length === 1 &&
    new Set([...reads, ...writes].map(name)).size === 1 &&
    !step.effects.some(({ kind }) => kind === 'each')
  );
}
