/** The options of `racewalk compare`. */
import type { LimitOptions } from '../options/limits.ts';
import type { SearchOptions } from '../options/search-options.ts';
import type { SweepOptions } from '../sweep/options.ts';

/** The options that commander parses. */
export interface CompareOptions extends LimitOptions, SearchOptions, SweepOptions {
  readonly vary?: string;
  readonly fix?: readonly string[];
  readonly costs?: boolean;
  /** True: --any-cpus without a value, which means all. */
  readonly anyCpus?: true | string;
  readonly json?: true;
}
