/** Variables of the proof, which are read where they stand: a value that was taken stays as it was. */
import { expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

test.each([
  ['ghost = 8; CHECK(ghost-- == 8 && ghost == 7, "")'],
  ['ghost = 6; while (ghost-- > 4) continue; CHECK(ghost == 3, "")'],
  ['ghost = 1; CHECK((ghost += 2) == 3 && ++ghost == 4, "")'],
  ['ghost = 2; int z = ghost++ * 10 + ghost; CHECK(z == 22 || z == 23, "")'],
  ['ghost = 1; f(ghost)'],
  ['ghost = 3; int y = ghost; ghost = 4; CHECK(y == 3 && g(ghost) == 4, "")'],
])('%s', (body) => {
  const outcome = verdictOf(`#include <racewalk.h>
    GHOST int ghost;
    static void f(int n) { ghost++; CHECK(n == 1 && ghost == 2, ""); }
    static int g(int n) { ghost = 7; return n; }
    THREAD(t) { ${body}; }`);
  expect(outcome).toMatchObject({ verdict: 'holds' });
});
