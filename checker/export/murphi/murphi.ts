/** The export to Murphi: Rumur stores exactly the states that racewalk visits, and fires as many rules. */
import { initialStates } from '../../interpreter/interpreter.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { printDomain, valueAt, type AnyDomain, type Value } from '../../language/domain.ts';
import { isWithin } from '../../language/interval.ts';
import { ModelError } from '../../language/model-error.ts';
import type { Effect } from '../../language/statement.ts';
import type { AnyDeclaration, Declarations } from '../../language/variable.ts';
import { pathsThrough } from '../../program/code-walk.ts';
import type { Code, ThreadTable, Transition, TransitionSystem } from '../../program/transition-system.ts';
import { textOf } from '../../report/author-words.ts';
import { shortNumbers } from '../short-numbers.ts';
import { murphiExpr, murphiReference, murphiValue, unrolled, type MurphiScope } from './expression.ts';
import { namesOf, type MurphiNames } from './names.ts';

/**
 * The model in Murphi: a rule for each transition, with the running copy and the chosen values as parameters.
 *
 * The rule `3 7` is transition 7, of thread 3; `start 0` is the first initial state. Murphi has one notion of deadlock:
 * what racewalk calls one is an invariant here, so run Rumur with `--deadlock-detection off`, and with
 * `--value-type int32_t`.
 *
 * Throws  ModelError where numbers may need more than 32 bits or arithmetic may have no result, and for a step with too
 *         many ways.
 */
export function toMurphi(system: TransitionSystem): string {
  const names = namesOf(system);
  const { model, threads } = system;
  const invariants = model.properties.filter(({ kind }) => kind === 'always');
  const property = { names, cpu: '', bound: [] };
  return [
    `-- ${inComment(model.name)}: rumur --deadlock-detection off --value-type int32_t`,
    ...(names.values.size === 0 ? [] : ['const']),
    ...[...names.values.values()].map((name, at) => `  ${name}: ${at};`),
    'var',
    ...declarations(model.shared, names.shared, names, 0),
    ...threads.flatMap(({ thread, locations }) => {
      const { at, locals } = names.threads.get(thread.name)!;
      const last = Math.max(0, locations.length - 1);
      return [
        `  ${at}: array[0..${thread.cpus - 1}] of 0..${last};`,
        ...declarations(thread.locals, locals, names, thread.cpus),
      ];
    }),
    ...initialStates(system).flatMap((state, at) => startState(state, at, names)),
    ...threads.flatMap((table, at) => rulesOf(table, at, names)),
    ...invariants.map(
      ({ name, condition }) => `invariant "${inString(name)}" ${murphiExpr(condition, property)};`,
    ),
    `invariant "no deadlock" ${canGoOn(threads, names)};`,
    '',
  ].join('\n');
}

