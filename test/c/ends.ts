/** The ends of a protocol in C as racewalk reads it: the values of its variables when all threads have ended. */
import { buildParts } from '../../checker/c/build-model.ts';
import { readUnit } from '../../checker/c/syntax/read-unit.ts';
import { Mistakes, mistakesText } from '../../checker/c/syntax/source.ts';
import { initialStates, isDeadlock } from '../../checker/interpreter/interpreter.ts';
import type { State } from '../../checker/interpreter/evaluate.ts';
import { printValue, type Value } from '../../checker/language/domain.ts';
import { fullyGrown } from '../../checker/language/growing.ts';
import type { Model } from '../../checker/language/model.ts';
import { declarationsOf, type Declarations } from '../../checker/language/variable.ts';
import { withoutGhosts } from '../../checker/memory/without-ghosts.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { edgesOutOf, keyOfState } from '../../checker/state-space/successors.ts';
import { shippedHeader } from '../../cli/model-files/c-file.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

export interface Ends {
  /** Each end: `name=value` of every scalar, ordered by name, as the native runs show it. */
  readonly ends: ReadonlySet<string>;
  /** What goes wrong on some run: a failed assertion, a deadlock, a number that has no representation. */
  readonly faults: ReadonlySet<string>;
  /** The limit of states was hit. */
  readonly cutShort: boolean;
}

/** All ends of the program, explored by the interpreter. Throws  Error if racewalk refuses it. */
export function racewalkEnds(text: string, mostStates: number): Ends {
  const model = fullyGrown(modelOf(text));
  const system = transitionSystem(model);
  const seen = new Set<string>();
  const waiting: State[] = [];
  const [ends, faults] = [new Set<string>(), new Set<string>()];
  const add = (state: State): void => {
    const { size } = seen;
    if (seen.add(keyOfState(state)).size > size) waiting.push(state);
  };
  initialStates(system).forEach(add);
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (seen.size > mostStates) return { ends, faults, cutShort: true };
    const edges = edgesOutOf(system, state);
    if (edges.length === 0 && isDeadlock(system, state)) faults.add('deadlock');
    else if (edges.length === 0) ends.add(valuesIn(model.shared, state));
    for (const { firing } of edges) {
      if (firing.error !== null) faults.add(firing.error);
      else if (firing.failed !== null) faults.add(JSON.stringify(firing.failed));
      else add(firing.state);
    }
  }
  return { ends, faults, cutShort: false };
}

/** The model before it is validated, which compares values with the bounds of domains. */
function modelOf(text: string): Model {
  const mistakes = new Mistakes();
  const file = { name: 'program.c', text };
  const unit = readUnit(file, { header: shippedHeader, flags: new Map() }, new Map(), mistakes);
  const parts = buildParts(file, unit, mistakes);
  if (parts === null || mistakes.any) throw new Error(mistakesText(mistakes.all));
  // A data race is no fault here: gcc's programs have them.
  return withoutGhosts({
    ...parts,
    name: 'program',
    shared: declarationsOf(parts.shared),
    properties: [],
    costs: [],
  });
}

/** Pointers may point one past an array; that cell is no memory. */
function valuesIn(shared: Declarations, state: State): string {
  const cells = Object.entries(shared).flatMap(([name, { domain, elementNames }]) => {
    const value = state.shared[name] as Value | readonly Value[];
    return (Array.isArray(value) ? (value as readonly Value[]) : [value as Value]).map(
      (one, at) =>
        `${elementNames?.[at] ?? name}=${typeof one === 'boolean' ? Number(one) : printValue(domain, one)}`,
    );
  });
  return cells
    .filter((cell) => !cell.startsWith('one past '))
    .sort()
    .join(' ');
}
