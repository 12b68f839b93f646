/** Random statements: the text of one thread of a random model. */
import {
  assert,
  atomically,
  branch,
  choose,
  count,
  dec,
  each,
  either,
  forever,
  ge,
  goto,
  gt,
  inc,
  label,
  loop,
  lt,
  not,
  note,
  relaxed,
  set,
  smpMb,
  step,
  wait,
  when,
  type Expr,
  type Statement,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Effect } from '../../checker/language/statement.ts';
import {
  cellOf,
  condition,
  valueFor,
  type Cell,
  type Locals,
  type Memory,
  type Readable,
} from './random-memory.ts';
import type { Tape } from './tape.ts';

export interface Writer {
  readonly tape: Tape;
  readonly memory: Memory;
  readonly locals: Locals;
  readonly cpu: Expr<number>;
  /** Values may leave their domains, and indices their arrays. */
  readonly errors: boolean;
  /** `cpu` only chooses the copy's own element. */
  readonly symmetric: boolean;
  /** Numbers may have 32 bits without a sign. */
  readonly longNumbers: boolean;
  /** How many more statements to write; shared by all blocks of the text. */
  readonly budget: { left: number };
  /** The labels that a goto may name. */
  readonly labels: readonly string[];
}

/** At least one statement, and as many more as the budget and the tape give. */
export function blockOf(writer: Writer): Text {
  const statements: (Statement | Text)[] = [];
  do {
    writer.budget.left -= 1;
    statements.push(statement(writer));
  } while (writer.budget.left > 0 && writer.tape.below(5) > 0);
  return statements;
}

/** The weights of the forms of a statement are how often they stand here. */
function statement(writer: Writer): Statement | Text {
  const { tape, budget } = writer;
  const simple = [write, write, read, update, waiting, local, asserting];
  const rest = [update, pick, remark, atomic, atomic, sweep, again];
  const nested = [lockedBlock, lockedBlock, branching, branching, looping, alternatives];
  return tape.pick([...simple, ...rest, ...(budget.left > 0 ? nested : [])])(writer);
}

/** Any shared cell. */
function anyCell(writer: Writer): Cell {
  const { tape, memory, locals, cpu, errors, symmetric } = writer;
  const at = () => tape.pick<Expr<number> | number>(errors && tape.oneIn(6) ? [locals.n] : [0, 1, locals.i]);
  const own = () => memory.own.at(symmetric || tape.oneIn(3) ? cpu : tape.below(memory.own.length));
  const cells: readonly (() => Variable)[] = [
    () => memory.flag,
    () => memory.count,
    () => memory.kind,
    () => memory.delta,
    () => memory.slots.at(at()),
    () => memory.flags.at(at()),
    own,
    ...(writer.longNumbers ? [() => memory.word] : []),
    ...(symmetric ? [own] : []),
  ];
  return cellOf(tape.pick(cells)());
}

function anyLocal({ tape, locals }: Writer): Cell {
  const elements = [locals.seen.at(0), locals.seen.at(locals.i)];
  return cellOf(tape.pick<Variable>([locals.b, locals.n, locals.v, locals.i, ...elements]));
}

const reading = ({ tape, locals, cpu, symmetric, errors }: Writer, cell: Cell | null): Readable => ({
  tape,
  cell,
  locals: [locals.b, locals.n, locals.v, locals.i].map(cellOf),
  cpu: symmetric ? null : cpu,
  faults: errors,
});

function assign(writer: Writer, target: Cell, from: Readable): Effect {
  const { value, fits } = valueFor(target, from);
  const assignment = set(target.variable as Variable, value);
  return fits === null || (writer.errors && from.cell !== null && writer.tape.oneIn(2))
    ? assignment
    : when(fits, assignment);
}

function write(writer: Writer): Statement {
  const cell = anyCell(writer);
  const written = step('write', assign(writer, cell, reading(writer, writer.tape.oneIn(3) ? cell : null)));
  return writer.tape.oneIn(4) ? relaxed(written) : written;
}

function read(writer: Writer): Statement {
  const target = anyLocal(writer);
  return step('read', assign(writer, target, reading(writer, anyCell(writer))));
}

