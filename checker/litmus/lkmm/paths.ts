/** The paths through the text of a process: one for each outcome of its branches and each accessed location. */
import { atomicNamed } from '../atomics.ts';
import { int, wide } from '../c-arithmetic.ts';
import type { Computation } from '../instruction.ts';
import {
  LitmusError,
  type CExpr,
  type CStatement,
  type CType,
  type LitmusTest,
  type LitmusValue,
  type Process,
} from '../litmus-test.ts';
import { registerTypes } from '../types.ts';
import { old } from '../values.ts';
import type { MemoryEvent, ProcessPath, Reads, Requirement, Term } from './event.ts';
import { fences, loads, srcuBegins, srcuEnds, srcuWaits, stores, throughPointer } from './primitives.ts';
import { rcuSectionsIn } from './sections.ts';
import { binaryValue, constant, converted, unaryValue, type TypedTerm } from './terms.ts';

/** The largest number of paths of one process. */
const mostPaths = 20_000;

export interface LocationTypes {
  /** Every location by name, with its type. */
  readonly types: ReadonlyMap<string, CType>;
  /** The locations whose address a pointer can hold. */
  readonly addressed: readonly string[];
}

/** A path so far. */
interface PartialRun {
  readonly events: readonly MemoryEvent[];
  readonly requirements: readonly Requirement[];
  readonly registers: ReadonlyMap<string, TypedTerm>;
  /** The reads that decided the enclosing branches. */
  readonly control: Reads;
}

interface EvaluatedTerm {
  readonly run: PartialRun;
  readonly value: TypedTerm;
}

interface TermContext {
  readonly line: number;
  readonly text: string;
  readonly places: LocationTypes;
  readonly types: ReadonlyMap<string, CType>;
}

/** Throws  LitmusError for unsupported calls. */
export function pathsOf(from: Process, test: LitmusTest, places: LocationTypes): readonly ProcessPath[] {
  const types = registerTypes(from.body);
  const given = test.initial.filter(({ observed }) => observed.owner === from.number);
  const registers = new Map<string, TypedTerm>([
    ...[...types].map(([name, type]): [string, TypedTerm] => [name, plainValue(0, type)]),
    ...given.map(({ observed, value, type }): [string, TypedTerm] => [
      observed.name,
      converted(plainValue(value, wide), types.get(observed.name) ?? type ?? wide),
    ]),
  ]);
  const start: PartialRun = { events: [], requirements: [], registers, control: 0n };
  return execute(from.body, start, { line: 1, text: '', places, types })
    .filter(({ events }) => locksAreFree(events))
    .map(({ events, requirements, registers: atEnd }) => ({
      process: from.number,
      events,
      requirements,
      registers: new Map([...atEnd].map(([name, { term }]) => [name, term])),
      flags: rcuSectionsIn(events).flags,
    }));
}

const plainValue = (value: LitmusValue, type: CType): TypedTerm => ({
  term: constant(value),
  reads: 0n,
  type,
});

/** Whether no lock blocks forever: a process takes a lock, or reads it as free, only if it does not hold it. */
function locksAreFree(events: readonly MemoryEvent[]): boolean {
  const held = new Set<string>();
  return events.every(({ mark, location }) => {
    if ((mark === 'lock-read' || mark === 'is-unlocked') && held.has(location)) return false;
    if (mark === 'lock-write') held.add(location);
    if (mark === 'unlock') held.delete(location);
    return true;
  });
}

function execute(body: readonly CStatement[], from: PartialRun, context: TermContext): readonly PartialRun[] {
  return body.reduce<readonly PartialRun[]>(
    (runs, statement) => {
      const after = runs.flatMap((run) => executeOne(statement, run, { ...context, ...statement }));
      if (after.length > mostPaths)
        throw new LitmusError(statement.line, `a process has more than ${mostPaths} ways through its text`);
      return after;
    },
    [from],
  );
}

function executeOne(statement: CStatement, run: PartialRun, context: TermContext): readonly PartialRun[] {
  switch (statement.kind) {
    case 'declare':
      return [run];
    case 'evaluate':
      return effect(statement.value, run, context);
    case 'assign':
      return assign(statement.target, statement.value, run, context);
    case 'if':
      return evaluate(statement.condition, run, context).flatMap(({ run: at, value }) =>
        branch(statement, at, value, context),
      );
    case 'loop':
      throw new Error('parseLitmus() has unrolled all loops');
  }
}

