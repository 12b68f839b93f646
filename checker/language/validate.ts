/** Finds what is wrong with a model before anything runs. */
import { checkAssignment, checkCondition, fail, inside, type NameScope } from './validate-expression.ts';
import { contains, printDomain } from './domain.ts';
import { checkAccesses } from './validate-accesses.ts';
import { checkCounted } from './cost.ts';
import type { Model } from './model.ts';
import { attempt, collectingMistakes, originOf } from './model-error.ts';
import { printText } from './print.ts';
import type { Property } from './property.ts';
import type { Block, Effect, Statement } from './statement.ts';
import { isBroken, statementsOf, type AnyThread } from './thread.ts';
import type { Declarations } from './variable.ts';

/**
 * The model itself, when it means something.
 *
 * Throws  ModelError with all that does not, each with the place and the usual cause.
 */
export const validate = (model: Model, origin: Error | null = null): Model =>
  collectingMistakes(() => {
    const place = `model '${model.name}'`;
    checkNames({ place, origin }, 'thread', model.threads);
    checkDeclarations(place, model.shared);
    for (const thread of model.threads) if (!isBroken(thread)) checkThread(model, thread);
    checkProperties(model, { place, origin });
    return model;
  });

/** Goes on after a mistake, so that the next is found too. */
const check = (work: () => void): void => attempt(work, () => undefined);

type ErrorScope = Pick<NameScope, 'place' | 'origin'>;
type NamedPart = AnyThread | Property;

function checkNames(whole: ErrorScope, what: 'thread' | 'property', parts: readonly NamedPart[]): void {
  if (parts.length === 0) check(() => fail(whole, `it has no ${what}`));
  const names = parts.map(({ name }) => name);
  for (const [at, part] of parts.entries()) {
    const scope = { place: whole.place, origin: originOf(part) };
    const { name } = part;
    check(() => {
      if (typeof name !== 'string' || name === '') fail(scope, `a ${what} has no name`);
      if (names.indexOf(name) !== at)
        fail(scope, `two of its ${what === 'property' ? 'properties' : 'threads'} are named '${name}'`);
    });
  }
}

function checkDeclarations(place: string, declarations: Declarations): void {
  for (const [name, declaration] of Object.entries(declarations)) {
    const { domain, initial } = declaration;
    const scope = { place, origin: originOf(declaration) };
    check(() => {
      if (!/^[A-Za-z_]\w*$/.test(name)) fail(scope, `the variable '${name}' is not an identifier`);
      const wrong = initial.findIndex((value) => !contains(domain, value));
      if (wrong >= 0)
        fail(
          scope,
          `the variable '${name}' begins as ${String(initial[wrong])}, which is outside of its domain ${printDomain(domain)}`,
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
  if (statements.length === 0) check(() => fail(whole, 'it has no statements'));
  const labels = statements.flatMap((statement) => (statement.kind === 'label' ? [statement.name] : []));
  const base = { shared: model.shared, threads: model.threads, thread, binders: [] };
  const seen = new Set<string>();
  for (const statement of statements) {
    const origin = originOf(statement);
    const scope = { ...base, origin, place: `${place}, line ${statement.line} '${printText(statement)}'` };
    check(() => checkStatement(statement, scope, labels));
    if (statement.kind !== 'label') continue;
    const { name } = statement;
    if (seen.has(name)) check(() => fail({ place, origin }, `two of its labels are named '${name}'`));
    seen.add(name);
  }
  checkAccesses(thread.body, place, model.shared);
}

function checkHost({ threads }: Model, thread: AnyThread, scope: ErrorScope): void {
  const host = threads.find(({ name }) => name === thread.on);
  if (thread.on !== null && host?.cpus !== thread.cpus)
    fail(
      scope,
      `it runs on the CPUs of '${thread.on}', which is no thread of this model with as many copies`,
    );
  if (host !== undefined && host.on !== null)
    fail(scope, `'${host.name}' has no CPUs of its own: name '${host.on}', whose CPUs they are`);
}

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

function checkText(text: unknown, scope: NameScope): void {
  if (typeof text !== 'string' || text === '') fail(scope, 'a statement begins with its text in the kernel');
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
        fail(scope, `it counts ${effect.amount} '${effect.name}', which is no number of events`);
      return;
  }
}

/** Only the first statement of an atomic block may wait, and nothing in it repeats. */
function checkAtomic(body: Block, scope: NameScope): void {
  if (body.length === 0) fail(scope, 'the block is empty');
  for (const statement of statementsOf(body)) {
    check(() => {
      const at = { ...scope, origin: originOf(statement) ?? scope.origin };
      if (statement.kind === 'step' && statement.guard !== null && statement !== body[0])
        fail(at, `only its first statement may wait, and '${statement.text}' waits later`);
      if (['loop', 'forever', 'label', 'either', 'atomically'].includes(statement.kind))
        fail(at, `'${statement.kind}' cannot stand inside; for all elements at once there is each(...)`);
    });
  }
}

function checkProperties(model: Model, whole: ErrorScope): void {
  const { shared, threads, properties, costs } = model;
  const scope = { shared, threads, thread: null, binders: [] };
  checkNames(whole, 'property', properties);
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
        'it has no reachable(...) witness: say what must be able to happen, or a proof of it could be empty',
      ),
    );
  for (const cost of costs)
    check(() => {
      const at = { ...scope, place: `cost '${cost.name}'`, origin: originOf(cost) };
      checkCounted(cost.counts, at);
      if (cost.until !== null) checkCondition(cost.until, at);
    });
}
