/**
 * How deep the laws go: `npm test` takes a share of the runs, `npm run test:long` (RACEWALK_DEPTH=full) all of them.
 *
 * A test tagged `long` runs in the long run alone; one tagged `law` runs in both, with more models in the long one.
 */
const full = process.env['RACEWALK_DEPTH'] === 'full';

/** Of `all` runs of a law those that this run makes: a fifteenth in `npm test`, unless another `share` is given. */
export const runs = (all: number, share = 15): number => (full ? all : Math.ceil(all / share));

/** Every `share`-th of the cases of a test tagged `law`, from the first on; in the long run all of them. */
export const sampled = <T>(cases: readonly T[], share: number): readonly T[] =>
  full ? cases : cases.filter((_, at) => at % share === 0);

/** The options of a test that takes samples at this depth. Units: milliseconds. */
export const law = { tags: ['law'], timeout: 120_000 };

/** The options of a test that takes too long for `npm test`. Units: milliseconds. */
export const long = { tags: ['long'], timeout: 120_000 };
