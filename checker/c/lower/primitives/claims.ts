/** Claims that stand inside of functions, and what a model adds to C: choices, waits, notes and counts. */
import { copied } from '../../../language/copied.ts';
import type { AnyExpr, Binder, LocalReference } from '../../../language/expression.ts';
import type { Effect } from '../../../language/statement.ts';
import type { Property } from '../../../language/property.ts';
import { positionOf, textOf, type Place } from '../../syntax/source.ts';
import type { Expression } from '../../syntax/syntax.ts';
import { partsOf } from '../../syntax/walk.ts';
import { intType, isScalar } from '../../syntax/types.ts';
import { ClaimEvaluator, type ClaimThread } from '../claims.ts';
import { sourceText, type Emitter } from '../emitter.ts';
import { argument, nothing, type Call, type Lowering, type Primitive } from '../lowering.ts';
import { Scope } from '../scope.ts';
import { truthValue } from '../arithmetic.ts';
import { constant } from '../value.ts';
import { cpuNumber } from './interrupts.ts';

type Entry = readonly [string, Primitive];

/** A message as the name of an assertion: a value is the source of its argument. */
function messageOf(call: Call, from: number): string | null {
  const format = call.arguments[from];
  if (format?.kind !== 'string') return null;
  let at = from;
  return format.value.replace(/%[-+ #0]*\d*(?:hh|h|ll|l|z|j|t)?[diuxXcsp]/g, () => {
    const given = call.arguments[(at += 1)];
    return given === undefined ? '?' : textOf(given.place);
  });
}

/** An assertion: the condition is read as the kernel reads it, access by access. */
const checking =
  (isBug: boolean): Primitive =>
  (thread, call, scope) => {
    const condition = argument(thread, call, 0);
    const { emitter } = thread;
    const [fine, wrong, end] = [emitter.newLabel(), emitter.newLabel(), emitter.newLabel()];
    emitter.generated(() => {
      if (isBug) thread.condition(condition, scope, wrong, fine);
      else thread.condition(condition, scope, fine, wrong);
    });
    emitter.label(wrong);
    const name = messageOf(call, 1) ?? textOf(call.place).replace(/\s+/g, ' ');
    emitter.compute(call.place, { kind: 'assert', claim: name, condition: constant(false) });
    emitter.goto(end);
    emitter.label(fine);
    emitter.label(end);
    // WARN_ON() is the condition's value, and the run ends where it is true.
    return truthValue(constant(false));
  };

/** True until the thread's next access. */
const holdsHere: Primitive = (thread, call, scope) => {
  const { emitter, program } = thread;
  const number = emitter.newLabel();
  const flag = emitter.reference(emitter.local(`here_${number}`, { kind: 'bool' }, false));
  const { binder, copy } = copies(thread);
  const inner = new Scope(scope);
  inner.bind('CPU', { kind: 'value', value: { kind: 'number', type: intType, expr: copy } });
  const evaluator = new ClaimEvaluator(program, claimThread(thread, call.place), 1);
  const { place } = argument(thread, call, 0);
  const condition = evaluator.condition(argument(thread, call, 0), inner);
  const harm = evaluator.sentence(call.arguments[1], call.arguments.slice(2), inner) ?? [
    'CPU ',
    copy,
    `: ${sourceText(place)} is false`,
  ];
  const implied: AnyExpr = {
    kind: 'binary',
    operator: '||',
    left: { kind: 'not', operand: { ...flag, replica: copy } },
    right: condition,
  };
  const kept = new KeptLocals(emitter, `here_${number}`, copy);
  const body = kept.inProperty({ kind: 'claim', operand: implied, harm });
  emitter.mark(call.place, `HOLDS_HERE(${sourceText(place)})`, ...kept.begins, setTo(flag, constant(true)));
  emitter.untilNextAccess([setTo(flag, constant(false)), ...kept.ends]);
  claim(thread, call.place, {
    kind: 'always',
    name: `${emitter.text(place)} (HOLDS_HERE)`,
    condition: { kind: 'quantifier', quantifier: 'all', binder, body },
  });
  return nothing;
};

const setTo = (target: LocalReference, value: AnyExpr): Effect => ({ kind: 'set', target, value });

/** Locals as they are at a place, for a property that is about the place. */
class KeptLocals {
  /** Effects at the place, and at the next access. */
  readonly begins: Effect[] = [];
  readonly ends: Effect[] = [];
  readonly #emitter: Emitter;
  readonly #prefix: string;
  readonly #copy: AnyExpr;
  readonly #kept = new Map<string, LocalReference>();

  constructor(emitter: Emitter, prefix: string, copy: AnyExpr) {
    this.#emitter = emitter;
    this.#prefix = prefix;
    this.#copy = copy;
  }

