/** Random models for the laws: small, valid, and of all shapes that the language knows. */
import fc from 'fast-check';
import {
  always,
  and,
  claim,
  defineModel,
  ended,
  eq,
  exists,
  forAll,
  ge,
  ne,
  never,
  not,
  or,
  reachable,
  say,
  shared,
  thread,
  type Expr,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import type { Property } from '../../checker/language/property.ts';
import type { Thread } from '../../checker/language/thread.ts';
import { declarationsOf } from '../../checker/language/variable.ts';
import { printModel } from './print-model.ts';
import { cellOf, condition, kinds, locals, memoryOf, type Memory } from './random-memory.ts';
import { textOf } from './random-text.ts';
import { tape, type Tape } from './tape.ts';

export interface Wishes {
  /** Values may leave their domains, and indices their arrays: 'error' findings occur. */
  readonly errors: boolean;
  /** Copies of a thread are alike: `cpu` only chooses the copy's own element. At least one thread has copies. */
  readonly symmetric?: boolean;
  /** Numbers may have 32 bits without a sign, true by default. */
  readonly longNumbers?: boolean;
  /** About how many states a model may have; few have more. */
  readonly states?: number;
}

/** Random models; a counterexample is shown as text. */
export function randomModel(wishes: Wishes): fc.Arbitrary<Model> {
  const numbers = fc.array(fc.nat(255), { minLength: 60, maxLength: 300, size: 'max' });
  return numbers.map((drawn) => {
    const model = modelOf(tape(drawn), wishes);
    return Object.assign(model, { [fc.toStringMethod]: () => `\n${printModel(model)}\n` });
  });
}

interface World {
  readonly tape: Tape;
  readonly memory: Memory;
  readonly wishes: Wishes;
  /** The number of copies of each thread. */
  readonly cpus: readonly number[];
}

type AnyLocals = Thread<typeof locals>;

const alike = [[2], [3], [2, 1], [2, 2]] as const;
const mixed = [[1, 1], [2], [1], [2, 1], [1, 1, 1], [3], [2, 2], [3, 1]] as const;

function modelOf(from: Tape, wishes: Wishes): Model {
  const cpus = from.pick<readonly number[]>(wishes.symmetric === true ? alike : mixed);
  const world: World = { tape: from, wishes, cpus, memory: memoryOf(Math.max(...cpus)) };
  const threads = cpus.map((_, at) => threadOf(world, at));
  const properties = propertiesOf(world, threads);
  // Variables that nothing mentions would only be noise in a counterexample.
  const text = JSON.stringify([threads, properties]);
  const declared = Object.entries(declarationsOf(world.memory)).filter(([name]) =>
    text.includes(`"kind":"shared","name":"${name}"`),
  );
  const parts = { shared: shared(Object.fromEntries(declared)), threads, properties };
  return defineModel({ name: 'random', summary: '', options: {}, build: () => parts }).build();
}

/** The statements that a thread may have: the states of a model grow with their power to the number of copies. */
function budgetOf({ wishes: { states = 2000 }, cpus }: World): number {
  const copies = cpus.reduce((sum, more) => sum + more);
  return Math.max(1, Math.min(12, Math.floor(states ** (1 / copies) / 2)));
}

function threadOf(world: World, at: number): AnyLocals {
  const { tape: from, memory, wishes, cpus } = world;
  const endless = from.oneIn(7);
  const settings = { cpus: cpus[at]!, locals, mayBlockForever: endless ? !from.oneIn(4) : from.oneIn(9) };
  return thread('pqr'.charAt(at), settings, (l, cpu) => {
    const { errors, symmetric = false, longNumbers = true } = wishes;
    const budget = { left: budgetOf(world) };
    return textOf(
      {
        tape: from,
        memory,
        locals: l,
        cpu,
        errors,
        symmetric,
        longNumbers,
        budget,
        labels: ['out', 'again'],
      },
      endless,
    );
  });
}

function propertiesOf(world: World, threads: readonly AnyLocals[]): readonly Property[] {
  const { tape: from } = world;
  const invariants = Array.from({ length: from.below(3) }, (_, at) =>
    always(`invariant ${at}`, and(...conjuncts(world, threads))),
  );
  return [...invariants, reachable('witness', witness(world, threads[0]!))];
}

const conjuncts = (world: World, threads: readonly AnyLocals[]) =>
  Array.from({ length: 1 + world.tape.below(3) }, () => conjunct(world, world.tape.pick(threads)));

/** One conjunct of an invariant; most hold in most states, because a violation ends the search. */
function conjunct(world: World, over: AnyLocals): Expr<boolean> {
  const { tape: from, memory } = world;
  const unlikely = () => and(about(world), about(world), ...(from.oneIn(3) ? [] : [about(world)]));
  const forms: readonly (() => Expr<boolean>)[] = [
    () => not(unlikely()),
    () => forAll(2, (i) => or(ne(memory.slots.at(i), from.below(3)), not(unlikely()))),
    () =>
      forAll(over, (l, cpu) =>
        never(and(eq(l.n, 2), eq(memory.own.at(cpu), 0)), say`copy ${cpu} has ${l.n}`),
      ),
    () => forAll(over, (l) => or(eq(l.v, from.pick(kinds)), not(about(world)))),
    () =>
      not(
        and(
          exists(over, (l, cpu) => and(l.b, ended(over, cpu))),
          about(world),
        ),
      ),
    () =>
      claim(
        not(
          and(
            exists(2, (i) => memory.flags.at(i)),
            forAll(2, (i) => ge(memory.slots.at(i), 1)),
          ),
        ),
        say`flags are up`,
      ),
  ];
  return from.pick(forms)();
}

/** A condition about one shared cell. */
function about({ tape: from, memory, wishes }: World): Expr<boolean> {
  const own = wishes.symmetric === true ? [] : [memory.own.at(0)];
  const cells = [
    memory.flag,
    memory.kind,
    memory.count,
    memory.delta,
    memory.lock,
    memory.slots.at(0),
    ...own,
  ];
  return condition({ tape: from, cell: cellOf(from.pick(cells)), locals: [], cpu: null }, 0);
}

const witness = (world: World, over: AnyLocals): Expr<boolean> =>
  world.tape.oneIn(2) ? about(world) : exists(over, (_, cpu) => ended(over, cpu));
