/** What a terminal shows while a search runs. */
import { describe, expect, test } from 'vitest';
import { estimatedStates } from '../../checker/search/estimate.ts';
import { progressLine, type SearchProgress } from '../../cli/terminal/progress.ts';

/** The number of the first state at each depth of threads that make so many steps each, and do nothing else. */
function levelsOf(threads: number, steps: number): readonly number[] {
  let sizes = [1];
  for (let thread = 0; thread < threads; thread++) {
    const next = new Array<number>(sizes.length + steps).fill(0);
    for (const [depth, size] of sizes.entries())
      for (let own = 0; own <= steps; own++) next[depth + own]! += size;
    sizes = next;
  }
  let sum = 0;
  return [0, ...sizes.map((size) => (sum += size))];
}

describe('how many states there will be', () => {
  test.each([
    [4, 20],
    [7, 9],
    [9, 5],
  ])('for %d threads of %d steps', (threads, steps) => {
    const levels = levelsOf(threads, steps);
    const total = (steps + 1) ** threads;
    expect(levels.at(-1)).toBe(total);
    const known = levels.map((_, depth) => ({
      share: levels[depth]! / total,
      all: estimatedStates(levels.slice(0, depth + 1)),
    }));
    for (const { share, all } of known) {
      if (share > 0.25) expect(all! / total).toBeGreaterThan(0.6);
      if (share > 0.5) expect(all! / total).toBeGreaterThan(0.8);
      if (all !== null) expect(all / total).toBeLessThan(1.3);
    }
    expect(known.filter(({ share, all }) => share < 0.5 && all !== null).length).toBeGreaterThan(3);
  });

  test('cannot be told while the levels grow ever faster, or of few levels', () => {
    const faster = Array.from({ length: 40 }, (_, depth) => 2 ** depth * (depth + 1));
    expect(estimatedStates(faster)).toBe(null);
    expect(estimatedStates(levelsOf(4, 20).slice(0, 9))).toBe(null);
    expect(estimatedStates([])).toBe(null);
    expect(estimatedStates([0, 1])).toBe(null);
  });
});

/** The lines that a terminal of so many columns receives, without control characters. */
function shown(reached: SearchProgress, seconds: number, isTTY: boolean): string {
  let text = '';
  const stream = { isTTY, columns: 200, write: (part: string) => (text += part) };
  progressLine(stream as unknown as NodeJS.WriteStream).show(reached, seconds);
  return text.replace('\r\u001B[K', '');
}

test('a terminal shows the states so far, about how many there will be, and the time left; a pipe nothing', () => {
  const levels = levelsOf(7, 9).slice(0, 32);
  const states = levels.at(-1)!;
  const reached = { states, frontier: 1234, depth: 31, levels };
  expect(shown(reached, 60, true)).toMatch(
    /^[\d,]+ states, 1,234 to expand, depth 31, [\d,]+ states\/s, about (9|10),\d00,000 in all: \d+ s left$/,
  );
  expect(shown(reached, 6000, true)).toMatch(/in all: \d+ (min|h) left$/);
  expect(shown({ states: 10, frontier: 5, depth: 2 }, 1, true)).toBe(
    '10 states, 5 to expand, depth 2, 10 states/s',
  );
  expect(shown({ ...reached, part: 'mutant 3' }, 60, true)).toMatch(/^mutant 3: [\d,]+ states, .*depth 31$/);
  expect(shown(reached, 60, false)).toBe('');
});
