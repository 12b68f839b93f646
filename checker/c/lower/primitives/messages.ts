/**
 * Messages and trace points: their arguments are evaluated, so that reads in them are accesses; nothing else happens.
 *
 * Source:  include/linux/printk.h; include/linux/tracepoint.h
 */
import { truthValue } from '../arithmetic.ts';
import { nothing, type Primitive } from '../lowering.ts';
import { constant } from '../value.ts';

type Entry = readonly [string, Primitive];

const evaluate: Primitive = (thread, call, scope) => {
  for (const one of call.arguments) if (one.kind !== 'string') thread.value(one, scope);
  return nothing;
};

const levels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'cont', 'debug', 'devel'];

export const messagePrimitives: readonly Entry[] = [
  ...levels.flatMap((level) => [`pr_${level}`, `pr_${level}_once`, `pr_${level}_ratelimited`]),
  ...['printk', 'printk_once', 'printk_ratelimited', 'printk_deferred', 'dump_stack', 'dump_page'],
].map((name): Entry => [name, evaluate]);

/** `trace_...()`, whatever its name; trace points are off. */
export const tracePoint = (name: string): Primitive | null => {
  if (!/^trace_\w+$/.test(name)) return null;
  return name.endsWith('_enabled') ? () => truthValue(constant(false)) : evaluate;
};
