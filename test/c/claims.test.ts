/** Claims inside of functions: from where to where they hold. */
import { expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

const walk = (loop: string) => `#include <racewalk.h>
int x, y, turn;
THREAD(a)
{
	${loop}
	y = 2;
}
THREAD(b)
{
	if (READ_ONCE(turn))
		WRITE_ONCE(x, 1);
}
`;

test('HOLDS_HERE ends with the next access on the way that is taken, not with the next in the text', () => {
  const here = 'if (i == 0) HOLDS_HERE(x == 0, "x is %d", x); else y = 1;';
  const body = `for (int i = 0; i < 2; i++) { ${here} WRITE_ONCE(turn, 1); }`;
  expect(verdictOf(walk(body)).verdict).toBe('holds');
});

test('HOLDS_HERE at the end of a loop ends at the head of the next round', () => {
  const body =
    'for (int i = 0; i < 2; i++) { WRITE_ONCE(turn, i); if (i == 0) HOLDS_HERE(x == 0, "x is %d", x); }';
  expect(verdictOf(walk(body)).verdict).toBe('holds');
});

test('HOLDS_HERE is false where another CPU comes before the next access', () => {
  const body = 'WRITE_ONCE(turn, 1); HOLDS_HERE(x == 0, "x is %d", x);';
  expect(verdictOf(walk(body)).verdict).toBe('violated');
});
