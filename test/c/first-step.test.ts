/** What constants alone decide before a thread's first access is found like everything else, with its line. */
import { expect, test } from 'vitest';
import { memoryModels, defaultSettings } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';
import { protocol } from './protocol.ts';

const cases: readonly (readonly [string, string, RegExp])[] = [
  ['BUG_ON()', 'int y = READ_ONCE(limit);\nBUG_ON(y == 1);', /^BUG_ON\(y == 1\)$/],
  ['a NULL dereference', 'int y = none->v;', /8: none->v: no null pointer is dereferenced/],
  ['an index out of bounds', 'int y = table[limit + ANY(2)];', /8: table\[limit \+ ANY\(2\)\]: the index/],
  ['a lock that is not held', 'spin_unlock(&lock);', /8: spin_unlock\(&lock\)/],
  ['a claim on one of several ways', 'if (ANY(2) == limit)\nCHECK(limit == 2, "limit");', /^limit$/],
];

test.each(cases)('%s', (_, body, property) => {
  const declarations =
    'int limit = 1;\nint table[2];\nstruct s { int v; } some, *none;\nDEFINE_SPINLOCK(lock);\nint x;';
  const text = `#include <racewalk.h>\n${declarations}\nTHREADS(a, 2) {\n${body}\nWRITE_ONCE(x, 1); }`;
  const model = protocol(text).build();
  for (const memory of ['sc', 'tso', 'arm64'] as const) {
    const { outcome } = check(memoryModels[memory](model, defaultSettings));
    expect(outcome).toMatchObject({ verdict: 'violated', kind: 'assertion' });
    if (outcome.verdict !== 'violated') continue;
    expect(outcome.property).toMatch(property);
    expect(outcome.schedule.edges.length).toBeLessThanOrEqual(2);
    expect(outcome.schedule.edges.at(-1)!.transition.statement.source?.line).toBeGreaterThanOrEqual(8);
  }
});
