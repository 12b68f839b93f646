/** Why an execution is forbidden: the violated axiom, and a shortest cycle as evidence. */
import * as r from './relation.ts';
import { axiomNames, derive, srcuSectionsOf, type AxiomName, type Derived } from './axioms.ts';
import type { Candidate } from './candidate.ts';
import {
  either,
  followed,
  labelled,
  only,
  orNothing,
  shortestCycle,
  steps,
  type LabelledEdge,
  type Labelled,
} from './labelled.ts';
import { plainBounds } from './races.ts';
import type { Execution } from './search.ts';

export interface Broken {
  readonly axiom: AxiomName;
  /** Each edge starts at the end of the previous one; the first starts at the end of the last. */
  readonly cycle: readonly LabelledEdge[];
}

/** The first axiom that an execution violates, or null. */
export function brokenBy({ candidate, derived }: Pick<Execution, 'candidate' | 'derived'>): Broken | null {
  for (const axiom of axiomNames) {
    const others = axiomNames.filter((name) => name !== axiom);
    const isBroken = axiom === 'plain-coherence' || derive(candidate, derived, others) === axiom;
    const cycle = isBroken ? cyclesOf(axiom, candidate, derived) : undefined;
    if (cycle !== undefined) return { axiom, cycle };
  }
  return null;
}

function cyclesOf(
  axiom: AxiomName,
  candidate: Candidate,
  derived: Derived,
): readonly LabelledEdge[] | undefined {
  const { known } = candidate;
  const { readsFrom, coherence, fromReads } = derived;
  const communication = either(
    labelled(readsFrom, () => 'rf'),
    labelled(coherence, () => 'co'),
    labelled(fromReads, () => 'fr'),
  );
  const inLocation = r.intersection(known.programOrder, known.sameLocation);
  if (axiom === 'coherence')
    return shortestCycle(
      steps(
        either(
          communication,
          labelled(inLocation, () => 'po-loc'),
        ),
      ),
    );
  if (axiom === 'atomicity')
    return shortestCycle(
      followed(
        labelled(r.intersection(fromReads, known.acrossThreads), () => 'fr'),
        labelled(r.intersection(coherence, known.acrossThreads), () => 'co'),
        labelled(r.inverse(known.atomic), () => 'rmw'),
      ),
    );
  const { hb, pb, prop, po, later } = chainsOf(candidate, derived);
  if (axiom === 'happens-before') return shortestCycle(steps(hb));
  if (axiom === 'propagation') return shortestCycle(steps(pb));
  const order = rcuOrder(candidate, derived, followed(orNothing(po), later, prop, po));
  const rb = followed(prop, po, order, orNothing(po), later);
  if (axiom === 'rcu') return shortestCycle(rb);
  const bounds = plainBounds(candidate, derived);
  const back = (relation: r.Relation, label: string) =>
    labelled(r.intersection(bounds.conflicts, relation), () => label);
  const ordered = (relation: r.Relation) => labelled(relation, () => 'ordered');
  return shortestCycle(
    either(
      followed(back(readsFrom, 'rf'), ordered(bounds.readToWrite)),
      followed(back(fromReads, 'fr'), ordered(bounds.writeToRead)),
      followed(back(coherence, 'co'), ordered(bounds.writeToWrite)),
    ),
  );
}

/** The relations of the axioms, each pair with the edges that compose it. */
function chainsOf(candidate: Candidate, derived: Derived) {
  const { known } = candidate;
  const outside = (relation: r.Relation) => r.intersection(relation, known.acrossThreads);
  const rfe = labelled(derived.readsFromOutside, () => 'rfe');
  const overwrites = either(
    labelled(outside(derived.coherence), () => 'co'),
    labelled(outside(derived.fromReads), () => 'fr'),
  );
  const po = labelled(known.programOrder, () => 'po');
  const strong = labelled(derived.strong, (a, b) => fenceBetween(candidate, derived, a, b));
  const release = labelled(known.release, () => 'po-rel');
  const fenced = either(strong, release);
  const sequence = orNothing(
    steps(
      followed(
        labelled(derived.readsFrom, () => 'rf'),
        labelled(known.atomic, () => 'rmw'),
      ),
    ),
  );
  const seen = only(rfe, r.to(derived.readsFromOutside, known.marked));
  const cumulative = only(
    followed(
      either(
        fenced,
        followed(seen, fenced),
        labelled(known.wmb, () => 'wmb'),
        labelled(derived.unlockLock, () => 'unlock-lock'),
      ),
      sequence,
    ),
    derived.cumulative,
  );
  const prop = only(
    followed(orNothing(overwrites), orNothing(steps(cumulative)), orNothing(rfe)),
    derived.propagates,
  );
  const preserved = labelled(derived.preserved, (a, b) => fenceBetween(candidate, derived, a, b));
  const hb = only(
    either(preserved, rfe, only(prop, r.difference(known.inThread, known.same))),
    derived.happensBefore,
  );
  const afterwards = orNothing(steps(hb));
  const pb = only(followed(prop, strong, afterwards), derived.propagatesBefore);
  return { hb, pb, prop, po, later: followed(afterwards, orNothing(steps(pb))) };
}

/** The order of two events of one process, by its name in the kernel's documentation. */
function fenceBetween({ known }: Candidate, derived: Derived, a: number, b: number): string {
  const names: readonly (readonly [string, r.Relation])[] = [
    ['mb', known.mb],
    ['gp', known.gracePeriod],
    ['po-rel', known.release],
    ['acq-po', known.acquire],
    ['wmb', known.wmb],
    ['rmb', known.rmb],
    ['addr', derived.address],
    ['data', known.data],
    ['ctrl', known.control],
    ['dep', derived.dependency],
    ['unlock-lock', derived.unlockLock],
    ['mb', derived.strong],
    ['co', r.intersection(derived.coherence, known.inThread)],
    ['fr', r.intersection(derived.fromReads, known.inThread)],
  ];
  return names.find(([, relation]) => r.has(relation, a, b))?.[0] ?? 'dep ; rfi';
}

function rcuOrder({ known, size }: Candidate, derived: Derived, link: Labelled): Labelled {
  const isGracePeriod = r.union(known.rcuGracePeriods, known.srcuGracePeriods, known.membarriers);
  const sections = (relation: r.Relation) => labelled(relation, () => 'section');
  const kinds = [
    {
      waits: labelled(known.rcuGracePeriods, () => []),
      sections: sections(known.rcuSections),
      isOne: r.relationOf(size, () => true),
    },
    {
      waits: labelled(known.srcuGracePeriods, () => []),
      sections: sections(srcuSectionsOf({ known } as Candidate, derived.readsFrom)),
      isOne: known.sameLocation,
    },
    ...(known.hasMembarrier
      ? [
          {
            waits: labelled(known.membarriers, () => []),
            sections: labelled(known.same, () => []),
            isOne: r.relationOf(size, () => true),
          },
        ]
      : []),
  ];
  let order = labelled(isGracePeriod, () => []);
  for (;;) {
    const inside = either(link, followed(link, order, link));
    const grown = either(
      order,
      followed(order, link, order),
      ...kinds.flatMap(({ waits, sections: own, isOne }) => [
        only(followed(waits, inside, own), isOne),
        only(followed(own, inside, waits), isOne),
      ]),
    );
    if (grown.chains.every((chain, at) => chain?.length === order.chains[at]?.length)) return order;
    order = grown;
  }
}
