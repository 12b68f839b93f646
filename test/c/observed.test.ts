/** A claim sees memory as another CPU does, also where one thread alone accesses it: in the order in which stores arrive. */
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

const file = (stores: string, claim: string) => `#include <racewalk.h>
int x, done;
THREAD(writer) { ${stores} }
THREAD(reader) { int r = READ_ONCE(x); }
ALWAYS("in order", ${claim});
`;
const plain = 'WRITE_ONCE(x, 1); WRITE_ONCE(done, 1);';

test.each([
  ['a release', 'WRITE_ONCE(x, 1); smp_store_release(&done, 1);', '!done || x', 'holds', 'holds', 'holds'],
  ['a plain store that nobody else reads', plain, '!done || x', 'holds', 'violated', 'violated'],
  [
    'a plain store before one that others read',
    'WRITE_ONCE(done, 1); WRITE_ONCE(x, 1);',
    '!x || done',
    'holds',
    'violated',
    'violated',
  ],
])('%s', (_what, stores, claim, ...expected) => {
  const model = withMemoryOption(protocol(file(stores, claim)));
  const found = (['sc', 'tso', 'pso', 'arm64'] as const).map(
    (memory) => check(model.build({ memory })).outcome.verdict,
  );
  expect(found).toEqual(['holds', ...expected]);
});
