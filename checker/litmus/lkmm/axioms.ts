/**
 * The axioms of the kernel's memory model, over an execution or a part of one.
 *
 * All axioms are monotone: if one forbids a part of an execution, it forbids every execution with that part.
 *
 * Source:  Alglave, Maranget, McKenney, Parri and Stern, Frightening small children and disconcerting grown-ups: concurrency in
 *          the Linux kernel (ASPLOS 2018); the kernel's tools/memory-model/Documentation (v6.17), for later additions: plain
 *          accesses and data races, SRCU, sequences of atomic operations, dependencies carried through plain accesses.
 */
import * as r from './relation.ts';
import type { Candidate } from './candidate.ts';
import type { Relation } from './relation.ts';

/** In the order of evaluation. */
export const axiomNames = [
  'coherence',
  'atomicity',
  'happens-before',
  'propagation',
  'rcu',
  'plain-coherence',
] as const;

export type AxiomName = (typeof axiomNames)[number];

/** The reads-from relation and the order of writes to each location, as far as they are chosen. */
export interface ExecutionChoices {
  readonly readsFrom: Relation;
  readonly coherence: Relation;
}

/** The relations of the axioms, with their components for explanations. */
export interface Derived extends ExecutionChoices {
  readonly fromReads: Relation;
  readonly readsFromOutside: Relation;
  readonly overwrites: Relation;
  readonly dependency: Relation;
  readonly address: Relation;
  readonly unlockLock: Relation;
  readonly strong: Relation;
  readonly nonRw: Relation;
  readonly fence: Relation;
  readonly preserved: Relation;
  readonly atomicSequence: Relation;
  readonly cumulative: Relation;
  readonly propagates: Relation;
  readonly happensBefore: Relation;
  readonly propagatesBefore: Relation;
  readonly rcuFence: Relation;
  readonly rcuBefore: Relation;
}

const { compose, union, intersection, inverse, star, orSame } = r;

/** Steps of `one`, none or one, before `other`. */
const perhaps = (one: Relation, other: Relation): Relation => union(other, compose(one, other));

/** The derived relations, or the first axiom outside `without` that forbids them. */
export function derive(
  candidate: Candidate,
  choices: ExecutionChoices,
  without: readonly AxiomName[] = [],
): Derived | AxiomName {
  const { known } = candidate;
  const { readsFrom, coherence } = choices;
  const within = (relation: Relation) => intersection(relation, known.inThread);
  const outside = (relation: Relation) => intersection(relation, known.acrossThreads);
  const marked = (relation: Relation) => r.from(known.marked, r.to(relation, known.marked));
  const fromReads = compose(inverse(readsFrom), coherence);
  const overwrites = union(coherence, fromReads);
  const inLocation = intersection(known.programOrder, known.sameLocation);
  if (!without.includes('coherence') && !r.isAcyclic(union(inLocation, overwrites, readsFrom)))
    return 'coherence';
  const interrupted = compose(outside(fromReads), outside(coherence));
  if (!without.includes('atomicity') && !r.isEmpty(intersection(known.atomic, interrupted)))
    return 'atomicity';

  const readsFromOutside = outside(readsFrom);
  const ordered = orderedInThread(candidate, choices, overwrites);
  const { strong, preserved, unlockLock } = ordered;
  const atomicSequence = star(compose(readsFrom, known.atomic));
  const seen = r.to(readsFromOutside, known.marked);
  const cumulative = compose(
    marked(union(perhaps(seen, union(strong, known.release)), known.wmb, unlockLock)),
    atomicSequence,
  );
  const propagates = marked(
    compose(
      r.to(compose(orSame(outside(overwrites)), star(cumulative)), known.marked),
      orSame(readsFromOutside),
    ),
  );
  const returns = r.difference(within(propagates), known.same);
  const happensBefore = marked(union(preserved, readsFromOutside, returns));
  if (!without.includes('happens-before') && !r.isAcyclic(happensBefore)) return 'happens-before';
  const afterwards = star(happensBefore);
  const propagatesBefore = r.to(compose(propagates, strong, afterwards), known.marked);
  if (!without.includes('propagation') && !r.isAcyclic(propagatesBefore)) return 'propagation';

  const thenPropagates = star(propagatesBefore);
  const nothing = r.empty(candidate.size);
  const rcuFence =
    known.hasRcu || known.hasSrcu || known.hasMembarrier
      ? rcuFenceOf(candidate, {
          link: compose(
            orSame(known.programOrder),
            afterwards,
            thenPropagates,
            propagates,
            known.programOrder,
          ),
          srcuSections: srcuSectionsOf(candidate, readsFrom),
        })
      : nothing;
  const rcuBefore = r.isEmpty(rcuFence)
    ? nothing
    : r.to(compose(propagates, rcuFence, afterwards, thenPropagates), known.marked);
  if (!without.includes('rcu') && !r.isIrreflexive(rcuBefore)) return 'rcu';
  return {
    ...ordered,
    ...{ readsFrom, coherence, fromReads, readsFromOutside, overwrites },
    ...{ atomicSequence, cumulative, propagates, happensBefore, propagatesBefore, rcuFence, rcuBefore },
  };
}

