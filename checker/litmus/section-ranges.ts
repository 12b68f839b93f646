/** The positions of read-side critical sections and grace periods in the text of a process. */
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
 * The outermost sections of a domain, in text order. An RCU end closes the nearest open start, an SRCU end
 * the start with its cookie.
 *
 * Throws  LitmusError if they are unbalanced or inside `if`.
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
    // A nested section adds nothing; overlapping sections remain two.
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

/** The grace periods inside a section that they wait for: they never end, so their runs do not count. */
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
