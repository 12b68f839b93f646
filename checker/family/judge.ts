/** Checks a closed set of views for violated invariants, counters outside their domains, and deadlocks. */
import { isFixed, printAffine } from './affine.ts';
import { isAtMost } from './shares.ts';
import type { Views } from './views.ts';

/** Adds the doubts of a closed set of views. Without doubts the family has none of these errors. */
export function judge(views: Views): void {
  const { machine, size } = views;
  const [first] = views.used;
  if (first === undefined) throw new Error('no view is used, but the initial views always are');
  for (const { name, witnesses } of machine.invariants)
    if (witnesses > size && machine.faults.witnesses !== true)
      views.doubt(`'${name}' speaks of ${witnesses} copies at once`, views.unpacked(first));
  for (const view of views.used) {
    for (const { name, mayFail } of machine.invariants) {
      const what = `'${name}' may be false`;
      const where = views.doubts.has(what) ? null : views.possibly(view, mayFail);
      if (where !== null) views.doubt(what, where);
    }
    const stuck = 'nobody may be able to move';
    const where = views.doubts.has(stuck)
      ? null
      : views.possibly(view, (config) => machine.mayBeStuck(config, size));
    if (where !== null) views.doubt(stuck, where);
  }
  judgeCounters(views);
}

/** Counters whose domain grows; effects check the counters of a fixed domain. */
function judgeCounters(views: Views): void {
  const { counters, groups } = views.machine.roles;
  const used = [...views.used].map((view) => ({ view, config: views.unpacked(view) }));
  for (const [counter, { name, high, low }] of counters.entries()) {
    if (isFixed(high)) continue;
    const caps = groups.map(({ shares }, group) =>
      Math.max(
        ...used.flatMap(({ config }) => config.groups[group]!.map((record) => record[shares + counter]!)),
      ),
    );
    for (const { view, config } of used) {
      if (views.machine.faults.large !== true && !isAtMost(config, counter, caps, views.machine.roles))
        views.doubt(`'${name}' may become larger than ${printAffine(high)}`, config);
      const tooLow = views.possibly(view, (one) => views.machine.mayBeTooLow(one, counter));
      if (tooLow !== null) views.doubt(`'${name}' may become less than ${low}`, tooLow);
    }
  }
}
