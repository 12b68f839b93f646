/** The possible values of locations before the search, and the paths that they exclude. */
import type { LitmusValue } from '../litmus-test.ts';
import type { ProcessPath, Term } from './event.ts';
import { evaluate, isMet, readsIn } from './terms.ts';

/** Larger sets of values count as any value. */
const mostValues = 64;

type PossibleValues = ReadonlySet<LitmusValue> | 'any';

/**
 * The paths whose reads can find the required values.
 *
 * Sound for: any execution, including one with out-of-thin-air values: if values depend on each other in a cycle, the location
 * may hold any value.
 */
export function feasible(
  threads: readonly (readonly ProcessPath[])[],
  initial: (location: string) => LitmusValue,
): readonly (readonly ProcessPath[])[] {
  for (let current = threads; ;) {
    const valuesAt = valuesIn(current, initial);
    const kept = current.map((paths) => paths.filter((path) => canHappen(path, valuesAt)));
    if (kept.every((paths, at) => paths.length === current[at]!.length)) return kept;
    current = kept;
  }
}

function canHappen(
  { events, requirements }: ProcessPath,
  valuesAt: (location: string) => PossibleValues,
): boolean {
  return requirements.every((requirement) => {
    const all = combinations(requirement.term, ({ event }) => valuesAt(events[event]!.location));
    return all === 'any' || all.some((read) => isMet(requirement, read) !== false);
  });
}

type ValueAssignment = (event: number) => LitmusValue;

/** The possible combinations of the reads in a term, or 'any'. */
function combinations(
  term: Term,
  valuesOf: (read: { readonly event: number }) => PossibleValues,
): readonly ValueAssignment[] | 'any' {
  let all: readonly (readonly (readonly [number, LitmusValue])[])[] = [[]];
  for (const event of new Set(readsIn(term))) {
    const values = valuesOf({ event });
    if (values === 'any' || values.size * all.length > mostValues * mostValues) return 'any';
    all = all.flatMap((some) => [...values].map((value) => [...some, [event, value] as const]));
  }
  return all.map((pairs) => {
    const found = new Map(pairs);
    return (event) => found.get(event)!;
  });
}

function valuesIn(
  threads: readonly (readonly ProcessPath[])[],
  initial: (location: string) => LitmusValue,
): (location: string) => PossibleValues {
  const writes = threads
    .flat()
    .flatMap((path) =>
      path.events.flatMap(({ kind, location, value: term }) =>
        kind === 'write' && term !== null ? [{ location, path, term }] : [],
      ),
    );
  const written = Map.groupBy(writes, ({ location }) => location);
  const done = new Map<string, PossibleValues>();
  const valuesAt = (location: string): PossibleValues => {
    const known = done.get(location);
    if (known !== undefined) return known;
    // A second request during the computation is a cycle.
    done.set(location, 'any');
    const found = new Set<LitmusValue>([initial(location)]);
    let isAny = false;
    for (const { path, term } of written.get(location) ?? []) {
      const all = combinations(term, ({ event }) => valuesAt(path.events[event]!.location));
      if (all === 'any') isAny = true;
      else
        for (const read of all) {
          const value = evaluate(term, read);
          if (value !== undefined && value !== null) found.add(value);
        }
    }
    const values = isAny || found.size > mostValues ? 'any' : found;
    done.set(location, values);
    return values;
  };
  return valuesAt;
}