function branch(
  statement: CStatement & { kind: 'if' },
  run: PartialRun,
  { term, reads }: TypedTerm,
  context: TermContext,
): readonly PartialRun[] {
  const ways = term.kind === 'constant' ? [term.value !== 0] : [true, false];
  return ways.flatMap((is) => {
    const requirements = term.kind === 'constant' ? run.requirements : [...run.requirements, { term, is }];
    const inside = { ...run, requirements, control: run.control | reads };
    const after = execute(is ? statement.then : statement.otherwise, inside, context);
    // The statements after the branch run in either case: only those inside depend on it.
    return after.map((one) => ({ ...one, control: run.control }));
  });
}

function assign(target: CExpr, value: CExpr, run: PartialRun, context: TermContext): readonly PartialRun[] {
  if (target.kind === 'name') {
    if (isLocation(target.name, run, context))
      throw new LitmusError(
        context.line,
        `'${target.name}' is a location: write *${target.name} or WRITE_ONCE(*${target.name}, ...)`,
      );
    return evaluate(value, run, context).map((outcome) => {
      const type = context.types.get(target.name);
      const kept = type === undefined ? outcome.value : converted(outcome.value, type);
      return { ...outcome.run, registers: new Map(outcome.run.registers).set(target.name, kept) };
    });
  }
  if (target.kind !== 'dereference')
    throw new LitmusError(context.line, `'${context.text}' assigns to what is neither a register nor *x`);
  return evaluate(value, run, context).flatMap((outcome) => store(target.address, 'plain', outcome, context));
}

const isLocation = (name: string, { registers }: PartialRun, { places }: TermContext) =>
  !registers.has(name) && places.types.has(name);

/** Executes an expression statement. */
function effect(expr: CExpr, run: PartialRun, context: TermContext): readonly PartialRun[] {
  if (expr.kind === 'call') {
    const { name, operands } = expr;
    const fence = fences[name];
    if (fence !== undefined) return [emit(run, { kind: 'fence', mark: fence }, context)];
    const known = stores[name];
    if (known !== undefined) {
      check(expr, 2);
      const after = evaluate(operands[1]!, run, context).flatMap((outcome) =>
        store(addressOf(expr), known.mark, outcome, context),
      );
      const { then } = known;
      return then === undefined
        ? after
        : after.map((one) => emit(one, { kind: 'fence', mark: then }, context));
    }
    if (name === 'spin_lock' || name === 'spin_unlock' || name === 'spin_unlock_wait') {
      check(expr, 1);
      return at(operands[0]!, run, context).map((there) => {
        if (name === 'spin_unlock') return unlock(there, context);
        const locked = lock(there, context).run;
        return name === 'spin_lock' ? locked : unlock({ ...there, run: locked }, context);
      });
    }
    if (srcuWaits.has(name)) {
      check(expr, 1);
      return at(operands[0]!, run, context).map(({ run: there, location }) =>
        emit(there, { kind: 'fence', mark: 'sync-srcu', location }, context),
      );
    }
    if (srcuEnds.has(name)) {
      check(expr, 2);
      return evaluate(operands[1]!, run, context).flatMap((outcome) =>
        store(operands[0]!, 'srcu-unlock', outcome, context),
      );
    }
  }
  return evaluate(expr, run, context).map((outcome) => outcome.run);
}

/** The possible values of an expression, each with its accesses. */
function evaluate(expr: CExpr, run: PartialRun, context: TermContext): readonly EvaluatedTerm[] {
  switch (expr.kind) {
    case 'constant': {
      const type = wrapsInto(expr.value) ? int : wide;
      return [{ run, value: plainValue(expr.value, type) }];
    }
    case 'name': {
      const register = run.registers.get(expr.name);
      if (register !== undefined) return [{ run, value: register }];
      if (context.places.types.has(expr.name)) return [{ run, value: plainValue(expr.name, wide) }];
      throw new LitmusError(expr.line, `'${expr.name}' is neither a register nor a location of this process`);
    }
    case 'cast':
      return evaluate(expr.operand, run, context).map((outcome) => ({
        ...outcome,
        value: converted(outcome.value, expr.type),
      }));
    case 'unary':
      return evaluate(expr.operand, run, context).map((outcome) => ({
        ...outcome,
        value: unaryValue(expr.operator, outcome.value),
      }));
    case 'binary':
      return evaluate(expr.left, run, context).flatMap((left) =>
        evaluate(expr.right, left.run, context).map((right) => ({
          ...right,
          value: binaryValue(expr.operator, left.value, right.value),
        })),
      );
    case 'dereference':
      return load(expr.address, 'plain', run, context);
    case 'call':
      return call(expr, run, context);
  }
}

const wrapsInto = (value: number) => value === (value | 0);

type PathCall = CExpr & { readonly kind: 'call' };

