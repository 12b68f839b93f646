/** Read-side critical sections of RCU in a path, as pairs of start and end. */
import type { MemoryEvent } from './event.ts';

export interface Sections {
  /** Positions in the path. */
  readonly pairs: readonly (readonly [begin: number, end: number])[];
  readonly flags: readonly string[];
}

/** Sections nest; each end closes the nearest open start. */
export function rcuSectionsIn(events: readonly MemoryEvent[]): Sections {
  const open: number[] = [];
  const pairs: [number, number][] = [];
  const flags = new Set<string>();
  events.forEach(({ mark }, position) => {
    if (mark === 'rcu-lock') open.push(position);
    if (mark !== 'rcu-unlock') return;
    const begin = open.pop();
    if (begin === undefined) flags.add('unmatched-rcu-unlock');
    else pairs.push([begin, position]);
  });
  if (open.length > 0) flags.add('unmatched-rcu-lock');
  for (const [begin, end] of pairs)
    if (events.slice(begin, end).some(({ mark }) => mark === 'sync-srcu')) flags.add('invalid-sleep');
  return { pairs, flags: [...flags] };
}
