/** Where read sections of RCU begin and end in the text of a process, and where grace periods stand. */
import type { Instruction } from './instruction.ts';
import { LitmusError } from './litmus-test.ts';

export type GracePeriod = Instruction & { readonly kind: 'grace period' };
export type Section = Instruction & { readonly kind: 'section' };

export interface SectionRange {
  readonly begin: Section;
  readonly end: Section;
}

export const gracePeriodsIn = (instructions: readonly Instruction[]): readonly GracePeriod[] =>
  instructions.flatMap((one) => {
    if (one.kind === 'if') return [...gracePeriodsIn(one.then), ...gracePeriodsIn(one.otherwise)];
    return one.kind === 'grace period' ? [one] : [];
  });

/**
 * The sections of a domain that are inside of no other, in the order of the text. Ends of RCU close the nearest beginning, those of
 * SRCU the one with their cookie.
 *
 * Throws  LitmusError where they are not balanced, stand inside `if`, or hold a grace period that waits for them.
 */
export function sectionsIn(instructions: readonly Instruction[], domain: string): readonly SectionRange[] {
  const sections: SectionRange[] = [];
  let open: readonly Section[] = [];
  for (const one of instructions) {
    if (one.kind === 'if') refuseSections([...one.then, ...one.otherwise], domain);
    const [waiting] = gracePeriodsIn([one]).filter((other) => other.domain === domain);
    if (waiting !== undefined && open.length > 0)
      throw new LitmusError(waiting.line, `'${waiting.text}' waits for the read section that it stands in`);
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

function refuseSections(instructions: readonly Instruction[], domain: string): void {
  for (const one of instructions) {
    if (one.kind === 'if') refuseSections([...one.then, ...one.otherwise], domain);
    if (one.kind === 'section' && one.domain === domain)
      throw new LitmusError(
        one.line,
        `'${one.text}' inside 'if', where a grace period waits, is not supported`,
      );
  }
}
