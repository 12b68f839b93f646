/** The study of two versions of a protocol: the variants side by side, their races in the other version, their barriers. */
import { memoryKey, type MemoryModelName } from '../../../checker/language/memory-name.ts';
import { headline } from '../../../checker/report/verdict.ts';
import {
  followed,
  nextOf,
  startsOf,
  wrongAtEnd,
  type Difference,
} from '../../../checker/report/same-schedule.ts';
import type { SearchSettings } from '../../../checker/search/settings.ts';
import type { Limits } from '../../../checker/state-space/outcome.ts';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';
import type { MemoryAblation } from '../../../checker/study/barriers/ablation.ts';
import { barrierStudy, type AblatedBarriers } from '../../../checker/study/barriers/barriers.ts';
import type { Variants } from '../../../checker/study/barriers/variants.ts';
import {
  checkingRow,
  type CheckedRow,
  type Choices,
  type Row,
} from '../../../checker/study/compare/compare.ts';
import type { Job, Study, Sweep } from '../../../checker/study/study.ts';
import { withFallbacks } from '../../../checker/language/option.ts';
import type { AnyDefinition } from '../../../checker/language/model.ts';

export const sides = ['before', 'after'] as const;
export type Side = (typeof sides)[number];
const otherOf = { before: 'after', after: 'before' } as const;

/** One version: what it is called on the command line, and the options that all of its variants have. */
export interface Version {
  readonly typed: string;
  readonly definition: AnyDefinition;
  readonly given: Choices;
}

export type Versions = Readonly<Record<Side, Version>>;

export interface AskedVersions {
  readonly versions: Versions;
  /** The variants: the varied options of both versions, in the order of the table. */
  readonly variants: readonly Choices[];
  readonly memories: readonly MemoryModelName[];
  readonly settings: SearchSettings;
  readonly costs: boolean;
  /** Under these memory models barriers are removed. */
  readonly ablated: readonly MemoryModelName[];
}

/** The shortest race of one version, run on the other: plain data. */
export interface RaceElsewhere {
  /** The version that has the race. */
  readonly of: Side;
  readonly headline: string;
  readonly steps: number;
  /** How many of these steps the other version follows. */
  readonly follows: number;
  readonly first: Difference | null;
  readonly end: Difference | null;
  /** What is wrong there after all steps; null: nothing, or it does not follow. */
  readonly wrong: string | null;
  /** Where the CPU of the last step is there after all steps; null: it has ended, or it does not follow. */
  readonly next: string | null;
}

/** A variant of both versions under one memory model: plain data. */
export interface VersionRow extends Readonly<Record<Side, Omit<Row, 'varied'>>> {
  readonly varied: Choices;
  readonly memory: MemoryModelName;
  readonly races: readonly RaceElsewhere[];
}

export interface ComparedVersions {
  readonly asked: AskedVersions;
  readonly rows: readonly VersionRow[];
  /** Null: no memory model was asked for under which barriers have an effect. */
  readonly barriers: Readonly<Record<Side, AblatedBarriers>> | null;
}

type Prepared = Readonly<Record<Side, Variants>> | null;
type Result = VersionRow | MemoryAblation;

export function versionsStudy(asked: AskedVersions): Study<Prepared, Result, ComparedVersions> {
  const studies = {
    before: barriersOfVersion(asked, 'before'),
    after: barriersOfVersion(asked, 'after'),
  };
  return {
    *prepare(limits) {
      if (asked.ablated.length === 0) return null;
      const before = yield* studies.before.prepare(limits);
      return { before, after: yield* studies.after.prepare(limits) };
    },
    sweep(prepared): Sweep<Result, ComparedVersions> {
      const rows = rowJobs(asked);
      const ablations =
        prepared === null ? [] : sides.map((side) => ({ side, sweep: studies[side].sweep(prepared[side]) }));
      return {
        jobs: [
          ...rows,
          ...ablations.flatMap(({ side, sweep }) =>
            sweep.jobs.map(({ name, run }) => ({ name: `barriers ${side}, ${name}`, run })),
          ),
        ],
        assembled: (results) => {
          let at = rows.length;
          const found = ablations.map(({ side, sweep }) => {
            const own = results.slice(at, (at += sweep.jobs.length)) as MemoryAblation[];
            return [side, sweep.assembled(own)] as const;
          });
          return {
            asked,
            rows: results.slice(0, rows.length) as VersionRow[],
            barriers:
              found.length === 0 ? null : (Object.fromEntries(found) as Record<Side, AblatedBarriers>),
          };
        },
      };
    },
  };
}

const barriersOfVersion = ({ versions, ablated, settings }: AskedVersions, side: Side) =>
  barrierStudy(versions[side].definition, versions[side].given, { memories: ablated, settings });

/** The options of one version in a variant. */
export function optionsOf({ definition, given }: Version, varied: Choices, memory: MemoryModelName): Choices {
  const own = Object.entries(varied).filter(([key]) => key in definition.options && !(key in given));
  return withFallbacks(definition.options, { ...given, ...Object.fromEntries(own), [memoryKey]: memory });
}

function rowJobs({
  versions,
  variants,
  memories,
  settings,
  costs,
}: AskedVersions): readonly Job<VersionRow>[] {
  // A variant of one version may stand in several rows, beside those of the other.
  const known = new Map<string, CheckedRow>();
  function* checkingSide(side: Side, options: Choices, limits: Limits): Cooperative<CheckedRow> {
    const key = `${side} ${JSON.stringify(options)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const model = versions[side].definition.build(options);
    const checked = yield* checkingRow(model, options, { counted: costs, settings }, limits);
    known.set(key, checked);
    return checked;
  }
  return variants.flatMap((varied) =>
    memories.map((memory) => ({
      name: `${JSON.stringify(varied)} ${memory}`,
      *run(limits: Limits) {
        const before = yield* checkingSide('before', optionsOf(versions.before, varied, memory), limits);
        const after = yield* checkingSide('after', optionsOf(versions.after, varied, memory), limits);
        const found = { before, after };
        const races = sides.flatMap((side) => raceElsewhere(side, found) ?? []);
        return { varied, memory, before: before.row, after: after.row, races };
      },
    })),
  );
}

function raceElsewhere(of: Side, found: Readonly<Record<Side, CheckedRow>>): RaceElsewhere | null {
  const { system: from, outcome, trace } = found[of].checked;
  if (trace === null || !('schedule' in outcome)) return null;
  const { system } = found[otherOf[of]].checked;
  const { initial, cycleFrom } = outcome.schedule;
  const begin = initial < startsOf(system) ? initial : 0;
  const inOther = followed(from, trace, system, begin);
  const { schedule, taken, first, end } = inOther;
  const cycle = cycleFrom === undefined ? null : taken[cycleFrom]!;
  return {
    of,
    headline: headline(outcome),
    steps: trace.steps.length,
    follows: end?.step ?? trace.steps.length,
    first,
    end,
    wrong: end === null ? wrongAtEnd(system, schedule, outcome, cycle) : null,
    next: end === null ? nextOf(system, inOther, trace) : null,
  };
}
