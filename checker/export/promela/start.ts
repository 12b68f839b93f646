/** Initial states that Promela initializers cannot express: several, or one with a violation. */
import type { Value } from '../../language/domain.ts';
import type { State } from '../../interpreter/evaluate.ts';
import type { InitialStates } from '../../interpreter/interpreter.ts';
import { promelaValue, type PromelaNames, type PromelaVariable } from './names.ts';

/**
 * A process that leads from Spin's initial state, which is the first one of the model, to the others, so that no state
 * is added. It reads pan's depth, because the state must not record that it is the first.
 */
export function startProcess(
  { states, violated, deadlocked }: InitialStates,
  names: PromelaNames,
  announces: boolean,
): readonly string[] {
  if (states.length === 1 && !violated.includes(true)) return [];
  // Spin sees no deadlock in the first state, because this process can step there.
  const stuck = deadlocked ? ['assert(false)'] : [];
  const options = states.map((state, at) => {
    const claims = violated[at] === true ? ['assert(false)'] : [];
    const told = announces ? [`printf("start ${at}\\n")`] : [];
    return `    :: d_step { ${['skip', ...told, ...claims, ...assignments(states[0]!, state, names)].join('; ')} }`;
  });
  return [
    'active proctype start() {',
    'end_start:',
    `  atomic { ${['c_expr { depth == 0 }', ...stuck].join('; ')};`,
    '    if',
    ...options,
    '    fi;',
    '    goto end_start',
    '  }',
    '}',
  ];
}

/** The assignments that lead from one initial state to another. */
function assignments(from: State, to: State, names: PromelaNames): readonly string[] {
  return names.variables.flatMap((variable) => {
    const before = cellsOf(variable, from);
    const after = cellsOf(variable, to);
    const scalar = after.length === 1 && variable.declaration.length === null;
    return after.flatMap((value, at) => {
      if (value === before[at]) return [];
      return [`${variable.name}${scalar ? '' : `[${at}]`} = ${promelaValue(names, value)}`];
    });
  });
}

/** The cells of a variable in a state, those of all copies of a thread one after the other. */
export function cellsOf(
  { modelName, thread }: PromelaVariable,
  { shared, threads }: State,
): readonly Value[] {
  return thread === null
    ? [shared[modelName]!].flat()
    : threads[thread]!.flatMap(({ locals }) => locals[modelName]!);
}
