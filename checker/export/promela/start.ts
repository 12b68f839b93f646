/** What Promela cannot say by first values: several initial states, or one that is already wrong. */
import type { Value } from '../../language/domain.ts';
import type { State } from '../../interpreter/evaluate.ts';
import type { InitialStates } from '../../interpreter/interpreter.ts';
import { promelaValue, type PromelaNames, type PromelaVariable } from './names.ts';

/**
 * A process that goes from Spin's one initial state to all initial states of the model, the first of which is that one
 * state: so no state is added. It asks pan for the depth, because nothing in a state may tell that it is the first.
 */
export function startProcess(
  { states, violated, deadlocked }: InitialStates,
  names: PromelaNames,
): readonly string[] {
  if (states.length === 1 && !violated.includes(true)) return [];
  // This process can still move in the first state, which therefore is no deadlock for Spin.
  const stuck = deadlocked ? ['assert(false)'] : [];
  const options = states.map((state, at) => {
    const claims = violated[at] === true ? ['assert(false)'] : [];
    return `    :: d_step { ${['skip', ...claims, ...assignments(states[0]!, state, names)].join('; ')} }`;
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