  /** The expression about a copy, with kept locals in place of those of the running thread. */
  inProperty(expr: AnyExpr): AnyExpr {
    return copied(expr, (node, inner) => {
      const part = node as AnyExpr;
      if (part.kind === 'self') return this.#copy;
      if (part.kind !== 'local' || part.replica !== null) return inner();
      const index = part.index === null ? null : this.inProperty(part.index);
      return { ...this.#keptOf(part), index, replica: this.#copy };
    });
  }

  #keptOf({ name }: LocalReference): LocalReference {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const { domain, initial, length } = this.#emitter.locals[name]!;
    const copy = this.#emitter.local(
      `${this.#prefix}.${name}`,
      domain,
      length === null ? initial[0]! : initial,
    );
    for (const [at, value] of initial.entries()) {
      const index = length === null ? null : constant(at);
      const target = this.#emitter.reference(copy, index);
      this.begins.push(setTo(target, this.#emitter.reference({ name, domain }, index)));
      this.ends.push(setTo(target, constant(value as number | boolean)));
    }
    const kept = this.#emitter.reference(copy);
    this.#kept.set(name, kept);
    return kept;
  }
}

/** The locals of the running thread as they are, and its CPU. */
const claimThread = (thread: Lowering, place: Place): ClaimThread => ({
  local: (lvalue) => {
    if (!isScalar(lvalue.type)) return thread.fail(place, 'a claim reads structs member by member');
    const value = thread.load(lvalue, place);
    const expr = value.kind === 'number' || value.kind === 'pointer' ? value.expr : null;
    return expr?.kind === 'local' ? expr : thread.fail(place, 'this is no value');
  },
  cpu: () => cpuNumber(thread, place),
});

/** Adds a claim; the calls of one function claim the same once: all of them hold, or one of them is reached. */
function claim(thread: Lowering, place: Place, property: Property): void {
  const { claims } = thread.program;
  const at = claims.findIndex((other) => other.property.name === property.name);
  const before = claims[at];
  if (before === undefined) return void claims.push({ place, property });
  if (before.place.file !== place.file || before.place.offset !== place.offset)
    return thread.fail(place, `line ${positionOf(before.place).line} makes a claim of the same name`);
  const operator = property.kind === 'always' ? '&&' : '||';
  const condition: AnyExpr = {
    kind: 'binary',
    operator,
    left: before.property.condition,
    right: property.condition,
  };
  claims[at] = { place, property: { ...property, condition } };
}

/** The copies of the running thread, for a property. */
function copies({ definition }: Lowering): { readonly binder: Binder; readonly copy: AnyExpr } {
  const binder: Binder = { level: 0, low: 0, high: definition.cpus - 1, thread: definition.name };
  return { binder, copy: { kind: 'bound', binder } };
}

const reached: Primitive = (thread, call) => {
  const { emitter } = thread;
  const name = text(thread, argument(thread, call, 0));
  const flag = emitter.reference(emitter.local(`reached_${emitter.newLabel()}`, { kind: 'bool' }, false));
  emitter.mark(call.place, sourceText(call.place), setTo(flag, constant(true)));
  emitter.untilNextAccess([setTo(flag, constant(false))]);
  const { binder, copy } = copies(thread);
  claim(thread, call.place, {
    kind: 'reachable',
    name,
    condition: { kind: 'quantifier', quantifier: 'some', binder, body: { ...flag, replica: copy } },
  });
  return nothing;
};

const text = (thread: Lowering, expression: Expression): string =>
  expression.kind === 'string' ? expression.value : thread.fail(expression.place, 'this must be a string');

/** Any number below n. */
const any: Primitive = (thread, call, scope) => {
  const count = thread.constant(argument(thread, call, 0), scope);
  if (count === null || count.value < 1n)
    return thread.fail(call.place, 'ANY(n) needs a constant, 1 or more');
  if (count.value === 1n) return { kind: 'number', type: intType, expr: constant(0) };
  const domain = { kind: 'range', low: 0, high: Number(count.value) - 1 } as const;
  const target = thread.emitter.choose(call.place, domain);
  return { kind: 'number', type: intType, expr: target };
};

/** Waits in one step until a condition about memory holds. */
const waitUntil: Primitive = (thread, call, scope) => {
  const condition = argument(thread, call, 0);
  const evaluator = new ClaimEvaluator(thread.program, claimThread(thread, call.place));
  const guard = evaluator.condition(condition, scope);
  const acquires = [...partsOf(condition)].some(
    (part) => part.kind === 'call' && part.name.endsWith('_acquire'),
  );
  thread.access({ place: call.place, guard, effects: [], ordering: acquires ? 'acquire' : null });
  return nothing;
};

const bugs = ['BUG_ON', 'WARN_ON', 'WARN_ON_ONCE', 'VM_BUG_ON', 'VM_WARN_ON', 'VM_WARN_ON_ONCE'];
const bugsAbout = [
  'VM_BUG_ON_PAGE',
  'VM_BUG_ON_FOLIO',
  'VM_BUG_ON_VMA',
  'VM_BUG_ON_MM',
  'VM_WARN_ON_FOLIO',
  'VM_WARN_ON_ONCE_FOLIO',
  'VM_WARN_ON_ONCE_PAGE',
  'VM_WARN_ON_ONCE_VMA',
  'VM_WARN_ON_ONCE_MM',
  'WARN',
  'WARN_ONCE',
];

export const claimPrimitives: readonly Entry[] = [
  ['CHECK', checking(false)],
  ...[...bugs, ...bugsAbout].map((name): Entry => [name, checking(true)]),
  ['HOLDS_HERE', holdsHere],
  ['REACHED', reached],
  ['ANY', any],
  ['WAIT_UNTIL', waitUntil],
  [
    'NOTE',
    (thread, call) => {
      thread.emitter.note(text(thread, argument(thread, call, 0)));
      return nothing;
    },
  ],
  [
    'COUNT',
    (thread, call) => {
      thread.emitter.compute(call.place, {
        kind: 'count',
        name: text(thread, argument(thread, call, 0)),
        amount: 1,
      });
      return nothing;
    },
  ],
  [
    'BUG',
    (thread, call) => {
      thread.emitter.compute(call.place, {
        kind: 'assert',
        claim: 'BUG() is never reached',
        condition: constant(false),
      });
      return nothing;
    },
  ],
];
