/** The threads in Promela: a proctype with a label for each location. */
import type { ThreadTable, TransitionSystem } from '../../program/transition-system.ts';
import { ModelError } from '../../language/model-error.ts';
import { endedKey, promelaTransition, type CodeScope, type Jump } from './code.ts';
import type { PromelaNames } from './names.ts';
import type { State } from '../../interpreter/evaluate.ts';

/** Copies of a thread that begin at the same location; Spin numbers processes in the order of the text. */
interface ProcessGroup {
  readonly table: ThreadTable;
  readonly copies: readonly number[];
  readonly start: number;
  /** The process id of the first of these copies. */
  readonly pid: number;
}

export function proctypes(
  system: TransitionSystem,
  initial: readonly State[],
  names: PromelaNames,
  announces: boolean,
): readonly string[] {
  const invariants = system.model.properties.filter(({ kind }) => kind === 'always');
  const groups: ProcessGroup[] = [];
  let pid = 0;
  for (const thread of system.threads)
    for (const { copies, start } of groupsOf(thread, initial)) {
      groups.push({ table: thread, copies, start, pid });
      pid += copies.length;
    }
  return groups.map((group) =>
    proctype(group, {
      ...{ names, cpu: cpuOf(group), bound: [], invariants, announces },
      jump: jumps(group, names),
    }),
  );
}

function groupsOf(
  { thread }: ThreadTable,
  initial: readonly State[],
): readonly Pick<ProcessGroup, 'copies' | 'start'>[] {
  const groups: { copies: number[]; start: number }[] = [];
  for (let copy = 0; copy < thread.cpus; copy++) {
    const starts = new Set(initial.map(({ threads }) => threads[thread.name]![copy]!.location));
    if (starts.size > 1)
      throw new ModelError(
        `thread '${thread.name}': a choice before the first step selects where the thread begins, but a Promela process begins in one place; choose after the first step`,
      );
    const [start] = [...starts] as [number];
    if (groups.at(-1)?.start === start) groups.at(-1)!.copies.push(copy);
    else groups.push({ copies: [copy], start });
  }
  return groups;
}

function cpuOf({ copies, pid }: ProcessGroup): string {
  const [first] = copies as [number];
  if (copies.length === 1) return String(first);
  const shift = first - pid;
  if (shift === 0) return '_pid';
  return shift > 0 ? `(_pid + ${shift})` : `(_pid - ${-shift})`;
}

/** End labels mark the end of a thread, and every location of a thread that may block forever. */
const labelOf = ({ thread, end }: ThreadTable, location: number) =>
  `${thread.mayBlockForever || location === end ? 'end_' : ''}L${location}`;

const jumps = (group: ProcessGroup, names: PromelaNames): CodeScope['jump'] => {
  const { table } = group;
  const { name } = table.thread;
  const flags = names.ended.get(name);
  return (location): Jump => {
    const goto = `goto ${labelOf(table, location)}`;
    if (flags === undefined || location !== table.end) return { effects: [], written: [], goto };
    return { effects: [`${flags}[${cpuOf(group)}] = 1`], written: [endedKey(name)], goto };
  };
};

function proctype(group: ProcessGroup, scope: CodeScope): string {
  const { table, copies, start } = group;
  const name = scope.names.proctypes.get(table.thread.name)!;
  // The process begins at the first location in the text: a jump to another one would add a state.
  const order = [start, ...[...table.locations.keys()].filter((location) => location !== start)];
  const locations = order.map((location) => {
    const options = table.locations[location]!.map(
      (transition) => `  ${promelaTransition(transition, scope)}`,
    );
    const body = options.length === 0 ? '  false' : ['  if', ...options, '  fi'].join('\n');
    return `${labelOf(table, location)}:\n${body}`;
  });
  const suffix = copies.length === table.thread.cpus ? '' : `_from_${copies[0]!}`;
  return `active [${copies.length}] proctype ${name}${suffix}() {\n${locations.join(';\n')}\n}`;
}
