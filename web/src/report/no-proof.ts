/** The prover in a report: its one variant comes without the numbers beside it. */
import type { Proved } from '../../../checker/search/prove.ts';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';

export function* provingMost(): Cooperative<Proved> {
  throw new Error('a report proves nothing for any number');
}
