/** What Promela cannot say by first values: several initial states, or one that is already wrong. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Value } from '../language/domain.ts';
import type { State } from '../state/evaluate.ts';
import { isTrue } from '../state/evaluate.ts';
import { endsOf, moves, propertyPlace } from '../state/interpret.ts';
import type { Names, PromelaVariable } from './promela-names.ts';
import { promelaValue } from './promela-names.ts';

/**
 * A process that goes from Spin's one initial state to all initial states of the model, the first of which is that one
 * state: so no state is added. It asks pan for the depth, because nothing in a state may tell that it is the first.
 */
export function startProcess(
  table: TransitionTable,
  initial: readonly State[],
  names: Names,
): readonly string[] {
  const wrong = initial.some((state) => violates(table, state));
  if (initial.length === 1 && !wrong) return [];
  // This process can still move in the first state, which therefore is no deadlock for Spin.
  const stuck = deadlocks(table, initial[0]!) ? ['assert(false)'] : [];
  const options = initial.map((state) => {
    const claims = violates(table, state) ? ['assert(false)'] : [];
    return `    :: d_step { ${['skip', ...claims, ...assignments(initial[0]!, state, names)].join('; ')} }`;
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

function violates(table: TransitionTable, state: State): boolean {
  const place = propertyPlace(state, endsOf(table));
  return table.model.properties.some(({ kind, condition }) => kind === 'always' && !isTrue(condition, place));
}

function deadlocks(table: TransitionTable, state: State): boolean {
  const waits = table.threads.some(
    ({ thread, end }) =>
      !thread.mayBlockForever && state.threads[thread.name]!.some(({ location }) => location !== end),
  );
  return waits && moves(table, state).length === 0;
}

/** The assignments that lead from one initial state to another. */
function assignments(from: State, to: State, names: Names): readonly string[] {
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
