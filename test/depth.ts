/**
 * How deep the laws go. `npm test` takes a small share of the runs, `npm run test:long` a third of them; `RACEWALK_DEPTH=full`
 * takes all, for a change of what a law is about.
 *
 * A test tagged `long` runs in the long run alone; one tagged `law` runs in both, with more models in the long one.
 */
const depth = process.env['RACEWALK_DEPTH'] ?? 'quick';
if (!['quick', 'long', 'full'].includes(depth))
  throw new Error(`RACEWALK_DEPTH is quick, long or full, not ${depth}`);

/** A share of runs and cases is taken. */
export const quick = depth === 'quick';

const longShare = 3;

/** Of `all` runs of a law those that this run makes: a fifteenth in `npm test`, unless another `share` is given. */
export const runs = (all: number, share = 15): number =>
  Math.ceil(all / { quick: share, long: Math.min(share, longShare), full: 1 }[depth]!);

/** Every `share`-th of the cases of a test tagged `law`, from the first on; in the long run all of them. */
export const sampled = <T>(cases: readonly T[], share: number): readonly T[] =>
  quick ? cases.filter((_, at) => at % share === 0) : cases;

/** The options of a test that takes samples at this depth. Units: milliseconds. */
export const law = { tags: ['law'], timeout: 120_000 };

/** The options of a test that takes too long for `npm test`. Units: milliseconds. */
export const long = { tags: ['long'], timeout: 120_000 };
