/** `smp_mb__before_atomic()` and the like: full barriers next to the operation that they strengthen. */
import type { LitmusInstruction, Strengthened } from './instruction.ts';

/**
 * The instructions with a full barrier for each effective call.
 *
 * Elsewhere the call orders nothing: next to a plain store, which x86 does not order either, and with another access in
 * between, for which the kernel guarantees nothing.
 */
export const strengthened = (instructions: readonly LitmusInstruction[]): readonly LitmusInstruction[] =>
  instructions.map((one, at): LitmusInstruction => {
    if (one.kind === 'if')
      return { ...one, then: strengthened(one.then), otherwise: strengthened(one.otherwise) };
    if (one.kind !== 'strengthen') return one;
    const before = instructions.slice(0, at).filter(isAccess);
    const [next] = instructions.slice(at).filter(isAccess);
    return isBeside(one.what, before.at(-2), before.at(-1), next)
      ? { kind: 'barrier', line: one.line, text: one.text, barrier: 'full' }
      : one;
  });

function isBeside(
  what: Strengthened,
  beforeLast: LitmusInstruction | undefined,
  last: LitmusInstruction | undefined,
  next: LitmusInstruction | undefined,
): boolean {
  switch (what) {
    case 'next atomic':
      return next?.kind === 'update';
    case 'last atomic':
      return last?.kind === 'update';
    case 'last lock':
      return isLock(last);
    case 'unlock and lock':
      return isLock(last) && beforeLast?.kind === 'store' && beforeLast.unlocks === true;
  }
}

const isLock = (one: LitmusInstruction | undefined) => one?.kind === 'update' && one.waitsFor !== null;

/** Whether the instruction may access memory. */
const isAccess = ({ kind }: LitmusInstruction): boolean =>
  kind !== 'compute' && kind !== 'note' && kind !== 'section' && kind !== 'strengthen' && kind !== 'barrier';
