/**
 * Model files of users: each error is reported once, with its place, and never counts as a proof.
 *
 * @module-tag process
 */
import { long } from '../depth.ts';
import { describe, expect, test } from 'vitest';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

const check = (name: string, text: string) => racewalk(['check', file(name, text)]);

const works = smallModel({ statements: `step('x = 1', set(mem.x, true))` });

test('a correct file outside of the project holds', async () => {
  const { code, out, err } = await racewalk(['check', `${folder}/${file('works.ts', works)}`, '--quiet']);
  expect({ code, out, err }).toEqual({ code: 0, out: 'small: holds\n', err: '' });
});

test('a file is proved for more copies than its options allow', async () => {
  const text = `
import { always, bool, defineModel, init, integer, not, reachable, set, shared, step, thread } from 'racewalk';
export const model = defineModel({
  name: 'small', summary: '', options: { cpus: integer('CPUs', [1, 3]) },
  build: ({ cpus }) => {
    const mem = shared({ x: init(bool, false), y: init(bool, false) });
    const copy = thread('copy', { cpus }, () => [step('x = 1', set(mem.x, true))]);
    const properties = [always('no y', not(mem.y)), reachable('x is set', mem.x)];
    return { shared: mem, threads: [copy], properties };
  },
});`;
  const { code, out, err } = await racewalk(['prove', file('copies.ts', text), '--quiet']);
  expect({ code, out, err }).toEqual({ code: 0, out: 'small: holds for any number of CPUs\n', err: '' });
});

describe.concurrent('a file that cannot be a model', long, () => {
  test.each([
    ['syntax.ts', works.replace('build: () => {', 'build: () => {{'), /syntax\.ts:\d+:\d+: /],
    ['unexported.ts', works.replace('export const', 'const'), /missing export 'model'.*exports nothing/],
    ['other-export.ts', 'export const modell = 1;', /this file exports modell/],
    ['no-definition.ts', 'export const model = 1;', /its 'model' is not the result of defineModel/],
    ['throws.js', "throw new Error('out of order');", /throws\.js:1:7: out of order/],
    [
      'type-error.ts',
      smallModel({ statements: `step('x', set(mem.x, 1))` }),
      /type-error\.ts:9:\d+: Argument of type '1'/,
    ],
    ['enum.ts', `enum A { B }\n${works}`, /enum\.ts:1:6: .*erasableSyntaxOnly/],
    ['imports.ts', `import { a } from './nowhere.ts';\n${works}`, /imports\.ts:1:19: Cannot find module/],
  ])('%s', async (name, text, message) => {
    expectWrongUse(await check(name, text), message);
  });

  test('a file that is not there, and a folder', async () => {
    expectWrongUse(await racewalk(['check', 'nowhere.ts']), /nowhere\.ts: no such file/);
  });
});

describe.concurrent('a model that means nothing', () => {
  test.each([
    ['goto.ts', `goto('nowhere')`, undefined, /'only', line 1 .*unknown label 'nowhere'.*no labels/],
    [
      'no-witness.ts',
      `step('x = 1', set(mem.x, true))`,
      `always('n is small', lt(mem.n, 4))`,
      /no reachable\(\.\.\.\) witness/,
    ],
  ])('%s', async (name, statements, properties, message) => {
    const text = smallModel(properties === undefined ? { statements } : { statements, properties });
    expectWrongUse(await check(name, text), message);
  });

  test('a build that throws', async () => {
    const text = `const works: boolean = true;\n${works}`.replace(
      'build: () => {',
      `build: () => {\n    if (works) throw new RangeError('nine');`,
    );
    expectWrongUse(await check('build.ts', text), /build\.ts:9:\d+: build\(\.\.\.\) throws RangeError: nine/);
  });
});

/** The words that carets point to. */
function carets(err: string): readonly string[] {
  const lines = err.split('\n');
  return lines.flatMap((line, at) =>
    /^ +\^$/.test(line) ? [/^[\w.]*/.exec(lines[at - 1]!.slice(line.indexOf('^')))![0]] : [],
  );
}

describe.concurrent('all errors at once, each with its line and a caret', () => {
  test.each([
    [
      'errors of the model, at the top of the file too',
      'all.ts',
      smallModel({
        before: `import { atomically, values } from 'racewalk'; const two = values('a', 'a'); void two;`,
        statements: `step('x', set(mem.x, true), set(mem.n, 1)), goto('nowhere'), atomically('', step('n', set(mem.n, 9)))`,
        properties: `reachable('x', mem.x), reachable('x', mem.x)`,
      }),
      ['values', 'step', 'goto', 'atomically', 'set', 'reachable'],
    ],
    [
      'type errors',
      'types.ts',
      smallModel({ statements: `step('x', set(mem.x, 1)),\n step(2), goto(mem.x)` }),
      ['1', '2', 'mem.x'],
    ],
    [
      'an error far to the right',
      'right.ts',
      smallModel({ statements: `${`step('x = 1', set(mem.x, true)), `.repeat(9)}goto('nowhere')` }),
      ['goto'],
    ],
  ])('%s', async (_, name, text, words) => {
    const run = await check(name, text);
    expectWrongUse(run, new RegExp(`^racewalk: invalid model ${name}:`));
    expect(carets(run.err)).toEqual(words);
  });

  test('compare finds the place as check does', long, async () => {
    const run = await racewalk(['compare', file('costs.ts', smallModel({ statements: `goto('nowhere')` }))]);
    expectWrongUse(run, /costs\.ts:9:\d+: thread 'only'/);
    expect(carets(run.err)).toEqual(['goto']);
  });
});

