/** The export to TLA+: TLC stores exactly the states that racewalk visits. */
import { initialStates } from '../../interpreter/interpreter.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { printDomain, type AnyDomain, type Value } from '../../language/domain.ts';
import type { Reference } from '../../language/expression.ts';
import { isWithin } from '../../language/interval.ts';
import { ModelError } from '../../language/model-error.ts';
import type { Effect } from '../../language/statement.ts';
import type { AnyDeclaration, Declarations } from '../../language/variable.ts';
import { pathsThrough } from '../../program/code-walk.ts';
import type { Code, ThreadTable, Transition, TransitionSystem } from '../../program/transition-system.ts';
import { textOf } from '../../report/author-words.ts';
import { shortNumbers } from '../short-numbers.ts';
import {
  arithmetic,
  conjunction,
  pathOf,
  tlaDomain,
  tlaExpr,
  tlaValue,
  unrolled,
  variableOf,
  type TlaScope,
} from './expression.ts';
import { namesOf, variablesOf, type TlaNames } from './names.ts';

/**
 * The model in TLA+, and behind its end the configuration for TLC: an action for each transition, with the running copy
 * as its parameter; choices are quantifiers.
 *
 * A step that fails an assertion or leaves a domain leads nowhere. That there is none is the invariant `NoFailure`; what
 * racewalk calls a deadlock is the invariant `NoDeadlock`.
 *
 * Throws  ModelError where numbers may need more than 32 bits or arithmetic may have no result, and for a step with too
 *         many ways.
 */
export function toTla(system: TransitionSystem): string {
  const names = namesOf(system);
  const { model, threads } = system;
  const variables = variablesOf(names);
  const property = { names, cpu: '0', bound: [], values: new Map<string, string>(), condition: null };
  const actions = threads.flatMap((table, number) => actionsOf(table, number, names, variables));
  const invariants = model.properties.filter(({ kind }) => kind === 'always');
  return [
    `---- MODULE ${names.module} ----`,
    `\\* ${inComment(model.name)}: save as ${names.module}.tla, and what follows the module as ${names.module}.cfg`,
    'EXTENDS Integers',
    ...arithmetic,
    `VARIABLES ${variables.join(', ')}`,
    `TypeOK == ${conjunction([...typesOf(system, names)])}`,
    `Init == ${conjunction(
      initialStates(system).map((state) => initialState(state, names)),
      '\\/',
    )}`,
    ...actions.flatMap(({ text }) => text),
    `Next == ${conjunction(
      actions.map(({ copies, name }) => `(\\E c \\in ${copies} : ${name}(c))`),
      '\\/',
    )}`,
    `NoFailure == ${conjunction(actions.map(({ copies, name }) => `(\\A c \\in ${copies} : Succeeds_${name}(c))`))}`,
    `NoDeadlock == ${canGoOn(threads, names, actions)}`,
    ...invariants.flatMap(({ name, condition }, at) => [
      `\\* ${inComment(name)}`,
      `Invariant${at} == ${tlaExpr(condition, property)}`,
    ]),
    '====',
    'INIT Init',
    'NEXT Next',
    `INVARIANTS ${['TypeOK', 'NoFailure', 'NoDeadlock', ...invariants.map((_, at) => `Invariant${at}`)].join(' ')}`,
    'CHECK_DEADLOCK FALSE',
    '',
  ].join('\n');
}

const inComment = (text: string) => text.replaceAll(/\s+/g, ' ');

function* typesOf({ model, threads }: TransitionSystem, names: TlaNames): Generator<string> {
  yield* declared(model.shared, names.shared, null);
  for (const { thread, locations } of threads) {
    const { at, locals } = names.threads.get(thread.name)!;
    yield `(${at} \\in [0..${thread.cpus - 1} -> 0..${Math.max(0, locations.length - 1)}])`;
    yield* declared(thread.locals, locals, thread.cpus);
  }
}

function* declared(
  all: Declarations,
  as: ReadonlyMap<string, string>,
  copies: number | null,
): Generator<string> {
  for (const [name, { domain, length }] of Object.entries<AnyDeclaration>(all)) {
    const cell = checkedDomain(domain);
    const cells = length === null ? cell : `[0..${length - 1} -> ${cell}]`;
    yield `(${as.get(name)!} \\in ${copies === null ? cells : `[0..${copies - 1} -> ${cells}]`})`;
  }
}

