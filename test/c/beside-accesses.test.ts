/** What no instruction accesses orders nothing: variables of the proof, and what watches for freed objects. */
import { describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

const verdictOf = (text: string, memory: string) =>
  check(withMemoryOption(protocol(text)).build({ memory })).outcome.verdict;

/** Each of these is store buffering with something beside an access. */
const beside: Readonly<Record<string, string>> = {
  'a variable of the proof beside a load': 'WRITE_ONCE(x, 1); first = READ_ONCE(y);',
  'a variable of the proof beside a store': 'WRITE_ONCE(x, 1); stored = stored + 1; first = READ_ONCE(y);',
  'a variable of the proof beside a failing cmpxchg':
    'WRITE_ONCE(x, 1); tried = cmpxchg(&z, 1, 2); first = READ_ONCE(y);',
};

describe.each(Object.entries(beside))('%s orders nothing', (_what, body) => {
  const text = (ghost: string) => `#include <racewalk.h>
int x, y, z, seen = 1;
${ghost} int first = 1, stored, tried;
THREAD(one) { ${body} }
THREAD(two) { WRITE_ONCE(y, 1); smp_mb(); seen = READ_ONCE(x); }
FINALLY("one of the two sees the other", first == 1 || seen == 1);
`;
  test.each(['tso', 'pso', 'arm64'])('under %s', (memory) => {
    expect(verdictOf(text('GHOST'), memory)).toBe('violated');
    expect(
      verdictOf(
        text('GHOST').replace('1); ', '1); smp_mb(); ').replace('first = R', 'smp_mb(); first = R'),
        memory,
      ),
    ).toBe('holds');
  });
});

test('under arm64 a store is performed although a variable of the proof is assigned beside it', () => {
  const text = `#include <racewalk.h>
int x;
GHOST int stored;
THREAD(a) { WRITE_ONCE(x, 1); stored = 1; }
THREAD(b) { int one = READ_ONCE(x); CHECK(one == 0, "b sees x"); }
`;
  for (const memory of ['sc', 'tso', 'pso', 'arm64']) expect(verdictOf(text, memory)).toBe('violated');
});

test('a store to an allocated object goes through the store buffer', () => {
  const text = `#include <racewalk.h>
struct s { int x; };
POOL(struct s, 1);
struct s *shared;
int y, first = 1, seen = 1, done;
THREAD(one)
{
	struct s *s = smp_load_acquire(&shared);

	if (s) {
		WRITE_ONCE(s->x, 1);
		first = READ_ONCE(y);
	}
	smp_store_release(&done, 1);
}
THREAD(two)
{
	struct s *s = kzalloc(sizeof(*s), GFP_KERNEL);

	smp_store_release(&shared, s);
	WRITE_ONCE(y, 1);
	smp_mb();
	seen = READ_ONCE(s->x);
	WAIT_UNTIL(done);
	kfree(s);
}
ALWAYS("one of the two sees the other", first != 0 || seen != 0);
`;
  expect(verdictOf(text, 'sc')).toBe('holds');
  for (const memory of ['tso', 'pso']) expect(verdictOf(text, memory)).toBe('violated');
});
