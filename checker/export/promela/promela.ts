/** The export to Promela: Spin without reduction stores exactly the states that racewalk visits. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { printDomain, type Value } from '../../language/domain.ts';
import { isWithin } from '../../language/interval.ts';
import { ModelError } from '../../language/model-error.ts';
import { shortNumbers } from '../short-numbers.ts';
import {
  inComment,
  namesOf,
  promelaType,
  promelaValue,
  type PromelaNames,
  type PromelaVariable,
} from './names.ts';
import { initialCheck } from '../../interpreter/interpreter.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { claimLines } from './claims.ts';
import { proctypes } from './process.ts';
import { cellsOf, startProcess } from './start.ts';

/**
 * The model as Promela: a proctype for each thread, a label for each location, an atomic step for each transition.
 *
 * All variables are global, so that Spin's normalization of dead locals does not change the states. A thread that has
 * ended, or may block forever, waits at an end label, because the death of a process would add a state.
 *
 * With `announces`, each step prints `fired COPY TRANSITION` and the way into an initial state `start NUMBER`, which `pan
 * -r` shows.
 *
 * Throws  ModelError when a choice before the first step decides at which location a thread begins, and where numbers
 *         may need more than the 32 bits of Promela or arithmetic may have no result.
 */
export function toPromela(
  system: TransitionSystem,
  { announces = false }: { readonly announces?: boolean } = {},
): string {
  const start = initialCheck(system);
  const names = namesOf(system.model);
  const initial = start.states;
  return [
    `/* ${inComment(system.model.name)} (for the full state space: gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c) */`,
    ...[...names.values.values()].map((name, at) => `#define ${name} ${at}`),
    ...names.variables.map((variable) => declare(variable, initial[0]!, names)),
    ...[...names.ended].map(([thread, name]) => declareEnded(system, thread, [name, initial[0]!])),
    ...proctypes(system, initial, names, announces),
    ...startProcess(start, names, announces),
    ...readAll(names),
    ...claimLines(system.model, names),
    '',
  ].join('\n');
}

function declare(variable: PromelaVariable, state: State, names: PromelaNames): string {
  const { name, declaration } = variable;
  const first = cellsOf(variable, state);
  const { domain } = declaration;
  if (domain.kind === 'range' && !isWithin(domain, shortNumbers))
    throw new ModelError(
      `variable '${variable.modelName}' has the domain ${printDomain(domain)}, and Promela has no numbers of more than 32 bits`,
    );
  const type = promelaType(names, domain);
  const length = first.length === 1 && declaration.length === null ? '' : `[${first.length}]`;
  const meaning = declaration.meaning === '' ? '' : ` /* ${inComment(declaration.meaning)} */`;
  return `${type} ${name}${length} = ${firstValues(first, type, names)};${meaning}`;
}

/** Promela's initializer lists have no negative numbers, which are written modulo the size of the type. */
function firstValues(first: readonly Value[], type: string, names: PromelaNames): string {
  if (new Set(first).size === 1) return promelaValue(names, first[0]!);
  const modulus = type === 'short' ? 2 ** 16 : 2 ** 32;
  return `{${first.map((value) => (Number(value) < 0 ? String(Number(value) + modulus) : promelaValue(names, value))).join(', ')}}`;
}

function declareEnded(
  system: TransitionSystem,
  name: string,
  [flags, state]: readonly [string, State],
): string {
  const { thread, end } = system.threads.find((other) => other.thread.name === name)!;
  const first = state.threads[name]!.map(({ location }) => (location === end ? '1' : '0'));
  return `bit ${flags}[${thread.cpus}] = ${new Set(first).size === 1 ? first[0]! : `{${first.join(', ')}}`};`;
}

/** Spin removes variables without reads from the state; a proctype that never runs reads them all. */
function readAll({ variables, ended }: PromelaNames): readonly string[] {
  const cells = [
    ...variables.map(({ name, copies, declaration }) =>
      copies === 1 && declaration.length === null ? name : `${name}[0]`,
    ),
    ...[...ended.values()].map((name) => `${name}[0]`),
  ];
  return cells.length === 0 ? [] : [`proctype never_run() {\n  (${cells.join(' + ')}) == 0\n}`];
}
