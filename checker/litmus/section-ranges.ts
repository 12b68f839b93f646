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
 * The outermost sections of a domain, in the order of the text.
 *
 * Throws  LitmusError where they are not balanced, stand inside `if`, or hold a grace period that waits for them.
 */
export function sectionsIn(instructions: readonly Instruction[], domain: string): readonly SectionRange[] {
  const sections: SectionRange[] = [];
  const open: Section[] = [];
  for (const one of instructions) {
    if (one.kind === 'if') refuseSections([...one.then, ...one.otherwise], domain);
    const [waiting] = gracePeriodsIn([one]).filter((other) => other.domain === domain);
    if (waiting !== undefined && open.length > 0)
      throw new LitmusError(waiting.line, `'${waiting.text}' waits for the read section that it stands in`);
    if (one.kind !== 'section' || one.domain !== domain) continue;
    const begin = one.edge === 'end' ? open.pop() : one;
    if (begin === undefined) throw new LitmusError(one.line, `'${one.text}' ends no read section`);
    if (one.edge === 'begin') open.push(one);
    else if (open.length === 0) sections.push({ begin, end: one });
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