type Ordered = Pick<
  Derived,
  'dependency' | 'address' | 'unlockLock' | 'strong' | 'nonRw' | 'fence' | 'preserved'
>;

/** The order within one process: dependencies, fences, and lock handovers. */
function orderedInThread(
  { known }: Candidate,
  { readsFrom }: ExecutionChoices,
  overwrites: Relation,
): Ordered {
  const within = (relation: Relation) => intersection(relation, known.inThread);
  // A value keeps its dependencies through a variable of its own process.
  const readsFromInside = within(readsFrom);
  const notCookies = r.difference(readsFromInside, r.from(known.srcuUnlocks, readsFromInside));
  const passed = compose(known.data, notCookies);
  const carry = (relation: Relation) => (r.isEmpty(passed) ? relation : compose(star(passed), relation));
  const address = carry(known.address);
  const dependency = union(address, carry(known.data));

  const { programOrder, accesses } = known;
  const handedOver = r.to(r.from(known.unlocks, union(programOrder, readsFrom)), known.lockReads);
  const unlockLock = r.isEmpty(handedOver) ? handedOver : compose(programOrder, handedOver, programOrder);
  const afterLock = known.hasUnlockLock
    ? r.from(accesses, r.to(compose(r.to(unlockLock, known.afterUnlockLock), programOrder), accesses))
    : r.empty(readsFrom.size);
  const strong = union(known.mb, afterLock, known.gracePeriod);
  const nonRw = union(strong, known.release, known.acquire);
  const fence = union(nonRw, known.wmb, known.rmb);

  const toWrites = union(
    r.to(union(dependency, carry(known.control)), known.writes),
    within(overwrites),
    compose(r.to(address, known.plain), known.wmb),
  );
  const toReads = union(r.to(address, known.reads), compose(r.to(dependency, known.marked), readsFromInside));
  const preserved = union(toReads, toWrites, within(fence), within(unlockLock));
  return { dependency, address, unlockLock, strong, nonRw, fence, preserved };
}

/**
 * The law of RCU: a chain with at least as many grace periods as read sections orders like a full barrier.
 *
 * Sections and grace periods of a chain match like parentheses, within RCU or within one srcu_struct.
 */
function rcuFenceOf(
  { known }: Candidate,
  { link, srcuSections }: { readonly link: Relation; readonly srcuSections: Relation },
): Relation {
  const kinds = [
    { waits: known.rcuGracePeriods, sections: known.rcuSections, isOne: null },
    { waits: known.srcuGracePeriods, sections: srcuSections, isOne: known.sameLocation },
    // An expedited membarrier makes each CPU run a full barrier: at any point it acts as an empty section.
    ...(known.hasMembarrier ? [{ waits: known.membarriers, sections: known.same, isOne: null }] : []),
  ];
  let order = union(known.rcuGracePeriods, known.srcuGracePeriods, known.membarriers);
  for (;;) {
    const inside = union(link, compose(link, order, link));
    const grown = union(
      order,
      compose(order, link, order),
      ...kinds.flatMap(({ waits, sections, isOne }) =>
        [compose(waits, inside, sections), compose(sections, inside, waits)].map((closed) =>
          isOne === null ? closed : intersection(closed, isOne),
        ),
      ),
    );
    if (r.isEmpty(r.difference(grown, order))) break;
    order = grown;
  }
  return compose(known.programOrder, order, orSame(known.programOrder));
}

/** From the end of an SRCU section to its start: the end receives the cookie, possibly through memory. */
export function srcuSectionsOf({ known }: Candidate, readsFrom: Relation): Relation {
  const notCookies = r.difference(readsFrom, r.from(known.srcuUnlocks, readsFrom));
  const passed = compose(star(compose(known.data, notCookies)), known.data);
  const pairs = r.from(known.srcuLocks, r.to(passed, known.srcuUnlocks));
  return inverse(intersection(pairs, known.sameLocation));
}