function call(expr: PathCall, run: PartialRun, context: TermContext): readonly EvaluatedTerm[] {
  const { name, operands } = expr;
  const known = loads[name];
  if (known !== undefined) {
    check(expr, 1);
    return load(addressOf(expr), known.mark, run, context);
  }
  if (srcuBegins.has(name)) {
    check(expr, 1);
    return load(operands[0]!, 'srcu-lock', run, context);
  }
  if (name === 'spin_trylock' || name === 'spin_is_locked') {
    check(expr, 1);
    return at(operands[0]!, run, context).flatMap((there) =>
      name === 'spin_trylock'
        ? [lock(there, context), look(there, 'lock-failed', 0, context)]
        : [look(there, 'is-locked', 1, context), look(there, 'is-unlocked', 0, context)],
    );
  }
  const atomic = atomicNamed(name);
  if (atomic === null) throw new LitmusError(expr.line, `'${name}(...)' is not supported`);
  check(expr, atomic.operands);
  const others = operands.filter((_, position) => position !== atomic.address);
  const names = others.map((_, position): Computation => ({ kind: 'register', name: String(position) }));
  return evaluateAll(others, run, context).flatMap(({ run: ready, values }) =>
    at(operands[atomic.address]!, ready, context).flatMap((there) =>
      update({ ...atomic.update(names), returns: atomic.returns, name }, values, there, context),
    ),
  );
}

function evaluateAll(
  exprs: readonly CExpr[],
  run: PartialRun,
  context: TermContext,
): readonly { readonly run: PartialRun; readonly values: readonly TypedTerm[] }[] {
  return exprs.reduce<readonly { readonly run: PartialRun; readonly values: readonly TypedTerm[] }[]>(
    (all, expr) =>
      all.flatMap((one) =>
        evaluate(expr, one.run, context).map((outcome) => ({
          run: outcome.run,
          values: [...one.values, outcome.value],
        })),
      ),
    [{ run, values: [] }],
  );
}

/** The target of an access, with the reads that its address depends on. */
interface There {
  readonly run: PartialRun;
  readonly location: string;
  readonly address: Reads;
}

/** Every possible location of an address; a path with another address does not count. */
function at(address: CExpr, from: PartialRun, context: TermContext): readonly There[] {
  return evaluate(address, from, context).flatMap(({ run, value: { term, reads } }): readonly There[] => {
    if (term.kind === 'constant')
      return typeof term.value === 'string' ? [{ run, location: term.value, address: reads }] : [];
    return context.places.addressed.map((location) => ({
      run: { ...run, requirements: [...run.requirements, { term, is: location }] },
      location,
      address: reads,
    }));
  });
}

const typeAt = (location: string, { places }: TermContext): CType =>
  places.types.get(location) ?? places.types.get(location.replace(/\[\d+\]$/, '')) ?? wide;

function load(
  address: CExpr,
  mark: MemoryEvent['mark'],
  run: PartialRun,
  context: TermContext,
): readonly EvaluatedTerm[] {
  return at(address, run, context).map((there) => {
    const after = emit(
      there.run,
      { kind: 'read', mark, location: there.location, address: there.address },
      context,
    );
    if (mark !== 'srcu-lock') return { run: after, value: readBack(after, typeAt(there.location, context)) };
    // The cookie is opaque, but its users depend on this read.
    return { run: after, value: { ...readBack(after, int), term: constant(0) } };
  });
}

/** The value of the last event, a read. */
const readBack = ({ events }: PartialRun, type: CType): TypedTerm => ({
  term: { kind: 'read', event: events.length - 1 },
  reads: 1n << BigInt(events.length - 1),
  type,
});

function store(
  address: CExpr,
  mark: MemoryEvent['mark'],
  { run, value }: EvaluatedTerm,
  context: TermContext,
): readonly PartialRun[] {
  return at(address, run, context).map((there) => {
    const { term, reads } = converted(value, typeAt(there.location, context));
    const { location, address: through } = there;
    return emit(
      there.run,
      { kind: 'write', mark, location, address: through, value: term, data: reads },
      context,
    );
  });
}

/** Takes a lock: a read that finds it free, and the write that takes it. */
function lock({ run, location, address }: There, context: TermContext): EvaluatedTerm {
  const read = emit(run, { kind: 'read', mark: 'lock-read', location, address }, context);
  const { reads } = readBack(read, int);
  const locked = emit(
    read,
    {
      kind: 'write',
      mark: 'lock-write',
      location,
      address,
      value: constant(1),
      partner: read.events.length - 1,
    },
    context,
  );
  return { run: locked, value: { term: constant(1), reads, type: int } };
}

