/** The picture of an execution: its events, one column per process, and the edges between them. */
import * as r from './relation.ts';
import type { ComputedValue } from '../values.ts';
import type { ExecutionEvent } from './candidate.ts';
import type { LabelledEdge } from './labelled.ts';
import { evaluate } from './terms.ts';
import type { ShownExecution } from './why.ts';

export interface DrawnExecution {
  readonly event: ExecutionEvent;
  /** `a`, `b` ...; for an initial write, its location and value. */
  readonly name: string;
  /** The access with its value: `R[acquire] x = 1`. */
  readonly does: string;
  readonly column: number;
  readonly row: number;
}

export interface Picture {
  /** By id of the event. */
  readonly drawn: readonly DrawnExecution[];
  /** The processes, left to right. */
  readonly columns: readonly string[];
  /** Reads-from, from-reads, coherence and dependency edges. */
  readonly edges: readonly LabelledEdge[];
  /** The edges of the forbidden cycle; empty for an allowed execution. */
  readonly cycle: readonly LabelledEdge[];
}

export function pictureOf({ execution: { candidate, derived }, broken }: ShownExecution): Picture {
  const { events, paths, idAt, known } = candidate;
  const source = new Map(r.pairsOf(derived.readsFrom).map(([write, read]) => [read, events[write]!]));
  const valueOf = (event: ExecutionEvent, open: readonly number[] = []): ComputedValue | undefined => {
    if (event.kind === 'read') {
      const write = source.get(event.id);
      return write === undefined || open.includes(event.id) ? undefined : valueOf(write, [...open, event.id]);
    }
    if (event.value === null) return undefined;
    return evaluate(event.value, (read) => valueOf(events[idAt[event.thread]![read]!]!, open));
  };
  // The relations no longer contain the fences, but the picture does.
  const fences = paths.flatMap((path, thread) =>
    path.events.flatMap((event, position): readonly ExecutionEvent[] =>
      idAt[thread]![position]! < 0 ? [{ ...event, id: -1, thread, position }] : [],
    ),
  );
  const inText = [...events, ...fences].sort((a, b) =>
    a.thread === b.thread ? a.position - b.position : a.thread - b.thread,
  );
  const names = new Map(inText.filter(({ thread }) => thread >= 0).map((event, at) => [event, letters(at)]));
  const drawn = [...events, ...fences].map((event, at): DrawnExecution => {
    const { thread, position, location } = event;
    const value = valueOf(event);
    const does =
      event.kind === 'fence'
        ? `F[${event.mark}]`
        : `${event.kind === 'read' ? 'R' : 'W'}[${event.mark}] ${location}${value === undefined ? '' : ` = ${value}`}`;
    const name = names.get(event) ?? `${location}=${value ?? 0}`;
    return { event: { ...event, id: at }, name, does, column: thread, row: position };
  });
  const direct = (relation: r.Relation) => r.difference(relation, r.compose(relation, relation));
  const shown = (relation: r.Relation, label: string) =>
    r.pairsOf(relation).map(([from, to]): LabelledEdge => ({ from, to, label }));
  const visible = ({ from, to }: LabelledEdge) => from !== to;
  return {
    drawn,
    columns: paths.map((path) => `P${path.process}`),
    edges: [
      ...shown(derived.readsFrom, 'rf'),
      ...shown(nextWrites(derived.fromReads, derived.coherence), 'fr'),
      ...shown(direct(derived.coherence), 'co'),
      ...shown(known.address, 'addr'),
      ...shown(known.data, 'data'),
      ...shown(known.control, 'ctrl'),
      ...shown(known.atomic, 'rmw'),
    ].filter(visible),
    cycle: broken?.cycle ?? [],
  };
}

/** From each read to the first write that overwrites its value. */
const nextWrites = (fromReads: r.Relation, coherence: r.Relation): r.Relation =>
  r.difference(fromReads, r.compose(fromReads, coherence));

/** a to z, then aa. */
export const letters = (number: number): string =>
  (number < 26 ? '' : letters(Math.floor(number / 26) - 1)) + String.fromCharCode(97 + (number % 26));

/** The edges in the picture: without duplicates, and from initial writes only within the cycle. */
export function edgesShown({
  drawn,
  edges,
  cycle,
}: Picture): readonly (LabelledEdge & { readonly isForbidden: boolean })[] {
  const isInCycle = ({ from, to }: LabelledEdge) => cycle.some((one) => one.from === from && one.to === to);
  const base = edges.filter((edge) => drawn[edge.from]!.column >= 0 && !isInCycle(edge));
  return [
    ...base.map((edge) => ({ ...edge, isForbidden: false })),
    ...cycle.filter(({ from, to }) => from !== to).map((edge) => ({ ...edge, isForbidden: true })),
  ];
}
