/** Branches that a compiler may drop or turn into computation: no store behind them is ordered by them. */
import type { Block, Statement } from '../../language/statement.ts';
import { successorsOf, type Flow } from '../../program/control-flow.ts';
import { accessesOf } from '../common/accesses.ts';

export interface PureBranches {
  /** Branches whose arms differ in nothing but what they leave in locals. */
  readonly branches: ReadonlySet<Statement>;
  /** The statements of their arms. */
  readonly inside: ReadonlySet<Statement>;
}

/**
 * The pure branches of a thread: both arms only compute, up to a place where all their ways join.
 *
 * Source:  tools/memory-model/Documentation/control-dependencies.txt: compilers drop a branch whose legs do the same
 */
export function pureBranches({ instructions }: Flow): PureBranches {
  const joinOf = joinsIn(instructions);
  const branches = new Set<Statement>();
  const inside = new Set<Statement>();
  for (const instruction of instructions) {
    if (instruction.kind !== 'branch' || instruction.statement!.kind !== 'branch') continue;
    const heads = [instruction.then, instruction.otherwise];
    const join = joinOf(heads);
    if (join === null) continue;
    branches.add(instruction.statement!);
    const arms = new Set(heads.filter((at) => at !== join));
    for (const at of arms)
      for (const next of successorsOf(instructions[at]!)) if (next !== join) arms.add(next);
    for (const at of arms) {
      const { statement } = instructions[at]!;
      if (statement !== null) inside.add(statement);
    }
  }
  return { branches, inside };
}

/** The first instruction through which all ways from a place lead, after computation alone. */
interface Joined {
  readonly at: number;
  /** Where the ways from this instruction join; null: it does more than to compute, or they do not join. */
  readonly after: Joined | null;
  readonly depth: number;
}

/** Where all ways from some instructions join, with nothing but computation before it; null: nowhere. */
function joinsIn(instructions: Flow['instructions']): (heads: readonly number[]) => number | null {
  /** Null: its computation may go round for ever. */
  const known = new Map<number, Joined | null>();
  const joined = (at: number): Joined | null => {
    const before = known.get(at);
    if (before !== undefined) return before;
    known.set(at, null);
    const ways = onlyComputes(instructions[at]!) ? successorsOf(instructions[at]!).map(joined) : [];
    if (ways.includes(null)) return null;
    const after = nearest(ways as Joined[]);
    const result = { at, after, depth: after === null ? 0 : after.depth + 1 };
    known.set(at, result);
    return result;
  };
  return (heads) => {
    const ways = heads.map(joined);
    return ways.includes(null) ? null : (nearest(ways as Joined[])?.at ?? null);
  };
}

const nearest = (ways: readonly Joined[]): Joined | null =>
  ways.length === 0
    ? null
    : ways.reduce<Joined | null>((a, b) => (a === null ? null : common(a, b)), ways[0]!);

/** The nearest instruction through which the ways from both lead. */
function common(left: Joined, right: Joined): Joined | null {
  let [a, b]: [Joined | null, Joined | null] = [left, right];
  while (a !== b && a !== null && b !== null)
    if (a.depth >= b.depth) a = a.after;
    else b = b.after;
  return a === b ? a : null;
}

function onlyComputes(instruction: Flow['instructions'][number]): boolean {
  const { statement } = instruction;
  switch (instruction.kind) {
    case 'effects':
      return statement!.kind !== 'barrier' && instruction.guard === null && touchesNothing(statement!);
    case 'branch':
      return statement!.kind === 'branch' && touchesNothing(statement!);
    case 'pass':
      return true;
    case 'choose':
    case 'either':
    case 'atomically':
    case 'end':
      return false;
  }
}

function touchesNothing(statement: Statement): boolean {
  const { reads, writes } = accessesOf(statement);
  return reads.length + writes.length === 0;
}

/**
 * Whether the arms of a branch do the same, so that nothing depends on its condition.
 *
 * Source:  Documentation/memory-barriers.txt, CONTROL DEPENDENCIES: compilers move what both legs do in front of the branch
 */
export const isAlike = (statement: Statement): boolean =>
  statement.kind === 'branch' && textOf(statement.then) === textOf(statement.otherwise);

const textOf = (block: Block): string => JSON.stringify(block).replaceAll(/"(?:line|nth)":\d+,?/g, '');