const unlock = ({ run, location, address }: There, context: TermContext): PartialRun =>
  emit(run, { kind: 'write', mark: 'unlock', location, address, value: constant(0) }, context);

/** Reads a lock without changing it. */
function look(
  { run, location, address }: There,
  mark: MemoryEvent['mark'],
  result: number,
  context: TermContext,
): EvaluatedTerm {
  const after = emit(run, { kind: 'read', mark, location, address }, context);
  return { run: after, value: { ...readBack(after, int), term: constant(result) } };
}

type AtomicUpdate = ReturnType<NonNullable<ReturnType<typeof atomicNamed>>['update']> & {
  readonly returns: boolean;
  readonly name: string;
};

/** An atomic operation: a read and a write, or an unordered read if it fails. */
function update(
  { condition, value, result, order, returns, name }: AtomicUpdate,
  operands: readonly TypedTerm[],
  { run, location, address }: There,
  context: TermContext,
): readonly EvaluatedTerm[] {
  const type = typeAt(location, context);
  const half = { location, address, isAtomic: true };
  const readMark = order === 'acquire' || order === 'full' ? order : returns ? 'once' : 'noreturn';
  const writeMark = order === 'release' || order === 'full' ? order : 'once';
  const read = (mark: MemoryEvent['mark']) => emit(run, { ...half, kind: 'read', mark }, context);
  const requiring = (one: PartialRun, term: Term, is: boolean): PartialRun => ({
    ...one,
    requirements: [...one.requirements, { term, is }],
  });
  const valueOf = (part: Computation, after: PartialRun) =>
    computed(part, (variable) => (variable === old ? readBack(after, type) : operands[Number(variable)]!));
  const outcomes: EvaluatedTerm[] = [];
  const done = read(readMark);
  const written = converted(valueOf(value, done), type);
  // xchg() and cmpxchg() write an operand and depend on that alone; the others depend on all operands.
  const given = operands.reduce((all, { reads }) => all | reads, 0n);
  const data = written.reads | (/cmpxchg/.test(name) ? 0n : given);
  const took = condition === null ? null : valueOf(condition, done).term;
  const isNever = took?.kind === 'constant' && took.value === 0;
  if (!isNever) {
    const holds = took === null || took.kind === 'constant' ? done : requiring(done, took, true);
    const partner = done.events.length - 1;
    const after = emit(
      holds,
      { ...half, kind: 'write', mark: writeMark, value: written.term, data, partner },
      context,
    );
    const own = valueOf(result, done);
    outcomes.push({ run: after, value: { ...own, reads: own.reads | readBack(done, type).reads } });
  }
  if (took !== null && (isNever || took.kind !== 'constant')) {
    const failed = read('once');
    const own = valueOf(result, failed);
    outcomes.push({ run: took.kind === 'constant' ? failed : requiring(failed, took, false), value: own });
  }
  return outcomes;
}

function computed(computation: Computation, variable: (name: string) => TypedTerm): TypedTerm {
  switch (computation.kind) {
    case 'constant':
      return plainValue(computation.value, int);
    case 'address':
      return plainValue(computation.location, wide);
    case 'register':
      return variable(computation.name);
    case 'old':
      return variable(old);
    case 'unary':
      return unaryValue(computation.operator, computed(computation.operand, variable));
    case 'binary':
      return binaryValue(
        computation.operator,
        computed(computation.left, variable),
        computed(computation.right, variable),
      );
  }
}

type Made = Pick<MemoryEvent, 'kind' | 'mark'> & Partial<MemoryEvent>;

function emit(run: PartialRun, made: Made, { line, text }: TermContext): PartialRun {
  const event: MemoryEvent = {
    location: '',
    value: null,
    address: 0n,
    data: 0n,
    control: run.control,
    isAtomic: false,
    partner: -1,
    line,
    text,
    ...made,
  };
  return { ...run, events: [...run.events, event] };
}

/** The address that a call accesses; for `*x` it is `x`. */
function addressOf({ name, operands, line }: PathCall): CExpr {
  const operand = operands[0]!;
  if (!throughPointer.has(name)) return operand;
  if (operand.kind === 'dereference') return operand.address;
  // atomic_t is a structure: macros that take a variable receive its address.
  if (name === 'smp_store_mb') return operand;
  throw new LitmusError(line, `'${name}' takes *x, what a pointer points to`);
}

function check({ name, operands, line }: PathCall, count: number): void {
  if (operands.length !== count)
    throw new LitmusError(
      line,
      `'${name}' takes ${count} operand${count === 1 ? '' : 's'}, not ${operands.length}`,
    );
}
