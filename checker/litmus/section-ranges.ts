/** Where read sections of RCU begin and end in the text of a process, and where grace periods stand. */
import type { LitmusInstruction } from './instruction.ts';
import { LitmusError } from './litmus-test.ts';

export type GracePeriod = LitmusInstruction & { readonly kind: 'grace period' };
export type Section = LitmusInstruction & { readonly kind: 'section' };

export interface SectionRange {
  readonly begin: Section;
  readonly end: Section;
}

export const gracePeriodsIn = (instructions: readonly LitmusInstruction[]): readonly GracePeriod[] =>
  instructions.flatMap((one) => {
    if (one.kind === 'if') return [...gracePeriodsIn(one.then), ...gracePeriodsIn(one.otherwise)];
    return one.kind === 'grace period' ? [one] : [];
  });

/**
 * The sections of a domain that are inside of no other, in the order of the text. Ends of RCU close the nearest beginning, those of
 * SRCU the one with their cookie.
 *
 * Throws  LitmusError where they are not balanced, or stand inside `if`.
 */
export function sectionsIn(
  instructions: readonly LitmusInstruction[],
  domain: string,
): readonly SectionRange[] {
  const sections: SectionRange[] = [];
  let open: readonly Section[] = [];
  for (const one of instructions) {
    if (one.kind === 'if') refuseSections([...one.then, ...one.otherwise], domain);
    if (one.kind !== 'section' || one.domain !== domain) continue;
    if (one.edge === 'begin') {
      open = [...open, one];
      continue;
    }
    const begin = open.findLast(({ cookie }) => cookie === one.cookie);
    if (begin === undefined) throw new LitmusError(one.line, `'${one.text}' ends no read section`);
    // What is inside of another section adds nothing to it; sections that overlap stay two.
    if (begin === open[0]) sections.push({ begin, end: one });
    open = open.filter((other) => other !== begin);
  }
  const [never] = open;
  if (never !== undefined)
    throw new LitmusError(never.line, `the read section of '${never.text}' never ends`);
  return sections;
}

function refuseSections(instructions: readonly LitmusInstruction[], domain: string): void {
  for (const one of instructions) {
    if (one.kind === 'if') refuseSections([...one.then, ...one.otherwise], domain);
    if (one.kind === 'section' && one.domain === domain)
      throw new LitmusError(
        one.line,
        `'${one.text}' inside 'if', where a grace period waits, is not supported`,
      );
  }
}

/** The grace periods that stand in a read section that they wait for: they never end, and so their runs are none. */
export function stuckIn(instructions: readonly LitmusInstruction[]): ReadonlySet<GracePeriod> {
  const stuck = new Set<GracePeriod>();
  const open = new Map<string, number>();
  for (const one of instructions) {
    if (one.kind === 'section')
      open.set(one.domain, (open.get(one.domain) ?? 0) + (one.edge === 'begin' ? 1 : -1));
    for (const waiting of gracePeriodsIn([one])) if ((open.get(waiting.domain) ?? 0) > 0) stuck.add(waiting);
  }
  return stuck;
}
