/** The prover in a report: its one variant comes without the numbers beside it. */
import type { Proved } from '../../../checker/search/prove.ts';
import type { Steps } from '../../../checker/state-space/cooperative.ts';

export function* provingMost(): Steps<Proved> {
  throw new Error('a report proves nothing for any number');
}
