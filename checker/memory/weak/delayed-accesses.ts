/** Loads and relaxed atomic operations that a CPU performs later than the text says: past stores that follow them. */
import { or, walk, type Expr, type SharedReference } from '../../language/expression.ts';
import { conditionsOf } from '../../language/liveness.ts';
import type { Model, Untried } from '../../language/model.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { bool } from '../../language/domain.ts';
import { init, type Declarations } from '../../language/variable.ts';
import { accessesOf } from '../common/accesses.ts';
import { cpusOf } from '../common/cpu.ts';
import { comesAfter, conductOf, leadsTo, type Conduct, type ConductContext } from './program-order.ts';
import { commonVariables } from '../store-buffer/buffered-cells.ts';
import { forwardings } from './delayed-forwarding.ts';
import {
  close,
  closing,
  inTextOrder,
  openIn,
  perform,
  willing,
  type Lateness,
  type Open,
} from './delayed-order.ts';
import { candidates, type Late } from './delayed-step.ts';
import { untriedIn } from './ledger.ts';
import { failureOf, isReadModifyWrite, type StepStatement } from '../common/ordering.ts';

interface DelayPass extends ConductContext, Lateness {
  readonly thread: AnyThread;
  readonly labels: Map<string, Open>;
  /** Variables that other CPUs touch. */
  readonly common: ReadonlySet<string>;
  /** What was found to be passed by a store, or to be in the way of something that is. */
  readonly passed: Set<number>;
}

interface DelayedCode {
  readonly code: Block;
  /** Null where control does not come. */
  readonly open: Open | null;
}

/** The model in which each thread may perform loads and relaxed atomic operations late, with what it does not try. */
export function withDelayedAccesses(model: Model): Model {
  const cpus = cpusOf(model);
  const common = commonVariables(model, cpus);
  const ledger: Untried[] = [];
  const threads = model.threads.map((thread) => {
    const cpu = cpus.find((one) => one.threads.includes(thread))!;
    const handlers = cpu.threads.filter((other) => other !== thread);
    const ofHandlers = new Set(handlers.flatMap((handler) => accessedIn(handler).map(({ name }) => name)));
    const writtenHere = new Set(cpu.threads.flatMap(writtenIn));
    const others = cpu.host.cpus > 1 ? cpus : cpus.filter((one) => one !== cpu);
    const writtenByOthers = new Set(
      others.flatMap((one) => one.threads.flatMap(writtenIn)).filter((name) => common.has(name)),
    );
    const given = { seen: seenLocals(model, thread), ofHandlers, common };
    const { late, rewritten: result } = lateThread(thread, given);
    ledger.push(
      ...untriedIn(thread, {
        ...given,
        candidates: candidates(thread, given),
        late,
        writtenHere,
        writtenByOthers,
      }),
    );
    return result;
  });
  return { ...model, threads, ledger };
}

function accessedIn({ body }: AnyThread): readonly SharedReference[] {
  return [...statementsOf(body)].flatMap((one) => {
    const { reads, writes } = accessesOf(one);
    return [...reads, ...writes];
  });
}

const writtenIn = ({ body }: AnyThread): readonly string[] =>
  [...statementsOf(body)].flatMap((one) => accessesOf(one).writes.map(({ name }) => name));

/** The locals that properties and costs look at. */
function seenLocals(model: Model, { name }: AnyThread): ReadonlySet<string> {
  const conditions = [...conditionsOf(model), ...model.costs.flatMap(({ until }) => until ?? [])];
  const parts = conditions.flatMap((condition) => [...walk(condition)]);
  return new Set(parts.flatMap((part) => (part.kind === 'local' && part.thread === name ? [part.name] : [])));
}

interface LateThread {
  readonly rewritten: AnyThread;
  /** What may be late in it. */
  readonly late: ReadonlyMap<number, Late>;
}

function lateThread(thread: AnyThread, given: ConductContext & Pick<DelayPass, 'common'>): LateThread {
  let late = candidates(thread, given);
  for (;;) {
    const pass: DelayPass = { ...given, thread, late, labels: new Map(), passed: new Set() };
    const body = rewritten(pass);
    const useful = new Map([...late].filter(([at]) => pass.passed.has(at)));
    if (useful.size === late.size) {
      if (late.size === 0) return { rewritten: thread, late };
      const flags: Declarations = Object.fromEntries(
        [...late.values()].map(({ isOpen: { name } }) => [
          name,
          { ...init(bool, false), insideCpu: 'delayed access' as const },
        ]),
      );
      return { rewritten: { ...thread, locals: { ...thread.locals, ...flags }, body }, late };
    }
    late = useful;
  }
}

