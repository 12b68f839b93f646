/** Validates a model before it runs. */
import { checkAssignment, checkCondition, fail, inside, type NameScope } from './validate-expression.ts';
import { contains, growthOf, printDomain, sizeOf } from './domain.ts';
import { checkAccesses } from './validate-accesses.ts';
import { checkCounted } from './cost.ts';
import type { Reference } from './expression.ts';
import type { Liveness } from './liveness.ts';
import type { Model } from './model.ts';
import { attempt, collectingErrors, originOf } from './model-error.ts';
import { eitherOf } from './option.ts';
import { printText } from './print.ts';
import type { Property } from './property.ts';
import type { Block, Effect, Statement } from './statement.ts';
import { isBroken, statementsOf, type AnyThread } from './thread.ts';
import type { Declarations } from './variable.ts';

/**
 * Returns the model.
 *
 * Throws  ModelError with all errors, each with its place.
 */
export const validate = (model: Model, origin: Error | null = null): Model =>
  collectingErrors(() => {
    const place = `model '${model.name}'`;
    checkNames({ place, origin }, 'thread', model.threads);
    checkDeclarations(place, model.shared);
    for (const thread of model.threads) if (!isBroken(thread)) checkThread(model, thread);
    checkProperties(model, { place, origin });
    return model;
  });

/** Continues after an error, so that the next one is found, too. */
const check = (work: () => void): void => attempt(work, () => undefined);

type ErrorScope = Pick<NameScope, 'place' | 'origin'>;
type NamedPart = AnyThread | Property | Liveness;

function checkNames(whole: ErrorScope, what: 'thread' | 'property', parts: readonly NamedPart[]): void {
  if (parts.length === 0) check(() => fail(whole, `no ${what} is declared`));
  const names = parts.map(({ name }) => name);
  for (const [at, part] of parts.entries()) {
    const scope = { place: whole.place, origin: originOf(part) };
    const { name } = part;
    check(() => {
      if (typeof name !== 'string' || name === '') fail(scope, `a ${what} has no name`);
      if (names.indexOf(name) !== at)
        fail(scope, `two ${what === 'property' ? 'properties' : 'threads'} are named '${name}'`);
    });
  }
}

function checkDeclarations(place: string, declarations: Declarations): void {
  for (const [name, declaration] of Object.entries(declarations)) {
    const { domain, initial } = declaration;
    const scope = { place, origin: originOf(declaration) };
    check(() => {
      if (!/^[A-Za-z_]\w*(?:\.\w+)*$/.test(name))
        fail(scope, `variable '${name}': the name is not an identifier`);
      const wrong = initial.findIndex((value) => !contains(domain, value));
      if (wrong >= 0)
        fail(
          scope,
          `variable '${name}': the initial value ${String(initial[wrong])} is outside of its domain ${printDomain(domain)}`,
        );
    });
  }
}

function checkThread(model: Model, thread: AnyThread): void {
  const place = `thread '${thread.name}'`;
  const whole = { place, origin: originOf(thread) };
  checkDeclarations(place, thread.locals);
  check(() => checkHost(model, thread, whole));
  const statements = [...statementsOf(thread.body)];
  if (statements.length === 0) check(() => fail(whole, 'the thread has no statements'));
  const labels = statements.flatMap((statement) => (statement.kind === 'label' ? [statement.name] : []));
  const base = { shared: model.shared, threads: model.threads, thread, binders: [] };
  const enclosed = labelsInAtomicBlocks(statements);
  const seen = new Set<string>();
  for (const statement of statements) {
    const origin = originOf(statement);
    const scope = { ...base, origin, place: `${place}, line ${statement.line} '${printText(statement)}'` };
    check(() => checkStatement(statement, scope, labels));
    if (statement.kind === 'goto' && enclosed.get(statement.label)?.has(statement) === false)
      check(() => fail(scope, `'goto ${statement.label}' leads into an atomic block`));
    if (statement.kind !== 'label') continue;
    const { name } = statement;
    if (seen.has(name)) check(() => fail({ place, origin }, `two labels are named '${name}'`));
    seen.add(name);
  }
  checkAccesses(thread.body, place, model.shared);
}

/** The labels inside of atomic blocks, each with the statements of its block. */
function labelsInAtomicBlocks(statements: readonly Statement[]): ReadonlyMap<string, ReadonlySet<Statement>> {
  const labels = new Map<string, ReadonlySet<Statement>>();
  for (const statement of statements) {
    if (statement.kind !== 'atomically') continue;
    const inside = new Set(statementsOf(statement.body));
    for (const inner of inside) if (inner.kind === 'label') labels.set(inner.name, inside);
  }
  return labels;
}

function checkHost({ threads }: Model, thread: AnyThread, scope: ErrorScope): void {
  const host = threads.find(({ name }) => name === thread.on);
  if (thread.on !== null && host?.cpus !== thread.cpus)
    fail(
      scope,
      `'on' names '${thread.on}', which is not a thread of this model with the same number of copies`,
    );
  if (host !== undefined && host.on !== null)
    fail(scope, `'on' names '${host.name}', which has no CPUs of its own: name '${host.on}' instead`);
}

/** What runs over a whole domain must know it. */
function checkFixed({ name, domain }: Reference, what: string, scope: NameScope): void {
  if (growthOf(domain) !== null)
    fail(scope, `'${what}' runs over the domain of '${name}', which grows: give it a range(...)`);
}

