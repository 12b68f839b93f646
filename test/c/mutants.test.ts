/** Mutants of a protocol in C are changes of the author's lines, each named by its line and text. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { mutationStudy } from '../../checker/study/mutate/mutate.ts';
import { studying } from '../../checker/study/study.ts';
import { protocols } from '../../models/files.ts';
import { long } from '../depth.ts';
import { mutationsOf } from '../../checker/study/mutate/mutation.ts';
import { edited } from '../../checker/study/mutate/edited.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { mistakesOf, protocol } from './protocol.ts';

const text = `#include <racewalk.h>
struct item { int value; };
POOL(struct item, 1);
struct item *head;
int flag, data, seen;
DEFINE_SPINLOCK(lock);
static void handler(void *info) { seen = 1; }
static void unlocked(void) { WRITE_ONCE(flag, 2); }
THREAD(reader)
{
	unsigned long flags;

	local_irq_save(flags);
	if (smp_load_acquire(&flag) == 1)
		CHECK(READ_ONCE(data) == 7, "data is %d", data);
	HOLDS_HERE(flag < 3, "flag is %d", flag);
	local_irq_restore(flags);
	unlocked();
	REACHED("the end");
}
THREAD(writer)
{
	struct item *item = kmalloc(sizeof(*item), GFP_ATOMIC);

	spin_lock(&lock);
	data = 7;
	smp_store_release(&flag, 1);
	spin_unlock(&lock);
	smp_call_function(handler, NULL, 1);
	unlocked();
	unlocked();
	kfree(item);
}
`;

const model = protocol(text).build();

test('the lines that write, wait, branch or order, and nothing that racewalk adds', () => {
  expect(mutationsOf(model).map(({ name }) => name)).toEqual([
    'reader: 13: local_irq_save(flags);: left out',
    "reader: 13: local_irq_save(flags);: after '14: if (smp_load_acquire(&flag) == 1)'",
    'reader: 14: if (smp_load_acquire(&flag) == 1): relaxed, not acquire',
    'reader: 14: if (smp_load_acquire(&flag) == 1): never taken',
    'reader: 14: if (smp_load_acquire(&flag) == 1): always taken',
    'reader: 17: local_irq_restore(flags);: left out',
    "reader: 17: local_irq_restore(flags);: after '8: WRITE_ONCE(flag, 2);'",
    'reader: 8: WRITE_ONCE(flag, 2);: left out',
    'writer: 25: spin_lock(&lock);: left out',
    'writer: 25: spin_lock(&lock);: does not wait',
    "writer: 25: spin_lock(&lock);: after '26: data = 7;'",
    'writer: 25: spin_lock(&lock);: relaxed, not acquire',
    'writer: 26: data = 7;: left out',
    "writer: 26: data = 7;: after '27: smp_store_release(&flag, 1);'",
    'writer: 27: smp_store_release(&flag, 1);: left out',
    "writer: 27: smp_store_release(&flag, 1);: after '28: spin_unlock(&lock);'",
    'writer: 27: smp_store_release(&flag, 1);: relaxed, not release',
    'writer: 28: spin_unlock(&lock);: left out',
    "writer: 28: spin_unlock(&lock);: after '29: smp_call_function(handler, NULL, 1)'",
    'writer: 28: spin_unlock(&lock);: relaxed, not release',
    'writer: 29: smp_call_function(handler, NULL, 1): left out',
    'writer: 29: smp_call_function(handler, NULL, 1): does not wait',
    'writer: 8: WRITE_ONCE(flag, 2);: left out',
    'IPI handler on reader: 7: seen = 1;: left out',
    'IPI handler on writer: 7: seen = 1;: left out',
  ]);
});

test('a line that is pasted twice changes in both places', () => {
  const mutation = mutationsOf(model).find(
    ({ name }) => name === 'writer: 8: WRITE_ONCE(flag, 2);: left out',
  )!;
  expect(mutation.edits.size).toBe(2);
});

test('a line that is left out writes nothing, and is checked for nothing', () => {
  const held = protocol(
    '#include <racewalk.h>\nint x;\nTHREAD(a) { WRITE_ONCE(x, 1); CHECK(READ_ONCE(x) == 1, "x"); }',
  ).build();
  const [mutation] = mutationsOf(held);
  expect(mutation!.name).toBe('a: 3: WRITE_ONCE(x, 1);: left out');
  expect(check(held).outcome.verdict).toBe('holds');
  expect(check(edited(held, 'a', mutation!.edits)).outcome).toMatchObject({
    verdict: 'violated',
    property: 'x',
  });
});

const survivors = `#include <racewalk.h>
int x, y;
THREAD(a) { WRITE_ONCE(y, 1); WRITE_ONCE(x, 1); REACHED("the end"); }
THREAD(b) { int one = READ_ONCE(x); CHECK(!one || READ_ONCE(x), "x goes back"); }
SCENARIO(usual, HOLDS);
`;

const studied = (text: string) => {
  const definition = withMemoryOption(protocol(text));
  return finish(studying(mutationStudy(definition, definition.scenarios, defaultSettings), noLimits));
};

test('a line that is left out orders nothing', () => {
  const { mutants } = studied(`#include <racewalk.h>
int x, y, other, one, two;
THREAD(a) { WRITE_ONCE(x, 1); int old = xchg(&other, 1); one = old + READ_ONCE(y); }
THREAD(b) { WRITE_ONCE(y, 1); smp_mb(); two = READ_ONCE(x); }
FINALLY("one of the two sees the other", one || two);
SCENARIO(usual, HOLDS, MEMORY = tso);
`);
  const mutant = mutants.find(
    ({ mutation }) => mutation.name === 'a: 3: int old = xchg(&other, 1);: left out',
  );
  expect(mutant!.fate).toMatchObject({ kind: 'killed', verdict: 'violated' });
});

test('SURVIVES explains mutants by their names without the lines, and one that is killed or unknown is stale', () => {
  const { mutants } = studied(survivors);
  expect(mutants.every(({ fate }) => fate.kind !== 'survives' || fate.why === null)).toBe(true);
  const why = 'nobody reads y';
  const explained = studied(`${survivors}
SURVIVES("${why}", "a: WRITE_ONCE(y, 1);: left out", "a: WRITE_ONCE(y, 1);: after 'WRITE_ONCE(x, 1);'");
SURVIVES("there is no z", "a: WRITE_ONCE(z, 1);: left out");
`);
  const named = explained.mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why === why);
  expect(named.map(({ mutation }) => mutation.name)).toEqual([
    'a: 3: WRITE_ONCE(y, 1);: left out',
    "a: 3: WRITE_ONCE(y, 1);: after '3: WRITE_ONCE(x, 1);'",
  ]);
  expect(explained.stale).toEqual(['a: WRITE_ONCE(z, 1);: left out']);
});

test('SURVIVES without a mutant, or with more than strings, is a mistake', () => {
  expect(mistakesOf(`${survivors}SURVIVES("a reason");`)).toMatch(/:6:.*names mutants/);
  expect(mistakesOf(`${survivors}SURVIVES("a reason", x);`)).toMatch(/:6:.*SURVIVES takes strings/);
});

test.each(protocols)('%s explains every survivor', { ...long, timeout: 600_000 }, (name) => {
  const { mutants, stale } = studied(textOfModel(name));
  const open = mutants.filter(
    ({ fate }) => fate.kind === 'undecided' || (fate.kind === 'survives' && fate.why === null),
  );
  expect({ open: open.map(({ mutation }) => mutation.name), stale }).toEqual({ open: [], stale: [] });
});

function textOfModel(name: string): string {
  return readFileSync(new URL(`../../models/c/${name}.c`, import.meta.url), 'utf8');
}
