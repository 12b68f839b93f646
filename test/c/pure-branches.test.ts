/** Under arm64 a branch orders a later store only if its arms do more than to compute: compilers drop the others. */
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

/** Whether the load of a thread may be performed after its store, with something between them. */
const isReordered = (between: string, store = 'WRITE_ONCE(y, 1);') =>
  check(
    withMemoryOption(
      protocol(`#include <racewalk.h>
int x, y, z;
GHOST int seen;
THREAD(a) { int r = READ_ONCE(x); int i = 0, q = 0; seen = r; ${between} ${store} z = i + q; }
THREAD(b) { if (READ_ONCE(y) == 1) WRITE_ONCE(x, 1); }
FINALLY("x was 0", seen == 0);
`),
    ).build({ memory: 'arm64' }),
  ).outcome.verdict === 'violated';

test.each([
  '',
  'CHECK(r < 2, "in range");',
  'CHECK(r == 1 || r == 0, "in range");',
  'CHECK(r == 0 || i == 0, "in range");',
  'WARN_ON(r == 2);',
  'if (r) i = 1;',
  'if (r) i = 1; else i = 2;',
  'i = r ? 1 : 2;',
  'i = r && q;',
  'if (r) { if (q) i = 1; } else { i = 2; q = 3; }',
  'switch (r) { case 0: i = 1; break; case 1: i = 2; break; default: i = 3; }',
  'if (r) NOTE("r is set");',
  'if (r) REACHED("r is set");',
  'if (r) HOLDS_HERE(true);',
  'if (r) seen = 1;',
])('nothing is ordered by: %s', (between) => expect(isReordered(between)).toBe(true));

test.each([
  ['if (r) WRITE_ONCE(z, 1);', 'WRITE_ONCE(y, 1);'],
  ['if (r) smp_wmb();', 'WRITE_ONCE(y, 1);'],
  ['if (r) i = READ_ONCE(z);', 'WRITE_ONCE(y, 1);'],
  ['', 'if (r < 2) WRITE_ONCE(y, 1);'],
  ['if (r) i = 1;', 'if (i < 2) WRITE_ONCE(y, 1);'],
  ['if (r) i = 1; else i = 0;', 'WRITE_ONCE(y, 1 + i);'],
  ['i = r ? 1 : 0;', 'WRITE_ONCE(y, 1 + i);'],
])('a store is ordered by: %s %s', (between, store) => expect(isReordered(between, store)).toBe(false));