/** Runs over the text until nothing new is open at any label; the code of the last run. */
function rewritten(pass: DelayPass): Block {
  const size = () => [...pass.labels.values()].reduce((sum, open) => sum + open.size + 1, 0);
  for (;;) {
    const before = size();
    const { code, open } = runBlock(pass.thread.body, new Set(), pass);
    if (size() === before) return [...code, ...(open === null ? [] : closing(open, pass))];
  }
}

const union = (one: Open | null, other: Open | null): Open | null =>
  one === null ? other : other === null ? one : new Set([...one, ...other]);

function runBlock(block: Block, before: Open | null, pass: DelayPass): DelayedCode {
  let open = before;
  const code = block.flatMap((statement) => {
    const result = run(statement, open, pass);
    open = result.open;
    return result.code;
  });
  return { code, open };
}

function run(statement: Statement, before: Open | null, pass: DelayPass): DelayedCode {
  switch (statement.kind) {
    case 'label': {
      const open = union(pass.labels.get(statement.name) ?? null, before);
      if (open !== null) pass.labels.set(statement.name, open);
      return { code: [statement], open };
    }
    case 'goto':
      if (before !== null)
        pass.labels.set(statement.label, union(pass.labels.get(statement.label) ?? null, before)!);
      return { code: [statement], open: null };
    case 'note':
      return { code: [statement], open: before };
    case 'step':
    case 'barrier':
    case 'choose':
    case 'branch':
    case 'either':
    case 'loop':
    case 'forever':
    case 'atomically':
      return before === null ? { code: [statement], open: null } : runOrdered(statement, before, pass);
  }
}

function runOrdered(statement: Statement, before: Open, pass: DelayPass): DelayedCode {
  const own = pass.late.get(statement.line);
  const conduct = own?.conduct ?? conductOf(statement, pass);
  notePassed(conduct, before, pass);
  if (own !== undefined) return runLate(own, before, pass);
  if (statement.kind === 'step') {
    if (mayFail(statement, conduct)) return runFailing(statement, conduct, before, pass);
    const ways = forwardings(statement, conduct, before, pass);
    if (ways.length > 0) return runForwarded(statement, ways, before, pass);
  }
  return runInOrder(statement, before, pass);
}

/** A statement behind what it must come after. */
function runInOrder(statement: Statement, before: Open, pass: DelayPass): DelayedCode {
  const conduct = conductOf(statement, pass);
  const { code, open } = close(conduct, before, pass);
  const inner = runInside(statement, open, pass);
  const own =
    statement.kind === 'step' && statement.guard !== null ? whileWaiting(statement, open, pass) : inner.code;
  return { ...inner, code: [...willing(conduct, open, pass), ...code, ...own] };
}

/** A step that waits: what is open can be done meanwhile, since it may be what others wait for. */
function whileWaiting(step: StepStatement, open: Open, pass: DelayPass): Block {
  const late = openIn(open, pass);
  if (late.length === 0) return [step];
  const { line, nth } = step;
  const guard = or(...late.map(({ isOpen }) => isOpen as Expr<boolean>));
  const { text } = step;
  const first: Statement = {
    kind: 'step',
    line,
    nth,
    role: 'drains',
    text,
    guard,
    effects: [],
    ordering: null,
  };
  return [eitherOf(step, [[step], [first, ...closing(open, pass), step]])];
}

/** A full barrier where it succeeds: a compare-and-exchange and the like. */
const mayFail = (step: StepStatement, { kind }: Conduct): boolean =>
  kind === 'barrier' && isReadModifyWrite(step) && failureOf(step) !== null;

/** An atomic operation that is a mere load where it fails: what is open may be done behind it. */
function runFailing(step: StepStatement, full: Conduct, before: Open, pass: DelayPass): DelayedCode {
  const asLoad: Conduct = { ...full, kind: 'load', order: 'plain' };
  const { code, open } = close(asLoad, before, pass);
  if (close(full, open, pass).code.length === 0) return runInOrder(step, before, pass);
  const done = runInOrder(step, open, pass);
  const failed: Statement = { ...step, only: 'failure' };
  return { code: [...code, eitherOf(step, [done.code, [failed]])], open: union(done.open, open) };
}

/** A load that sees memory, or a store of its CPU that is still to come. */
function runForwarded(
  step: StepStatement,
  ways: readonly Block[],
  before: Open,
  pass: DelayPass,
): DelayedCode {
  const { code } = runInOrder(step, before, pass);
  return { code: [eitherOf(step, [code, ...ways])], open: before };
}