const inComment = (text: string) => text.replaceAll(/\s+/g, ' ');
const inString = (text: string) => inComment(text).replaceAll(/["\\]/g, "'");

function declarations(
  declared: Declarations,
  as: ReadonlyMap<string, string>,
  names: MurphiNames,
  copies: number,
): readonly string[] {
  return Object.entries(declared).map(([name, { domain, length }]: [string, AnyDeclaration]) => {
    const elements = length === null ? '' : `array[0..${length - 1}] of `;
    const own = copies === 0 ? '' : `array[0..${copies - 1}] of `;
    return `  ${as.get(name)!}: ${own}${elements}${typeOf(domain, names)};`;
  });
}

function typeOf(domain: AnyDomain, names: MurphiNames): string {
  switch (domain.kind) {
    case 'bool':
      return 'boolean';
    case 'range':
      if (!isWithin(domain, shortNumbers))
        throw new ModelError(
          `the domain ${printDomain(domain)} has numbers of more than 32 bits, and Rumur has none`,
        );
      return `${domain.low}..${domain.high}`;
    case 'values':
      return `0..${names.values.size - 1}`;
  }
}

function startState({ shared, threads }: State, at: number, names: MurphiNames): readonly string[] {
  const assigned = (cell: string, value: Value | readonly Value[]): readonly string[] =>
    typeof value === 'object'
      ? value.map((one, index) => `  ${cell}[${index}] := ${murphiValue(names, one)};`)
      : [`  ${cell} := ${murphiValue(names, value)};`];
  return [
    `startstate "start ${at}" begin`,
    ...Object.entries(shared).flatMap(([name, value]) => assigned(names.shared.get(name)!, value)),
    ...Object.entries(threads).flatMap(([thread, copies]) => {
      const own = names.threads.get(thread)!;
      return copies.flatMap(({ location, locals }, copy) => [
        `  ${own.at}[${copy}] := ${location};`,
        ...Object.entries(locals).flatMap(([name, value]) =>
          assigned(`${own.locals.get(name)!}[${copy}]`, value),
        ),
      ]);
    }),
    'end;',
  ];
}

/** Ways through a step: the text repeats what follows each. */
const mostWays = 4_096;

function rulesOf({ thread, locations }: ThreadTable, number: number, names: MurphiNames): readonly string[] {
  const { at } = names.threads.get(thread.name)!;
  const rules = locations.flatMap((transitions, location) =>
    transitions.flatMap((transition) => {
      const scope = { names, cpu: 'c', bound: [] };
      const { id, statement, code } = transition;
      if (pathsThrough(code) > mostWays)
        throw new ModelError(
          `a step has ${pathsThrough(code)} ways through local branches, and Murphi repeats what follows each: export has ${mostWays} at most`,
        );
      const chosen = choicesIn(code);
      const among = [...chosen].flatMap(([choice, name]) => isOneOf(name, choice.target.domain, names));
      const parameters = [...chosen].map(
        ([choice, name]) => `${name}: ${typeOf(choice.target.domain, names)}`,
      );
      return [
        ...parameters.map((parameter) => `  ruleset ${parameter} do`),
        `  -- ${statement.line}: ${inComment(textOf({ statement }))}`,
        `  rule "${number} ${id}" ${[...among, guardOf(transition, at, location, scope)].join(' & ')} ==> begin`,
        ...statementsOf(code, { scope, at, chosen, open: new Set(chosen.keys()) }).map(
          (line) => `    ${line}`,
        ),
        '  end;',
        ...parameters.map(() => '  end;'),
      ];
    }),
  );
  return rules.length === 0 ? [] : [`ruleset c: 0..${thread.cpus - 1} do`, ...rules, 'end;'];
}

const guardOf = ({ guard }: Transition, at: string, location: number, scope: MurphiScope): string =>
  `${at}[${scope.cpu}] = ${location}${guard === null ? '' : ` & ${murphiExpr(guard, scope)}`}`;

type Choice = Code & { readonly kind: 'choose' };

/** The choices of a step, each with the name of its parameter. */
function choicesIn(code: Code): ReadonlyMap<Choice, string> {
  const found = new Map<Choice, string>();
  const seen = new Set<Code>();
  const visit = (at: Code): void => {
    if (seen.has(at) || at.kind === 'goto') return;
    seen.add(at);
    if (at.kind === 'branch') {
      visit(at.then);
      return visit(at.otherwise);
    }
    if (at.kind === 'choose') found.set(at, `k${found.size}`);
    visit(at.next);
  };
  visit(code);
  return found;
}

interface Body {
  readonly scope: MurphiScope;
  /** The array of locations. */
  readonly at: string;
  readonly chosen: ReadonlyMap<Choice, string>;
  /** The choices that this way has not made. */
  readonly open: ReadonlySet<Choice>;
}

function statementsOf(code: Code, body: Body): readonly string[] {
  const { scope, at, chosen, open } = body;
  switch (code.kind) {
    case 'goto':
      return [
        // A way without a choice fires once, not once for each value of its parameter.
        ...[...open].map(
          (choice) =>
            `assume ${chosen.get(choice)!} = ${murphiValue(scope.names, valueAt(choice.target.domain, 0))};`,
        ),
        `${at}[c] := ${code.location};`,
      ];
    case 'effects':
      return [
        ...code.effects.flatMap((effect) => effectLines(effect, scope)),
        ...statementsOf(code.next, body),
      ];
    case 'branch':
      return [
        `if ${murphiExpr(code.condition, scope)} then`,
        ...statementsOf(code.then, body),
        'else',
        ...statementsOf(code.otherwise, body),
        'end;',
      ];
    case 'choose': {
      const rest = { ...body, open: new Set([...open].filter((other) => other !== code)) };
      return [
        `${murphiReference(code.target, scope)} := ${chosen.get(code)!};`,
        ...statementsOf(code.next, rest),
      ];
    }
  }
}

/** That the parameter of a choice is one of its values: a type of Murphi has the names of all domains. */
function isOneOf(parameter: string, domain: AnyDomain, names: MurphiNames): readonly string[] {
  if (domain.kind !== 'values') return [];
  return [`(${domain.values.map((value) => `${parameter} = ${names.values.get(value)!}`).join(' | ')})`];
}

function effectLines(effect: Effect, scope: MurphiScope): readonly string[] {
  switch (effect.kind) {
    case 'set':
      return [`${murphiReference(effect.target, scope)} := ${murphiExpr(effect.value, scope)};`];
    case 'when':
      return [
        `if ${murphiExpr(effect.condition, scope)} then`,
        ...effect.effects.flatMap((part) => effectLines(part, scope)),
        'end;',
      ];
    case 'each':
      return unrolled(effect.binder, scope).flatMap((inner) =>
        effect.effects.flatMap((part) => effectLines(part, inner)),
      );
    case 'assert':
      return [`assert ${murphiExpr(effect.condition, scope)} "${inString(effect.claim)}";`];
    case 'count':
      return [];
  }
}

/** That some thread can step, or all that must not wait forever have ended. */
function canGoOn(threads: readonly ThreadTable[], names: MurphiNames): string {
  const ended = threads
    .filter(({ thread }) => !thread.mayBlockForever)
    .map(
      ({ thread, end }) =>
        `forall c: 0..${thread.cpus - 1} do ${names.threads.get(thread.name)!.at}[c] = ${end} end`,
    );
  const steps = threads.flatMap(({ thread, locations }) =>
    locations.flatMap((transitions, location) =>
      transitions.map((transition) => {
        const scope = { names, cpu: 'c', bound: [] };
        const guard = guardOf(transition, names.threads.get(thread.name)!.at, location, scope);
        return `exists c: 0..${thread.cpus - 1} do ${guard} end`;
      }),
    ),
  );
  return [ended.length === 0 ? 'true' : `(${ended.join(' & ')})`, ...steps].join('\n  | ');
}
