/** A primitive of the kernel that loses what it is for loses the proofs that rest on it. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../../checker/language/model.ts';
import { blocksOf, type Statement } from '../../checker/language/statement.ts';
import { printText } from '../../checker/language/print.ts';
import { validate } from '../../checker/language/validate.ts';
import { check } from '../../checker/search/check.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';

/** The model without the statements of this text, wherever they stand; `count` of them must be there. */
function without(model: Model, text: string, count: number): Model {
  let removed = 0;
  const isGone = (statement: Statement) =>
    printText(statement) === text || blocksOf(statement).some((body) => body.some(isGone));
  const threads = model.threads.map((thread) => ({
    ...thread,
    body: thread.body.filter((statement) => {
      removed += Number(isGone(statement));
      return !isGone(statement);
    }),
  }));
  expect(removed).toBe(count);
  return validate({ ...model, threads });
}

describe('gup-fast-vs-collapse', () => {
  test('an IPI without a wait protects nothing', () => {
    const byIpi = model.build({ flush: 'ipi' });
    expect(check(byIpi).outcome.verdict).toBe('holds');
    expect(check(without(byIpi, 'csd_lock_wait(csd)', 1)).outcome.verdict).toBe('violated');
  });

  test('so does an IPI that interrupts although irqs are off', () => {
    const byIpi = model.build({ flush: 'ipi' });
    expect(check(without(byIpi, 'local_irq_save(flags)', 1)).outcome.verdict).toBe('violated');
  });

  test('a gup_fast that keeps irqs off for ever leaves the sender waiting', () => {
    const byIpi = model.build({ flush: 'ipi' });
    expect(check(without(byIpi, 'local_irq_restore(flags)', 2)).outcome.verdict).toBe('deadlock');
  });
});