function checkedDomain(domain: AnyDomain): string {
  if (domain.kind === 'range' && !isWithin(domain, shortNumbers))
    throw new ModelError(
      `the domain ${printDomain(domain)} has numbers of more than 32 bits, and TLC has none`,
    );
  return tlaDomain(domain);
}

function initialState({ shared, threads }: State, names: TlaNames): string {
  const one = (value: Value | readonly Value[]) =>
    typeof value === 'object' ? functionOf('j', value.map(tlaValue)) : tlaValue(value);
  return conjunction([
    ...Object.entries(shared).map(([name, value]) => `${names.shared.get(name)!} = ${one(value)}`),
    ...Object.entries(threads).flatMap(([thread, copies]) => {
      const { at, locals } = names.threads.get(thread)!;
      return [
        `${at} = ${functionOf(
          'i',
          copies.map(({ location }) => String(location)),
        )}`,
        ...[...locals].map(
          ([name, local]) =>
            `${local} = ${functionOf(
              'i',
              copies.map((copy) => one(copy.locals[name]!)),
            )}`,
        ),
      ];
    }),
  ]);
}

/** A function from 0 on, of an index that no function around it has; a sequence of TLA+ begins with 1. */
function functionOf(index: 'i' | 'j', values: readonly string[]): string {
  const last = values.length - 1;
  const cases = values.reduceRight((rest, value, at) => `(IF ${index} = ${at} THEN ${value} ELSE ${rest})`);
  return `[${index} \\in 0..${last} |-> ${cases}]`;
}

/** Ways through a step: the text repeats what follows each. */
const mostWays = 4_096;

interface Action {
  readonly name: string;
  readonly copies: string;
  /** That a copy `c` may fire it. */
  readonly guard: string;
  readonly text: readonly string[];
}

function actionsOf(
  { thread, locations }: ThreadTable,
  number: number,
  names: TlaNames,
  variables: readonly string[],
): readonly Action[] {
  const { at } = names.threads.get(thread.name)!;
  return locations.flatMap((transitions, location) =>
    transitions.map((transition): Action => {
      const { id, statement, code } = transition;
      if (pathsThrough(code) > mostWays)
        throw new ModelError(
          `a step has ${pathsThrough(code)} ways through local branches, and TLA+ repeats what follows each: export has ${mostWays} at most`,
        );
      const scope = { names, cpu: 'c', bound: [], values: new Map<string, string>(), condition: null };
      const guard = guardOf(transition, at, location, scope);
      const name = `Step${number}_${id}`;
      const leads = wayOf(code, scope, { some: '\\E', arrive: arrival(at, variables) });
      const succeeds = wayOf(code, scope, { some: '\\A', arrive: () => 'TRUE' });
      return {
        ...{ name, guard, copies: `0..${thread.cpus - 1}` },
        text: [
          `\\* ${statement.line}: ${inComment(textOf({ statement }))}`,
          `${name}(c) == ${onlyIf(guard, leads)}`,
          `Succeeds_${name}(c) == ${guard} => ${succeeds}`,
        ],
      };
    }),
  );
}

const guardOf = ({ guard }: Transition, at: string, location: number, scope: TlaScope): string =>
  conjunction([`${at}[${scope.cpu}] = ${location}`, ...(guard === null ? [] : [tlaExpr(guard, scope)])]);

/** Code that sets all variables, those that no effect has assigned to what they are. */
const arrival =
  (at: string, variables: readonly string[]) =>
  (location: number, { values, cpu }: TlaScope): string => {
    const kept = variables.filter((variable) => variable !== at && !values.has(variable));
    return conjunction([
      `${at}' = [${at} EXCEPT ![${cpu}] = ${location}]`,
      ...[...values].map(([variable, value]) => `${variable}' = ${value}`),
      ...(kept.length === 0 ? [] : [`UNCHANGED <<${kept.join(', ')}>>`]),
    ]);
  };

interface Way {
  /** The quantifier of choices. */
  readonly some: '\\E' | '\\A';
  readonly arrive: (location: number, scope: TlaScope) => string;
}

/** A formula that is false where an effect fails. */
function wayOf(code: Code, scope: TlaScope, way: Way): string {
  switch (code.kind) {
    case 'goto':
      return way.arrive(code.location, scope);
    case 'effects':
      return afterEffects(code.effects, scope, (after) => wayOf(code.next, after, way));
    case 'branch': {
      const [then, otherwise] = [code.then, code.otherwise].map((next) => wayOf(next, scope, way));
      return `(IF ${tlaExpr(code.condition, scope)} THEN ${then!} ELSE ${otherwise!})`;
    }
    case 'choose': {
      const chosen = scope.names.unique('k');
      const rest = assigned(code.target, chosen, scope, (after) => wayOf(code.next, after, way));
      return `(${way.some} ${chosen} \\in ${tlaDomain(code.target.domain)} : ${rest})`;
    }
  }
}

