/** The steps of a thread that a CPU need not perform where they stand. */
import { bool } from '../../language/domain.ts';
import { walk, type LocalReference } from '../../language/expression.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { statementsOf, type AnyThread } from '../../language/thread.ts';
import { shapeOf } from '../common/accesses.ts';
import { assignedBy, conductOf, type Conduct, type ConductContext } from './program-order.ts';
import type { StepStatement } from '../common/ordering.ts';

type BranchStatement = Statement & { readonly kind: 'branch' };

/**
 * A branch whose arms touch no memory, as one step: no store behind it waits for what it is decided by. Null where it is
 * more, or where its arms cannot be written one after the other.
 */
function computationOf(branch: BranchStatement): StepStatement | null {
  const { line, nth, text, condition } = branch;
  const [then, otherwise] = [effectsIn(branch.then), effectsIn(branch.otherwise)];
  if (then === null || otherwise === null) return null;
  const given = new Set([...walk(condition)].flatMap((part) => (part.kind === 'local' ? [part.name] : [])));
  const changes = (effects: readonly Effect[]) =>
    [...assignedBy({ ...branch, kind: 'step', guard: null, effects, ordering: null })].some((name) =>
      given.has(name),
    );
  const arms = [
    { kind: 'when', condition, effects: then },
    { kind: 'when', condition: { kind: 'not', operand: condition }, effects: otherwise },
  ] as const;
  if (otherwise.length > 0 && changes(then) && changes(otherwise)) return null;
  const effects = otherwise.length === 0 ? [arms[0]] : changes(then) ? [arms[1], arms[0]] : arms;
  return { kind: 'step', line, nth, text, guard: null, effects, ordering: null };
}

/** The effects of a block of plain computation; null where it does anything else. */
function effectsIn(block: Block): readonly Effect[] | null {
  const parts = block.map((statement): readonly Effect[] | null => {
    if (statement.kind === 'note') return [];
    if (statement.kind === 'branch') return computationOf(statement)?.effects ?? null;
    return statement.kind === 'step' && statement.guard === null && shapeOf(statement) === 'none'
      ? statement.effects
      : null;
  });
  return parts.includes(null) ? null : parts.flatMap((effects) => effects!);
}

/** A step that may be performed late: it has been passed, and is to be done before what must come after it. */
export interface Late {
  /** Its place in the text. */
  readonly at: number;
  readonly step: StepStatement;
  readonly conduct: Conduct;
  /** True while it is still to be done. */
  readonly isOpen: LocalReference;
}

/** Steps that need not be done at once: no condition of the way hangs on them. */
export function candidates(thread: AnyThread, surroundings: ConductContext): ReadonlyMap<number, Late> {
  const inside = new Set(
    [...statementsOf(thread.body)].flatMap((one) =>
      one.kind === 'atomically' ? [...statementsOf(one.body)] : [],
    ),
  );
  const all = [...statementsOf(thread.body)].filter((one) => !inside.has(one));
  return new Map(
    all.flatMap((statement): [number, Late][] => {
      const step = statement.kind === 'branch' ? computationOf(statement) : statement;
      if (step?.kind !== 'step' || step.guard !== null) return [];
      const conduct = conductOf(step, surroundings);
      if (conduct.kind === 'barrier' || conduct.order === 'acquire') return [];
      const name = `late_${step.line}`;
      const { name: owner } = thread;
      const isOpen: LocalReference = {
        kind: 'local',
        thread: owner,
        name,
        index: null,
        replica: null,
        domain: bool,
      };
      return [[step.line, { at: step.line, step, conduct, isOpen }]];
    }),
  );
}