/** A read-modify-write: counts up or down within the domain, and stores whether it did. */
function update(writer: Writer, mayWait = true): Statement {
  const { tape, memory, locals, cpu, symmetric, errors } = writer;
  const own = memory.own.at(symmetric || tape.oneIn(2) ? cpu : 0);
  const { variable, low, high } = cellOf(tape.pick([memory.count, memory.delta, own])) as Cell & {
    type: 'number';
  };
  const up = !tape.oneIn(2);
  const change = up ? inc(variable) : dec(variable);
  if (errors && tape.oneIn(3)) return step('update', change);
  const possible = up ? lt(variable, high) : gt(variable, low);
  if (mayWait && tape.oneIn(2)) return wait('update', possible, change);
  return step(
    'update',
    set(locals.b, possible),
    when(locals.b, change),
    ...(tape.oneIn(3) ? [count('update')] : []),
  );
}

function waiting(writer: Writer): Statement {
  const cell = anyCell(writer);
  const guard = condition(reading(writer, cell));
  return wait('wait', guard, ...(writer.tape.oneIn(2) ? [assign(writer, cell, reading(writer, null))] : []));
}

const local = (writer: Writer): Statement =>
  step('local', assign(writer, anyLocal(writer), reading(writer, null)));

function asserting(writer: Writer): Statement {
  const from = reading(writer, anyCell(writer));
  const claimed = () => condition(from, 1);
  // An assertion that often fails would leave little else to find.
  return writer.tape.oneIn(3)
    ? step('assert', assert('claimed', claimed()))
    : step('assert', when(claimed(), assert('claimed', claimed())));
}

const pick = ({ tape, locals }: Writer): Statement =>
  choose('choose', tape.pick<Variable>([locals.b, locals.i, locals.n, locals.v]));

const remark = ({ tape }: Writer): Statement => (tape.oneIn(2) ? note('note') : smpMb());

function atomic(writer: Writer): Statement {
  const { tape } = writer;
  const parts = [write, read, (own: Writer) => update(own, false), local, pick, asserting];
  const first = tape.pick([...parts, waiting])(writer);
  const rest = Array.from({ length: 1 + tape.below(2) }, () => tape.pick(parts)(writer));
  if (tape.oneIn(3))
    rest.push(
      branch(
        'branch',
        condition(reading(writer, anyCell(writer))),
        [write(writer)],
        tape.oneIn(2) ? [again(writer)] : [],
      ),
    );
  return atomically('test', first, ...rest);
}

/** One step for all elements of an array. */
function sweep(writer: Writer): Statement {
  const { tape, memory, locals } = writer;
  if (tape.oneIn(3))
    return step(
      'sweep',
      each(2, (i) => [set(locals.seen.at(i), tape.oneIn(2))]),
    );
  if (tape.oneIn(2))
    return atomically(
      'test',
      step(
        'sweep',
        each(memory.own.length, (i) => [when(gt(memory.own.at(i), 0), dec(memory.own.at(i)))]),
      ),
    );
  return atomically(
    'test',
    step(
      'sweep',
      each(2, (i) => [set(memory.flags.at(i), ge(memory.slots.at(i), 1))]),
    ),
  );
}

const again = (writer: Writer): Statement => goto(writer.tape.pick(writer.labels));

const lockedBlock = (writer: Writer): Text => [
  wait('lock', not(writer.memory.lock), set(writer.memory.lock, true)),
  blockOf(writer),
  step('unlock', set(writer.memory.lock, false)),
];

function branching(writer: Writer): Statement {
  const from = reading(writer, writer.tape.oneIn(4) ? null : anyCell(writer));
  const otherwise = () => (writer.tape.oneIn(2) && writer.budget.left > 0 ? blockOf(writer) : []);
  return branch('branch', condition(from), blockOf(writer), otherwise());
}

const looping = (writer: Writer): Statement => loop('loop', writer.locals.i, blockOf(writer));

const alternatives = (writer: Writer): Statement => either(blockOf(writer), blockOf(writer));

/**
 * A whole text; endless, it is an agent that never ends.
 *
 * Before the first shared step nothing can fail: no transition could be blamed for it.
 */
export function textOf(writer: Writer, endless: boolean): Text {
  const { tape, locals, memory } = writer;
  const begin = tape.oneIn(4) ? [pick(writer)] : [];
  const first = tape.oneIn(2) ? step('read', set(locals.v, memory.kind)) : update(writer, false);
  const body = tape.oneIn(6) ? loop('loop', locals.i, [first, blockOf(writer)]) : [first, blockOf(writer)];
  return [begin, label('again'), endless ? forever(body) : body, label('out')];
}
