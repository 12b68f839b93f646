/** Branches of a weakly ordered CPU whose condition loads: a way for each value that the load can find. */
import type { AnyExpr } from '../../language/expression.ts';
import type { Block, Effect, Statement } from '../../language/statement.ts';
import { sourcesOf, type StaleSource } from './stale-reading.ts';
import { withLoads } from '../common/substitute.ts';
import { lose, type WeakCore } from './weak-core.ts';
import { cellOf, found, readsShared } from './weak-step.ts';

type BranchStatement = Statement & { readonly kind: 'branch' };
type Way = 'then' | 'otherwise';

/** What may be read as it was before a branch, and on each of its ways. */
export interface BranchWays extends Readonly<Record<Way, ReadonlySet<string>>> {
  readonly before: ReadonlySet<string>;
}

/** The branch, whose blocks are rewritten already. */
export function rewriteBranch(branch: BranchStatement, ways: BranchWays, core: WeakCore): Block {
  if (!readsShared(branch.condition)) return [branch];
  const { buffer, stale } = core;
  const sources = sourcesOf(cellOf(branch), buffer, stale);
  const after = (way: Way, source: StaleSource): readonly Effect[] => {
    const around = { before: ways.before, after: ways[way] };
    return [...found(branch, source, { core, around, isAcquire: false }, []), ...lose(stale, around)];
  };
  const first = sources[0]!;
  if (sources.length === 1 && after('then', first).length + after('otherwise', first).length === 0)
    return [{ ...branch, condition: conditionBy(branch, first) }];
  core.fresh.count += 1;
  const labels = labelsOf(branch, core.fresh.count);
  return joined(
    branch,
    sources.map((source) => decision(branch, source, { labels, after: (way) => after(way, source) })),
    labels,
  );
}

const conditionBy = ({ condition }: BranchStatement, { value }: StaleSource): AnyExpr =>
  withLoads(condition, () => value);

type Labels = Readonly<Record<Way | 'end', string>>;

const labelsOf = ({ line }: BranchStatement, number: number): Labels => ({
  then: `line_${line}_${number}_then`,
  otherwise: `line_${line}_${number}_otherwise`,
  end: `line_${line}_${number}_end`,
});

interface Deciding {
  readonly labels: Labels;
  /** What the CPU forgets on a way. */
  readonly after: (way: Way) => readonly Effect[];
}

/** The load, the way that its value leads to, and what the CPU forgets, in one step. */
function decision(branch: BranchStatement, source: StaleSource, { labels, after }: Deciding): Statement {
  const { line, nth, text } = branch;
  const own = { line, nth };
  const arm = (way: Way): Block => {
    const effects = after(way);
    const goes: Statement = { ...own, role: 'hidden', kind: 'goto', label: labels[way] };
    const forgets: Statement = {
      ...own,
      role: 'hidden',
      kind: 'step',
      text,
      guard: null,
      effects,
      ordering: null,
    };
    return effects.length === 0 ? [goes] : [forgets, goes];
  };
  const decide: Statement = {
    ...branch,
    condition: conditionBy(branch, source),
    ...(source.entry === null ? {} : { old: source.entry }),
    then: arm('then'),
    otherwise: arm('otherwise'),
  };
  const old: Statement = {
    ...own,
    role: 'hidden',
    kind: 'step',
    text,
    guard: source.guard,
    effects: [],
    ordering: null,
  };
  const body = source.guard === null ? [decide] : [old, decide];
  return { ...own, kind: 'atomically', reason: 'a load and what the CPU forgets with it', body };
}

/** The decisions, and behind them the blocks of the branch, once each. */
function joined(branch: BranchStatement, decisions: readonly Statement[], labels: Labels): Block {
  const own = { line: branch.line, nth: branch.nth, role: 'hidden' as const };
  const labelled = (way: Way): Block => [{ ...own, kind: 'label', name: labels[way] }, ...branch[way]];
  return [
    ...(decisions.length === 1
      ? decisions
      : [{ ...own, kind: 'either', alternatives: decisions.map((one) => [one]) } as const]),
    ...labelled('then'),
    { ...own, kind: 'goto', label: labels.end },
    ...labelled('otherwise'),
    { ...own, kind: 'label', name: labels.end },
  ];
}