describe.concurrent('nodes of the language used as values compile, and are refused', () => {
  const misuses: readonly (readonly [string, RegExp])[] = [
    [
      `(() => { if (mem.x) return [step('a')]; return []; })()`,
      /'mem\.x' is an expression.*JavaScript 'if'.*branch/,
    ],
    [`mem.x ? step('a') : step('b')`, /JavaScript '\?:'.*conditional/],
    [`branch('t', lt(mem.n, 2) && mem.x, [])`, /JavaScript '&&'.*use and\(\.\.\.\)/],
    [`branch('t', mem.x || lt(mem.n, 2), [])`, /JavaScript '\|\|'.*use or\(\.\.\.\)/],
    [`branch('t', !mem.x, [])`, /JavaScript '!'.*use not\(\.\.\.\)/],
    [`(() => { while (l.y) { break; } return []; })()`, /JavaScript 'while'/],
    [`(mem.x === l.y ? [step('a')] : [])`, /'===' compares expression objects.*eq\(mem\.x, l\.y\)/],
    ['[`${l.y}`].map((text) => step(text))', /'l\.y' is an expression.*has no value/],
    [`(() => { step('never'); return []; })()`, /this statement is built but not used/],
  ];

  test('each with its place and what to write instead', long, async () => {
    const text = smallModel({ statements: misuses.map(([statement]) => `\n${statement}`).join(',') });
    const { code, out, err } = await check('native.ts', text);
    expectWrongUse({ code, out, err }, /invalid model .*native\.ts/);
    const lines = err
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('native.ts:'));
    expect(lines).toHaveLength(misuses.length);
    for (const [at, line] of lines.entries()) {
      expect(line).toMatch(new RegExp(`^native\\.ts:${String(at + 10)}:\\d+: `));
      expect(line).toMatch(misuses[at]![1]);
    }
    expect(carets(err)).toHaveLength(misuses.length);
  });

  test('whether an optional part is there may be asked', long, async () => {
    const statements = `...(maybe === undefined ? [] : [maybe]), step('x = 1', set(mem.x, true))`;
    const before = `const maybe = [note('n')].at(1);`;
    expect(await check('optional.ts', smallModel({ statements, before }))).toMatchObject({
      code: 0,
      err: '',
    });
  });
});

test(
  'a value outside of its domain on some path only is an error with the trace that leads there',
  long,
  async () => {
    const statements = `
    choose('k = any', l.k),
    step('x = 1', set(mem.x, true)),
    branch('k == 2', eq(l.k, 2), [step('n = k + 2', set(mem.n, add(l.k, 2)))])`;
    const { code, out } = await check('domain.ts', smallModel({ statements }));
    expect(code).toBe(2);
    expect(out).toMatch(
      /^small: error: thread 'only', line 4 'n = k \+ 2': .*becomes 4, .*outside of its domain 0\.\.3/,
    );
    expect(out).toMatch(/k = any +k = 2/);
    expect(out).not.toContain('holds');
  },
);

test('a deadlock names the waiting threads and their lines', long, async () => {
  const { code, out } = await check(
    'deadlock.ts',
    smallModel({ statements: `step('x = 1', set(mem.x, true)), wait('until n', eq(mem.n, 1))` }),
  );
  expect(code).toBe(1);
  expect(out).toMatch(/^small: deadlock after 1 step\n/);
  expect(out).toContain("only waits at 'until n'");
});

test('a witness that is never reached is no proof', long, async () => {
  const properties = `reachable('n becomes 3', eq(mem.n, 3))`;
  const { code, out } = await check(
    'unreached.ts',
    smallModel({ statements: `step('n++', inc(mem.n))`, properties }),
  );
  expect(code).toBe(1);
  expect(out).toMatch(/^small: unreached: n becomes 3\n/);
});

test('--all checks the scenarios of a file against what they declare', async () => {
  const text = smallModel({
    statements: `step('x = 1', set(mem.x, true)), step('n++', inc(mem.n))`,
    scenarios: `{ name: 'right', options: {}, verdict: 'holds', states: 3 }, { name: 'wrong', options: {}, verdict: 'violated', states: 4 }`,
  });
  const { code, out } = await racewalk(['check', file('scenarios.ts', text), '--all']);
  expect(code).toBe(1);
  expect(out).toMatch(/^small\n {2}right +holds +3 states {2}as declared$/m);
  expect(out).toMatch(/^ {2}wrong +holds +3 states {2}not as declared$/m);
  expect(out).toMatch(/^ {6}verdict: declared violated, found holds\n {6}states: declared 4, found 3$/m);
});
