/** The lines that `racewalk expand` reads and writes; docs/reference/expand.md describes them. */
import { z } from 'zod';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { PackedFinding } from '../../checker/engine/compiled-space.ts';
import type { Edge, Finding } from '../../checker/state-space/state-space.ts';

const edge = { thread: z.int(), replica: z.int(), transition: z.int(), choice: z.int() };

/** What is found, apart from the state. */
const findingJson = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deadlock') }),
  z.strictObject({ kind: z.literal('invariant'), property: z.int(), name: z.string() }),
  z.strictObject({ kind: z.literal('assertion'), ...edge, claim: z.string() }),
  z.strictObject({ kind: z.literal('error'), ...edge, message: z.string() }),
]);

export const endJson = z.strictObject({
  /** The hash of racewalk, the model, its options and the method. */
  search: z.string(),
  /** States read since the line before, and lines of states and findings written. */
  read: z.int(),
  states: z.int(),
  findings: z.int(),
  /** By transition: how often it fired. */
  fired: z.array(z.int()),
  /** Positions of the witnesses that a successor satisfies. */
  reached: z.array(z.int()),
});

export type End = z.infer<typeof endJson>;

export const endLine = (end: End): string => `end\t${JSON.stringify(end)}`;

export function findingLine(finding: Finding, state: string, { model }: TransitionSystem): string {
  return `finding\t${state}\t${JSON.stringify(findingToJson(finding, model.properties))}`;
}

function findingToJson(
  finding: Finding,
  properties: TransitionSystem['model']['properties'],
): z.infer<typeof findingJson> {
  switch (finding.kind) {
    case 'deadlock':
      return { kind: 'deadlock' };
    case 'invariant':
      return {
        kind: 'invariant',
        property: finding.property,
        name: properties[finding.property]!.name,
      };
    case 'assertion':
      return { kind: 'assertion', ...edgeToJson(finding), claim: finding.claim };
    case 'error':
      return { kind: 'error', ...edgeToJson(finding), message: finding.message };
  }
}

const edgeToJson = ({ edge: { thread, replica, transition, choice } }: { readonly edge: Edge }) => ({
  ...{ thread, replica, transition: transition.id, choice },
});

/** Throws  Error for a text that is none of an end line. */
export const readEnd = (json: string): End => endJson.parse(JSON.parse(json));

/** The finding of a line, with its packed state; throws  Error for a text that is none. */
export function readFinding(
  json: string,
  state: Uint8Array,
  { transitions }: TransitionSystem,
): PackedFinding {
  const read = findingJson.parse(JSON.parse(json));
  return { state, finding: { ...fromJson(read, transitions), state: -1 } };
}

type Bare = Finding extends infer F ? (F extends Finding ? Omit<F, 'state'> : never) : never;

function fromJson(read: z.infer<typeof findingJson>, transitions: TransitionSystem['transitions']): Bare {
  if (read.kind === 'deadlock') return read;
  if (read.kind === 'invariant') return { kind: 'invariant', property: read.property };
  const { thread, replica, choice } = read;
  const transition = transitions[read.transition];
  if (transition === undefined) throw new Error(`the model has no transition ${read.transition}`);
  const edge = { thread, replica, transition, choice };
  return read.kind === 'error'
    ? { kind: 'error', edge, message: read.message }
    : { kind: 'assertion', edge, claim: read.claim };
}
