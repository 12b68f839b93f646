/** What Promela cannot say by first values: several initial states, or one that is already wrong. */
import type { Value } from '../../language/domain.ts';
import { promelaValue, type PromelaNames, type PromelaVariable } from './names.ts';

type Cells = Readonly<Record<string, Value | readonly Value[]>>;

/** A state of the model; the copies of a thread are listed by index. */
export interface State {
  readonly shared: Cells;
  readonly threads: Readonly<
    Record<string, readonly { readonly location: number; readonly locals: Cells }[]>
  >;
}

/** What the interpreter says about the beginning: an export cannot evaluate anything itself. */
export interface Start {
  /** The different initial states; there is at least one. */
  readonly states: readonly State[];
  /** For each of them: whether it violates an invariant. */
  readonly violated: readonly boolean[];
  /** Whether the first of them is a deadlock. */
  readonly deadlocked: boolean;
}

/**
 * A process that goes from Spin's one initial state to all initial states of the model, the first of which is that one
 * state: so no state is added. It asks pan for the depth, because nothing in a state may tell that it is the first.
 */
export function startProcess(
  { states, violated, deadlocked }: Start,
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
