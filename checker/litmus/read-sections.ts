/** The calls of RCU and SRCU that begin and end read sections and wait for them. */
import type { Instruction } from './instruction.ts';
import type { CExpr } from './litmus-test.ts';
import { LitmusError } from './litmus-test.ts';
import type { Lowering } from './lower.ts';
import { compute } from './lower.ts';

type Call = CExpr & { kind: 'call' };
type Kind = 'begin' | 'end' | 'grace period';

const kinds: Readonly<Record<string, Kind>> = {
  rcu_read_lock: 'begin',
  rcu_read_unlock: 'end',
  synchronize_rcu: 'grace period',
  synchronize_rcu_expedited: 'grace period',
  srcu_read_lock: 'begin',
  srcu_read_unlock: 'end',
  srcu_down_read: 'begin',
  srcu_up_read: 'end',
  synchronize_srcu: 'grace period',
  synchronize_srcu_expedited: 'grace period',
};

/** The instruction that a call is, or null where it is none of RCU; `srcu_read_lock()` returns 0. */
export function readSectionIn(call: Call, register: string | null, into: Lowering): Instruction | null {
  const kind = kinds[call.name];
  if (kind === undefined) return null;
  const { line, text, out } = into;
  const domain = domainOf(call, into);
  if (register !== null)
    out.push({ kind: 'compute', line, text, register, value: { kind: 'constant', value: 0 } });
  return kind === 'grace period'
    ? { kind, line, text, domain }
    : { kind: 'section', line, text, domain, edge: kind, cookie: cookieOf(call, kind, register, into) };
}

/** The register that holds the cookie. Throws  LitmusError where it comes from elsewhere. */
function cookieOf(
  { name, operands }: Call,
  kind: Kind,
  register: string | null,
  { line, registers }: Lowering,
): string | null {
  if (!name.includes('srcu')) return null;
  if (kind === 'begin') return register ?? '';
  const cookie = operands[1];
  if (cookie?.kind === 'name' && registers.has(cookie.name)) return cookie.name;
  throw new LitmusError(
    line,
    `'${name}' takes the cookie from a register; --memory lkmm alone supports any other`,
  );
}

/** Grace periods wait for the sections of their own domain: those of RCU, or of one srcu_struct. */
function domainOf({ name, operands, line }: Call, into: Lowering): string {
  if (!name.includes('srcu')) return 'rcu';
  const [operand] = operands;
  const address = operand === undefined ? null : compute(operand, into);
  if (address?.kind === 'address') return address.location;
  throw new LitmusError(line, `'${name}' takes the srcu_struct by its name; any other is not supported`);
}