type Then = (scope: TlaScope) => string;

/** The effects in order, then what follows them; false where one fails. */
function afterEffects([first, ...others]: readonly Effect[], scope: TlaScope, then: Then): string {
  if (first === undefined) return then(scope);
  const { bound, condition } = scope;
  const rest = (after: TlaScope) => afterEffects(others, { ...after, bound, condition }, then);
  switch (first.kind) {
    case 'set': {
      const value = scope.names.unique('v');
      const isInside = required(`(${value} \\in ${tlaDomain(first.target.domain)})`, scope);
      const set = assigned(first.target, value, scope, rest);
      // A truth value is one of its domain.
      const checked = first.target.domain.kind === 'bool' ? set : onlyIf(isInside, set);
      return letBe(value, tlaExpr(first.value, scope), checked);
    }
    case 'when': {
      const is = scope.names.unique('is');
      const own = condition === null ? [] : [condition];
      const inner = afterEffects(first.effects, { ...scope, condition: is }, (after) =>
        joined(is, scope, after, rest),
      );
      return letBe(is, conjunction([...own, tlaExpr(first.condition, scope)]), inner);
    }
    case 'each': {
      const instances = unrolled(first.binder, scope);
      const from = (at: number, now: TlaScope): string =>
        at === instances.length
          ? rest(now)
          : afterEffects(first.effects, { ...now, bound: instances[at]! }, (after) => from(at + 1, after));
      return from(0, scope);
    }
    case 'assert':
      return onlyIf(required(tlaExpr(first.condition, scope), scope), rest(scope));
    case 'count':
      return rest(scope);
  }
}

const letBe = (name: string, value: string, inside: string) => `(LET ${name} == ${value} IN ${inside})`;

/** A formula under a condition, of which TLC is not to make a branch for each way to be true. */
const onlyIf = (condition: string, then: string) => `(IF ${condition} THEN ${then} ELSE FALSE)`;

/** A requirement of an effect that takes place under the condition of the scope. */
const required = (requirement: string, { condition }: TlaScope): string =>
  condition === null ? requirement : `(${condition} => ${requirement})`;

/** What follows effects under a condition: each variable has the value that they gave it, or the one before. */
function joined(is: string, before: TlaScope, after: TlaScope, then: Then): string {
  const changed = [...after.values].filter(([variable, value]) => before.values.get(variable) !== value);
  const values = new Map(before.values);
  for (const [variable] of changed) values.set(variable, before.names.unique(variable));
  return changed.reduceRight(
    (inside, [variable, value]) =>
      letBe(
        values.get(variable)!,
        `IF ${is} THEN ${value} ELSE ${before.values.get(variable) ?? variable}`,
        inside,
      ),
    then({ ...after, values }),
  );
}

/** What follows where a cell has a value; false where the cell is none of its array. */
function assigned(target: Reference, value: string, scope: TlaScope, then: Then): string {
  const variable = variableOf(target, scope.names);
  const now = scope.names.unique(variable);
  const before = scope.values.get(variable) ?? variable;
  const path = pathOf(target, scope);
  const text = path === '' ? value : `[${before} EXCEPT !${path} = ${value}]`;
  const inside = letBe(now, text, then({ ...scope, values: new Map(scope.values).set(variable, now) }));
  return target.index === null ? inside : onlyIf(required(isCell(target, before, scope), scope), inside);
}

function isCell(target: Reference, before: string, scope: TlaScope): string {
  const copy = target.kind === 'shared' ? '' : pathOf({ ...target, index: null }, scope);
  return `(${tlaExpr(target.index!, scope)} \\in DOMAIN ${before}${copy})`;
}

/** That some thread can step, or all that must not wait forever have ended. */
function canGoOn(threads: readonly ThreadTable[], names: TlaNames, actions: readonly Action[]): string {
  const ended = threads
    .filter(({ thread }) => !thread.mayBlockForever)
    .map(
      ({ thread, end }) =>
        `(\\A c \\in 0..${thread.cpus - 1} : ${names.threads.get(thread.name)!.at}[c] = ${end})`,
    );
  const steps = actions.map(({ copies, guard }) => `(\\E c \\in ${copies} : ${guard})`);
  return conjunction([conjunction(ended), ...steps], '\\/');
}
