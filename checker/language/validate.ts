/** Finds what is wrong with a model before anything runs. */
import type { Scope } from './check-expression.ts';
import { checkAssignment, checkCondition, fail, inside } from './check-expression.ts';
import { contains, printDomain } from './domain.ts';
import { checkAccesses } from './check-accesses.ts';
import type { Model } from './model.ts';
import { printText } from './print.ts';
import type { Block, Effect, Statement } from './statement.ts';
import type { AnyThread } from './thread.ts';
import { statementsOf } from './thread.ts';
import type { Declarations } from './variable.ts';

/**
 * The model itself, when it means something.
 *
 * Throws  ModelError with the place and the usual cause.
 */
export function validate(model: Model): Model {
  const place = `model '${model.name}'`;
  checkNames(
    { place },
    'thread',
    model.threads.map(({ name }) => name),
  );
  checkDeclarations({ place }, model.shared);
  for (const thread of model.threads) checkThread(model, thread);
  checkProperties(model);
  return model;
}

function checkNames(
  scope: Pick<Scope, 'place'>,
  what: 'thread' | 'property',
  names: readonly string[],
): void {
  if (names.length === 0) fail(scope, `it has no ${what}`);
  for (const [at, name] of names.entries()) {
    if (typeof name !== 'string' || name === '') fail(scope, `a ${what} has no name`);
    if (names.indexOf(name) !== at)
      fail(scope, `two of its ${what === 'property' ? 'properties' : 'threads'} are named '${name}'`);
  }
}

function checkDeclarations(scope: Pick<Scope, 'place'>, declarations: Declarations): void {
  for (const [name, { domain, initial }] of Object.entries(declarations)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) fail(scope, `the variable '${name}' is not an identifier`);
    const wrong = initial.findIndex((value) => !contains(domain, value));
    if (wrong >= 0)
      fail(
        scope,
        `the variable '${name}' begins as ${String(initial[wrong])}, which is outside of its domain ${printDomain(domain)}`,
      );
  }
}

function checkThread(model: Model, thread: AnyThread): void {
  const place = `thread '${thread.name}'`;
  checkDeclarations({ place }, thread.locals);
  const host = model.threads.find(({ name }) => name === thread.on);
  if (thread.on !== null && host?.cpus !== thread.cpus)
    fail(
      { place },
      `it runs on the CPUs of '${thread.on}', which is no thread of this model with as many copies`,
    );
  if (host !== undefined && host.on !== null)
    fail({ place }, `'${host.name}' has no CPUs of its own: name '${host.on}', whose CPUs they are`);
  const statements = [...statementsOf(thread.body)];
  if (statements.length === 0) fail({ place }, 'it has no statements');
  const labels = statements.flatMap((statement) => (statement.kind === 'label' ? [statement.name] : []));
  const twice = labels.find((name, at) => labels.indexOf(name) !== at);
  if (twice !== undefined) fail({ place }, `two of its labels are named '${twice}'`);
  const base = { shared: model.shared, threads: model.threads, thread, binders: [] };
  for (const statement of statements) {
    const scope = { ...base, place: `${place}, line ${statement.line} '${printText(statement)}'` };
    checkStatement(statement, scope, labels);
  }
  checkAccesses(thread.body, place, model.shared);
}

function checkStatement(statement: Statement, scope: Scope, labels: readonly string[]): void {
  switch (statement.kind) {
    case 'step':
      checkText(statement.text, scope);
      if (statement.guard !== null) checkCondition(statement.guard, scope);
      for (const effect of statement.effects) checkEffect(effect, scope);
      return;
    case 'branch':
      checkText(statement.text, scope);
      checkCondition(statement.condition, scope);
      return;
    case 'choose':
      checkAssignment(statement.target, statement.target, scope);
      return;
    case 'either':
      if (statement.alternatives.length < 2) fail(scope, 'either(...) needs two alternatives or more');
      return;
    case 'loop':
      checkAssignment(statement.variable, statement.variable, scope);
      if (statement.variable.domain.kind !== 'range')
        fail(scope, 'a loop runs over a local that is a number');
      return;
    case 'goto':
      if (!labels.includes(statement.label))
        fail(
          scope,
          `there is no label '${statement.label}' in this thread; its labels: ${labels.length === 0 ? 'none' : labels.join(', ')}`,
        );
      return;
    case 'atomically':
      checkAtomic(statement.body, scope);
      return;
    case 'forever':
      if (statement.body.length === 0) fail(scope, 'it repeats nothing');
      return;
    case 'label':
    case 'barrier':
    case 'note':
      return;
  }
}

function checkText(text: unknown, scope: Scope): void {
  if (typeof text !== 'string' || text === '') fail(scope, 'a statement begins with its text in the kernel');
}

function checkEffect(effect: Effect, scope: Scope): void {
  switch (effect.kind) {
    case 'set':
      checkAssignment(effect.target, effect.value, scope);
      return;
    case 'when':
      checkCondition(effect.condition, scope);
      for (const part of effect.effects) checkEffect(part, scope);
      return;
    case 'each':
      for (const part of effect.effects) checkEffect(part, inside(scope, effect.binder));
      return;
    case 'assert':
      checkCondition(effect.condition, scope);
      return;
    case 'count':
      if (!Number.isInteger(effect.amount) || effect.amount < 0)
        fail(scope, `it counts ${effect.amount} '${effect.name}', which is no number of events`);
      return;
  }
}

/** Only the first statement of an atomic block may wait, and nothing in it repeats. */
function checkAtomic(body: Block, scope: Scope): void {
  if (body.length === 0) fail(scope, 'the block is empty');
  for (const statement of statementsOf(body)) {
    if (statement.kind === 'step' && statement.guard !== null && statement !== body[0])
      fail(scope, `only its first statement may wait, and '${statement.text}' waits later`);
    if (['loop', 'forever', 'label', 'either', 'atomically'].includes(statement.kind))
      fail(scope, `'${statement.kind}' cannot stand inside; for all elements at once there is each(...)`);
  }
}

function checkProperties(model: Model): void {
  const place = `model '${model.name}'`;
  checkNames(
    { place },
    'property',
    model.properties.map(({ name }) => name),
  );
  for (const { name, condition } of model.properties)
    checkCondition(condition, {
      place: `property '${name}'`,
      shared: model.shared,
      threads: model.threads,
      thread: null,
      binders: [],
    });
  if (!model.properties.some(({ kind, limit }) => kind === 'reachable' && limit !== true))
    fail(
      { place },
      'it has no reachable(...) witness: say what must be able to happen, or a proof of it could be empty',
    );
  for (const { name, until } of model.costs)
    if (until !== null)
      checkCondition(until, {
        place: `cost '${name}'`,
        shared: model.shared,
        threads: model.threads,
        thread: null,
        binders: [],
      });
}
