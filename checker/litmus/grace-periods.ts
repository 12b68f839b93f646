/**
 * Grace periods of RCU, put together from stores, loads and barriers.
 *
 * A grace period is a full barrier, and of each read section elsewhere one of two things is true: all that is before the
 * end of the section comes before all that is behind the grace period, or all that is before the grace period comes
 * before all that is behind the beginning of the section. Each process guesses at its beginning how many of its sections
 * are of the first kind. The last of them then ends with a release that the grace period waits for, and the next one
 * begins by waiting, with an acquire, for what the grace period has stored. A guess that does not come true is stuck:
 * it is no run.
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
  /** Locations that the test has not got. */
  readonly added: readonly string[];
}

/** A grace period and a process that it waits for, with the outermost sections of that process. */
interface Pair {
  readonly gracePeriod: GracePeriod;
  readonly reader: LoweredCode;
  readonly sections: readonly SectionRange[];
  /** The register of the reader that holds its guess. */
  readonly guess: string;
  /** The location in which it says that those sections are over. */
  readonly over: string;
  /** The location in which the grace period says that it has begun. */
  readonly begun: string;
}

/** A location that nobody writes to: to wait for it is to wait for ever. */
const never = '__never';

/** Throws  LitmusError for sections that are not balanced. */
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

/** What a reader does where a section begins or ends. */
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

/** A full barrier that writes between its two sides: nothing is gained by a store that is seen later. */
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
