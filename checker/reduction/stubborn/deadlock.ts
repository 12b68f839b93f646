/** Whether a compact state in which nothing can happen is a deadlock. */
import { firstLocal } from '../state/interned-state.ts';
import type { StubbornContext } from './stubborn-sets.ts';

/** True when some thread that must not wait for ever has not ended. */
export const isDeadlocked = ({ numbering, states }: StubbornContext, words: Int32Array): boolean =>
  numbering.copies.some(({ thread, table }, copy) => {
    const location = states.localsOf(thread).word(words[firstLocal + copy]!, 0);
    return location !== table.end && !table.thread.mayBlockForever;
  });
