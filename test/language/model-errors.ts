/**
 * Errors of authors, written without the types' consent and run: each is a compile error, and a ModelError where
 * the types are evaded.
 */
import { expect, test } from 'vitest';
import { ModelError, step, thread, type Text } from '../../checker/language/index.ts';

/** What the error is, the code that makes it, and what its message must say. */
type ModelErrors = Readonly<Record<string, readonly [code: () => unknown, ...says: string[]]>>;

export function areReported(errors: ModelErrors): void {
  test.each(Object.entries(errors))('%s', (_, [code, ...says]) => {
    const error = thrownBy(code);
    expect(error).toBeInstanceOf(ModelError);
    for (const part of says) expect((error as ModelError).message).toContain(part);
  });
}

function thrownBy(code: () => unknown): unknown {
  try {
    code();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

/** A thread 't' without locals. */
export const t = (body: () => Text = () => [step('x')]) => thread('t', {}, body);
