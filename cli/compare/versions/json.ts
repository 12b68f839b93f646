/** Two versions of a protocol as JSON. */
import type { Difference } from '../../../checker/report/same-schedule.ts';
import { barrierJson } from '../../barriers/json.ts';
import { barriersElsewhere } from './barriers.ts';
import type { VersionsResult } from './schema.ts';
import type { ComparedVersions, VersionRow } from './study.ts';

type Version = VersionsResult['rows'][number]['before'];

export const versionsJson = (
  { asked, rows, barriers }: ComparedVersions,
  seconds: number,
): VersionsResult => ({
  kind: 'compare-versions',
  before: asked.versions.before.typed,
  after: asked.versions.after.typed,
  rows: rows.map(({ memory, varied, before, after, races }) => ({
    memory,
    varied,
    before: versionJson(before),
    after: versionJson(after),
    races: races.map((race) => ({
      ...race,
      first: differenceJson(race.first),
      end: differenceJson(race.end),
    })),
  })),
  barriers:
    barriers === null
      ? []
      : asked.ablated.map((memory) => ({
          memory,
          barriers: barriersElsewhere(barriers, memory).map(({ barrier, nth, before, after }) => ({
            barrier: barrierJson(barrier),
            nth,
            before,
            after,
          })),
        })),
  seconds,
});

const versionJson = (row: VersionRow['before']): Version => {
  const { options, verdict, steps, states, transitions, reason, costs } = row;
  return { options, verdict, steps, states, transitions, reason, costs };
};

/** Steps count from 1, as in a trace. */
const differenceJson = (difference: Difference | null) =>
  difference === null ? null : { ...difference, step: difference.step + 1 };