const eitherOf = ({ line, nth }: StepStatement, alternatives: readonly Block[]): Statement => ({
  kind: 'either',
  line,
  nth,
  alternatives,
});

/** A statement with the blocks in it. */
function runInside(statement: Statement, open: Open, pass: DelayPass): DelayedCode {
  switch (statement.kind) {
    case 'branch': {
      const [then, otherwise] = [
        runBlock(statement.then, open, pass),
        runBlock(statement.otherwise, open, pass),
      ];
      const code = [{ ...statement, then: then.code, otherwise: otherwise.code }];
      return { code, open: union(then.open, otherwise.open) };
    }
    case 'either': {
      const parts = statement.alternatives.map((part) => runBlock(part, open, pass));
      const after = parts.reduce<Open | null>((all, part) => union(all, part.open), null);
      return { code: [{ ...statement, alternatives: parts.map(({ code }) => code) }], open: after };
    }
    case 'loop': {
      const body = runRepeated(statement.body, open, { pass, step: conductOf(statement, pass) });
      return { code: [{ ...statement, body: body.code }], open: body.open };
    }
    case 'forever': {
      const { code } = runRepeated(statement.body, open, { pass, step: null });
      return { code: [{ ...statement, body: code }], open: null };
    }
    case 'atomically':
      for (const inner of statementsOf(statement.body)) if (inner.kind === 'goto') run(inner, open, pass);
      return { code: [statement], open };
    case 'step':
    case 'barrier':
    case 'choose':
    case 'label':
    case 'goto':
    case 'note':
      return { code: [statement], open };
  }
}

/** A body that runs again with what it left open; what the step from round to round must follow is closed before it. */
function runRepeated(
  body: Block,
  before: Open,
  { pass, step }: { readonly pass: DelayPass; readonly step: Conduct | null },
): DelayedCode {
  let open = before;
  for (;;) {
    const round = runBlock(body, open, pass);
    const closed = round.open === null || step === null ? null : close(step, round.open, pass);
    const after = closed === null ? round.open : closed.open;
    const next = union(open, after)!;
    if (next.size === open.size) return { code: [...round.code, ...(closed?.code ?? [])], open: after };
    open = next;
  }
}

/** A step that is done now or later. What leads to its address is done first in any case. */
function runLate(own: Late, before: Open, pass: DelayPass): DelayedCode {
  const lateOnes = openIn(before, pass);
  const behind = lateOnes.filter((one) => one.at >= own.at && comesAfter(own.conduct, one.conduct) !== false);
  const needed = lateOnes.filter((one) => leadsTo(one.conduct, own.conduct));
  const first = new Set([...behind, ...needed, ...(before.has(own.at) ? [own] : [])]);
  const left = new Set(lateOnes.filter((one) => !first.has(one)).map(({ at }) => at));
  const now = close(own.conduct, left, pass);
  const { line, nth, text } = own.step;
  const later: Statement = {
    kind: 'step',
    line,
    nth,
    role: 'delay',
    text,
    guard: null,
    effects: [{ kind: 'set', target: own.isOpen, value: { kind: 'constant', value: true } }],
    ordering: null,
  };
  const ways = forwardings(own.step, own.conduct, left, pass);
  return {
    code: [
      ...inTextOrder(first).flatMap((one) => perform(one, true, pass)),
      ...willing(own.conduct, left, pass),
      eitherOf(own.step, [[...now.code, own.step], [later], ...ways]),
    ],
    open: new Set([...left, own.at]),
  };
}

/**
 * A store that others see is what makes it worth while to be late: for loads and updates, and for what holds them up.
 * An update whose value goes nowhere is also late for what is loaded behind a read barrier.
 */
function notePassed(conduct: Conduct, before: Open, pass: DelayPass): void {
  if (conduct.kind === 'read barrier')
    for (const { at, conduct: one } of openIn(before, pass)) if (one.isBlind) pass.passed.add(at);
  if ((conduct.kind !== 'store' && conduct.kind !== 'update') || !pass.common.has(conduct.cell!.name)) return;
  const open = openIn(before, pass);
  for (const one of open) {
    if (comesAfter(conduct, one.conduct) === true) continue;
    const { kind } = one.conduct;
    const isHeldUp = open.some(
      (other) => other.at < one.at && comesAfter(one.conduct, other.conduct) !== false,
    );
    if (kind === 'load' || kind === 'update' || isHeldUp) pass.passed.add(one.at);
  }
}