/** A choice of more values has more successors than a search can follow. */
const mostChoices = 2 ** 20;

function checkStatement(statement: Statement, scope: NameScope, labels: readonly string[]): void {
  switch (statement.kind) {
    case 'step':
      checkText(statement.text, scope);
      if (statement.guard !== null) checkCondition(statement.guard, scope);
      checkEffects(statement.effects, scope);
      return;
    case 'branch':
      checkText(statement.text, scope);
      checkCondition(statement.condition, scope);
      return;
    case 'choose':
      checkAssignment(statement.target, statement.target, scope);
      checkFixed(statement.target, 'choose', scope);
      if (sizeOf(statement.target.domain) > mostChoices)
        fail(
          scope,
          `choose(...) among ${sizeOf(statement.target.domain)} values: expected at most ${mostChoices}`,
        );
      return;
    case 'either':
      if (statement.alternatives.length < 2) fail(scope, 'either(...) needs at least two alternatives');
      return;
    case 'loop':
      checkAssignment(statement.variable, statement.variable, scope);
      if (statement.variable.domain.kind !== 'range') fail(scope, 'a loop needs a numeric local');
      checkFixed(statement.variable, 'loop', scope);
      return;
    case 'goto':
      if (!labels.includes(statement.label))
        fail(
          scope,
          `unknown label '${statement.label}': ${labels.length === 0 ? 'the thread has no labels' : `expected ${eitherOf(labels)}`}`,
        );
      return;
    case 'atomically':
      checkAtomic(statement.body, scope);
      return;
    case 'forever':
      if (statement.body.length === 0) fail(scope, 'the loop body is empty');
      return;
    case 'label':
    case 'barrier':
    case 'note':
      return;
  }
}

function checkText(text: unknown, scope: NameScope): void {
  if (typeof text !== 'string' || text === '')
    fail(scope, 'the first argument must be the kernel text of the statement');
}

function checkEffects(effects: readonly Effect[], scope: NameScope): void {
  for (const effect of effects)
    check(() => checkEffect(effect, { ...scope, origin: originOf(effect) ?? scope.origin }));
}

function checkEffect(effect: Effect, scope: NameScope): void {
  switch (effect.kind) {
    case 'set':
      checkAssignment(effect.target, effect.value, scope);
      return;
    case 'when':
      checkCondition(effect.condition, scope);
      checkEffects(effect.effects, scope);
      return;
    case 'each':
      checkEffects(effect.effects, inside(scope, effect.binder));
      return;
    case 'assert':
      checkCondition(effect.condition, scope);
      return;
    case 'count':
      if (!Number.isInteger(effect.amount) || effect.amount < 0)
        fail(scope, `invalid count ${effect.amount} of '${effect.name}': expected a whole number, 0 or more`);
      return;
  }
}

/** In an atomic block, only the first statement may wait, and there are no loops: a goto leads forward. */
function checkAtomic(body: Block, scope: NameScope): void {
  if (body.length === 0) fail(scope, 'the atomic block is empty');
  const passed = new Set<string>();
  for (const statement of statementsOf(body)) {
    check(() => {
      const at = { ...scope, origin: originOf(statement) ?? scope.origin };
      if (statement.kind === 'step' && statement.guard !== null && statement !== body[0])
        fail(at, `only the first statement of an atomic block may wait, but '${statement.text}' waits too`);
      if (statement.kind === 'label') passed.add(statement.name);
      if (statement.kind === 'goto' && passed.has(statement.label))
        fail(at, `'goto ${statement.label}' leads back inside of an atomic block`);
      if (['loop', 'forever', 'either', 'atomically'].includes(statement.kind))
        fail(
          at,
          `'${statement.kind}' is not allowed in an atomic block; use each(...) to update all elements at once`,
        );
    });
  }
}

function checkProperties(model: Model, whole: ErrorScope): void {
  const { shared, threads, properties, liveness = [], costs } = model;
  const scope = { shared, threads, thread: null, binders: [] };
  checkNames(whole, 'property', [...properties, ...liveness]);
  for (const property of properties)
    check(() =>
      checkCondition(property.condition, {
        ...scope,
        place: `property '${property.name}'`,
        origin: originOf(property),
      }),
    );
  if (!properties.some(({ kind, limit }) => kind === 'reachable' && limit !== true))
    check(() =>
      fail(
        whole,
        'no reachable(...) witness: declare what must be able to happen, otherwise a proof can be vacuous',
      ),
    );
  for (const one of liveness)
    check(() => checkLiveness(one, { ...scope, place: `property '${one.name}'`, origin: originOf(one) }));
  for (const cost of costs)
    check(() => {
      const at = { ...scope, place: `cost '${cost.name}'`, origin: originOf(cost) };
      checkCounted(cost.counts, at);
      if (cost.until !== null) checkCondition(cost.until, at);
    });
}

function checkLiveness(one: Liveness, scope: NameScope): void {
  if (one.kind === 'leadsTo') {
    const within = one.binder === null ? scope : inside(scope, one.binder);
    checkCondition(one.from, within);
    checkCondition(one.to, within);
  } else if (!scope.threads.some(({ name }) => name === one.thread))
    fail(scope, `'${one.thread}' is not a thread of this model`);
}
