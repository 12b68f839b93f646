/**
 * RCU grace periods, composed of stores, loads and barriers.
 *
 * A grace period is a full barrier. For each read-side critical section of another process, one of two orders holds: either
 * everything before the end of the section precedes everything after the grace period, or everything before the grace
 * period precedes everything after the start of the section. Each process guesses at its start how many of its sections
 * are of the first kind. The last of them ends with a release that the grace period waits for, and the next one starts
 * with an acquire that waits for a store of the grace period. A run with a wrong guess blocks and does not count.
 *
 * Source:  Alglave, Maranget, McKenney, Parri and Stern, Frightening small children and disconcerting grown-ups:
 *          concurrency in the Linux kernel (ASPLOS 2018), the fundamental law of RCU
 */
import type { LitmusInstruction } from './instruction.ts';
import type { LoweredCode } from './lower.ts';
import {
  gracePeriodsIn,
  sectionsIn,
  stuckIn,
  type GracePeriod,
  type Section,
  type SectionRange,
} from './section-ranges.ts';

export interface WithGracePeriods {
  readonly codes: readonly LoweredCode[];
  /** New locations, which the test does not have. */
  readonly added: readonly string[];
}

/** A grace period and a process that it waits for, with the outermost read-side critical sections of that process. */
interface Pair {
  readonly gracePeriod: GracePeriod;
  readonly reader: LoweredCode;
  readonly sections: readonly SectionRange[];
  /** The register of the reader that holds its guess. */
  readonly guess: string;
  /** The location that the reader sets when those sections have ended. */
  readonly over: string;
  /** The location that the grace period sets when it starts. */
  readonly begun: string;
}

/** A location without stores: an await of it blocks forever. */
const never = '__never';

/** Throws  LitmusError for unbalanced sections. */
export function withGracePeriods(codes: readonly LoweredCode[]): WithGracePeriods {
  const gracePeriods = codes.flatMap((owner) =>
    gracePeriodsIn(owner.instructions).map((gracePeriod) => ({ owner, gracePeriod })),
  );
  const pairs = gracePeriods.flatMap((one, number) => pairsOf(one, number, codes));
  const stuck = new Set(codes.flatMap(({ instructions }) => [...stuckIn(instructions)]));
  const added = [
    ...new Set(pairs.flatMap(({ over, begun }) => [over, begun])),
    ...(stuck.size > 0 ? [never] : []),
  ];
  return { added, codes: codes.map((code) => rewritten(code, pairs, stuck)) };
}

function pairsOf(
  { owner, gracePeriod }: { readonly owner: LoweredCode; readonly gracePeriod: GracePeriod },
  number: number,
  codes: readonly LoweredCode[],
): readonly Pair[] {
  const name = `__grace_period_${number}`;
  return codes.flatMap((reader): readonly Pair[] => {
    const sections = sectionsIn(reader.instructions, gracePeriod.domain);
    if (reader === owner || sections.length === 0) return [];
    const over = `${name}_after_P${reader.from.number}`;
    return [{ gracePeriod, reader, sections, guess: `${name}_after`, over, begun: `${name}_begun` }];
  });
}

function rewritten(code: LoweredCode, pairs: readonly Pair[], stuck: ReadonlySet<GracePeriod>): LoweredCode {
  const own = pairs.filter(({ reader }) => reader === code);
  const guesses = own.flatMap(
    ({ gracePeriod: { line, text }, guess, sections, over }): LitmusInstruction[] => [
      { kind: 'guess', line, text: `(read sections before ${text})`, register: guess, most: sections.length },
      ifGuessed({ line, text, guess }, 0, setNow(line, text, over)),
    ],
  );
  return {
    ...code,
    registers: [...code.registers, ...own.map(({ guess }) => guess)],
    instructions: [...guesses, ...code.instructions.flatMap((one) => replaced(one, { own, pairs, stuck }))],
  };
}

interface Replacing {
  /** The pairs in which the process is the reader. */
  readonly own: readonly Pair[];
  readonly pairs: readonly Pair[];
  readonly stuck: ReadonlySet<GracePeriod>;
}

function replaced(one: LitmusInstruction, all: Replacing): LitmusInstruction | readonly LitmusInstruction[] {
  const { own, pairs, stuck } = all;
  if (one.kind === 'if') {
    const inside = (part: readonly LitmusInstruction[]) => part.flatMap((inner) => replaced(inner, all));
    return { ...one, then: inside(one.then), otherwise: inside(one.otherwise) };
  }
  if (one.kind === 'section') return [one, ...own.flatMap((pair) => atEdge(one, pair))];
  if (one.kind !== 'grace period') return one;
  if (stuck.has(one)) return awaitOne(one.line, one.text, never);
  return waiting(
    one,
    pairs.filter(({ gracePeriod }) => gracePeriod === one),
  );
}

/** The instructions of a reader at the start or end of a section. */
function atEdge(edge: Section, { sections, guess, over, begun }: Pair): readonly LitmusInstruction[] {
  const { line, text } = edge;
  const at = sections.findIndex(({ begin, end }) => edge === begin || edge === end);
  if (at < 0) return [];
  return edge === sections[at]!.begin
    ? [ifGuessed({ line, text, guess }, at, awaitOne(line, text, begun))]
    : [ifGuessed({ line, text, guess }, at + 1, releaseOne(line, text, over))];
}

function waiting(gracePeriod: GracePeriod, pairs: readonly Pair[]): readonly LitmusInstruction[] {
  const { line, text } = gracePeriod;
  if (pairs.length === 0) return [gracePeriod];
  return [
    setNow(line, text, pairs[0]!.begun),
    ...pairs.map(({ over }) => awaitOne(line, text, over)),
    gracePeriod,
  ];
}

const one = { kind: 'constant', value: 1 } as const;

const releaseOne = (line: number, text: string, location: string): LitmusInstruction => ({
  kind: 'store',
  line,
  text,
  address: { kind: 'address', location },
  value: one,
  order: 'release',
});

/** A store between two full barriers: a delayed store would add no behaviour. */
const setNow = (line: number, text: string, location: string): LitmusInstruction => ({
  kind: 'update',
  line,
  text,
  register: null,
  address: { kind: 'address', location },
  waitsFor: null,
  condition: null,
  value: one,
  result: one,
  order: 'full',
});

const awaitOne = (line: number, text: string, location: string): LitmusInstruction => ({
  kind: 'await',
  line,
  text,
  address: { kind: 'address', location },
});

const ifGuessed = (
  { line, text, guess }: { readonly line: number; readonly text: string; readonly guess: string },
  sections: number,
  then: LitmusInstruction,
): LitmusInstruction => ({
  kind: 'if',
  line,
  text,
  condition: {
    kind: 'binary',
    operator: '==',
    left: { kind: 'register', name: guess },
    right: { kind: 'constant', value: sections },
  },
  then: [then],
  otherwise: [],
});
