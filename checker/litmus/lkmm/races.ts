/** Plain accesses: the values that they cannot read, and data races. */
import * as r from './relation.ts';
import type { Derived } from './axioms.ts';
import type { Candidate } from './candidate.ts';
import type { Relation } from './relation.ts';

const { compose, union, intersection, difference, inverse, star, orSame } = r;

/** Orders of plain accesses, each derived from the surrounding marked accesses and fences. */
interface OrderBounds {
  readonly conflicts: Relation;
  readonly writeToWrite: Relation;
  readonly writeToRead: Relation;
  readonly readToWrite: Relation;
}

export function plainBounds({ known, size }: Candidate, derived: Derived): OrderBounds {
  const { happensBefore, propagatesBefore, rcuBefore, rcuFence, cumulative, address, nonRw } = derived;
  const later = star(union(happensBefore, propagatesBefore, rcuBefore));
  const fence = union(derived.fence, rcuFence);
  const strong = union(derived.strong, rcuFence);
  const { marked, orderedReads, returning } = known;
  const visible = compose(
    r.to(compose(star(cumulative), orSame(derived.readsFromOutside)), marked),
    union(compose(r.to(strong, marked), later), intersection(later, orSame(known.inThread))),
  );
  const beforeWrite = r.from(marked, orSame(union(address, fence)));
  const beforeRead = r.from(
    marked,
    orSame(union(address, nonRw, r.to(r.from(orderedReads, known.acrossRmb), returning))),
  );
  const afterWrite = compose(r.to(orSame(fence), marked), derived.atomicSequence);
  const afterRead = r.to(
    orSame(union(nonRw, r.to(r.from(returning, known.acrossRmb), orderedReads))),
    marked,
  );
  const isPlain = (event: number) => r.isIn(known.plain, event);
  const isAccess = (event: number) => r.isIn(known.accesses, event);
  const isInitial = (event: number) => r.isIn(known.initial, event);
  const conflicts = intersection(
    known.acrossThreads,
    r.relationOf(size, (a, b) => (isPlain(a) && isAccess(b)) || (isAccess(a) && !isInitial(a) && isPlain(b))),
  );
  return {
    conflicts,
    writeToWrite: union(
      fence,
      compose(strong, later, beforeWrite),
      compose(afterWrite, visible, beforeWrite),
    ),
    writeToRead: union(fence, compose(strong, later, beforeRead), compose(afterWrite, visible, beforeRead)),
    readToWrite: union(fence, compose(afterRead, later, beforeWrite)),
  };
}

/** Whether the plain accesses make an execution forbidden, racy, or neither. */
export function plainAccesses(candidate: Candidate, derived: Derived): 'forbidden' | 'race' | 'no race' {
  const bounds = plainBounds(candidate, derived);
  if (!isCoherent(bounds, derived)) return 'forbidden';
  return isRaceFree(candidate, bounds, derived) ? 'no race' : 'race';
}

/** Whether no read or write depends on a later write. */
function isCoherent(
  { conflicts, writeToWrite, writeToRead, readToWrite }: OrderBounds,
  { readsFrom, fromReads, coherence }: Derived,
): boolean {
  const backwards = union(
    intersection(readsFrom, inverse(readToWrite)),
    intersection(fromReads, inverse(writeToRead)),
    intersection(coherence, inverse(writeToWrite)),
  );
  return r.isEmpty(intersection(conflicts, backwards));
}

function isRaceFree(
  { known, size }: Candidate,
  { conflicts, writeToWrite, writeToRead, readToWrite }: OrderBounds,
  { readsFrom, fromReads, coherence }: Derived,
): boolean {
  const isMarked = (event: number) => r.isIn(known.marked, event);
  // Other CPUs may read a plain write early or late, so it must also be ordered as a read.
  const firstIsMarked = r.relationOf(size, (a) => isMarked(a));
  const lastIsMarked = r.relationOf(size, (_, b) => isMarked(b));
  const writesOrdered = intersection(
    intersection(writeToWrite, union(firstIsMarked, readToWrite)),
    union(lastIsMarked, writeToRead),
  );
  const readsOrdered = union(writeToRead, inverse(readToWrite));
  return [
    difference(intersection(conflicts, coherence), writesOrdered),
    difference(intersection(conflicts, compose(orSame(coherence), readsFrom)), readsOrdered),
    difference(intersection(conflicts, fromReads), readToWrite),
  ].every(r.isEmpty);
}
