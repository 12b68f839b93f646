/**
 * `racewalk explore` as a user and as an intruder meet it; the page itself is opened in test/browser.
 *
 * @module-tag process
 */
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { siteFiles } from '../../cli/report/page-files.ts';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

interface Asked {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Unlike fetch it sends paths and host names as they are. */
const ask = (port: string, path: string, options: { method?: string; host?: string } = {}) =>
  new Promise<Asked>((resolve, reject) => {
    const { method = 'GET', host = `127.0.0.1:${port}` } = options;
    request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (part) => (body += String(part)));
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });

/** Runs `explore` for as long as `during` takes, then presses Ctrl-C; `said` waits for a text on its standard output or error. */
async function exploring(
  words: readonly string[],
  during: (port: string, said: (text: RegExp) => Promise<string>) => Promise<void>,
) {
  let failure: unknown = null;
  const run = await racewalk(['explore', ...words], (child) => {
    let all = '';
    const waiting = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        all += String(part);
        for (const look of waiting) look();
      });
    const said = (text: RegExp) =>
      new Promise<string>((resolve) => {
        const look = () => {
          if (!text.test(all)) return;
          waiting.delete(look);
          resolve(all);
        };
        waiting.add(look);
        look();
      });
    void said(/press Ctrl-C to stop/)
      .then((text) => during(/127\.0\.0\.1:(\d+)/.exec(text)![1]!, said))
      .catch((error: unknown) => (failure = error))
      .finally(() => child.kill('SIGINT'));
  });
  expect(failure).toBeNull();
  return run;
}

// Whoever is first builds the page.
beforeAll(async () => {
  await siteFiles();
}, 60_000);

describe('the server', () => {
  test('tells its address with the options, answers this machine, and ends with Ctrl-C', async () => {
    const run = await exploring(['gup-fast-vs-collapse/sync-ipi', '--ptes', '3'], async (port) => {
      const page = await ask(port, '/');
      expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
      expect(page.body).not.toContain('racewalk-model');
      const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page.body)![1]!;
      expect((await ask(port, script)).status).toBe(200);
      expect((await ask(port, '/?anything', { host: `localhost:${port}` })).status).toBe(200);
    });
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#gup-fast-vs-collapse\?.*sync-ipi=true.*ptes=3/);
  });

  test('refuses other hosts, other methods, and what is no file of the page', async () => {
    await exploring(['gup-fast-vs-collapse'], async (port) => {
      const status = async (...asked: Parameters<typeof ask> extends [string, ...infer R] ? R : never) =>
        (await ask(port, ...asked)).status;
      expect(await status('/', { host: 'evil.example' })).toBe(421);
      expect(await status('/', { host: `evil.example:${port}` })).toBe(421);
      expect(await status('/', { host: '127.0.0.1' })).toBe(421);
      expect(await status('/', { method: 'POST' })).toBe(405);
      expect(await status('/../package.json')).toBe(404);
      expect(await status('/%2e%2e/package.json')).toBe(404);
      expect(await status('/assets/../../../package.json')).toBe(404);
      expect(await status('/model.js')).toBe(404);
      expect(await status('/changes')).toBe(404);
      // A port that is taken is told.
      expectWrongUse(
        await racewalk(['explore', 'gup-fast-vs-collapse', '--port', port]),
        /cannot listen on port \d+ \(EADDRINUSE\)/,
      );
    });
  });
});

test("a file of one's own is served as a module, and again when it or what it imports changes", async () => {
  const text = (more: string) =>
    smallModel({
      statements: `step('x', set(mem.x, true))`,
      before: `import { word } from './word.ts';\nexport const said = word;\n${more}`,
    });
  file('word.ts', `export const word: string = 'first';`);
  const name = file('explored.ts', text(''));
  const change = (path: string, content: string) => writeFileSync(join(folder, path), content);
  const run = await exploring([name], async (port, said) => {
    expect((await ask(port, '/')).body).toContain('<meta name="racewalk-model" content="/model.js" />');
    const first = (await ask(port, '/model.js')).body;
    expect(first).toContain('"first"');
    expect(first).not.toContain("word.ts';");
    change('word.ts', `export const word: string = 'second';`);
    await said(/explored.ts has changed/);
    expect((await ask(port, '/model.js')).body).toContain('"second"');
    change('explored.ts', text('const wrong: number = word;'));
    await said(/explored.ts:\d+:\d+: Type 'string' is not assignable to type 'number'/);
    expect((await ask(port, '/model.js')).body).toMatch(/^throw new Error\(".*not assignable/);
    change('explored.ts', smallModel({ statements: `step('', set(mem.x, true))` }));
    await said(/thread 'only': the first argument of a step must be its kernel text/);
  });
  expect(run.code).toBe(0);
});

test.each([
  [[], /missing MODEL/],
  [['nothing'], /unknown model 'nothing'/],
  [['gup-fast-vs-collapse', '--port', '0'], /invalid --port '0': expected a whole number from 1 to 65535/],
  [['gup-fast-vs-collapse', '--flsh', 'ipi'], /has no option '--flsh'/],
])('explore %j', async (words, message) => {
  expectWrongUse(await racewalk(['explore', ...words]), message);
});
