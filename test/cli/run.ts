/** Runs the command as a user does, in a folder that knows nothing of this project. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));

/** A fresh folder outside of the project; what a run writes and reads lies there. */
export const folder = mkdtempSync(join(tmpdir(), 'racewalk-test-'));

export function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** Starts `racewalk`, and hands the process to `meanwhile` while it runs. */
export function racewalk(
  words: readonly string[],
  meanwhile: (child: ReturnType<typeof start>) => void = () => undefined,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = start(words);
    let out = '';
    let err = '';
    child.stdout.on('data', (part) => (out += String(part)));
    child.stderr.on('data', (part) => (err += String(part)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    meanwhile(child);
  });
}

function start(words: readonly string[]) {
  const env = { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined };
  return spawn(process.execPath, [launcher, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Exit code 2, one clear message on stderr, nothing on stdout: no stack trace, and above all no verdict. */
export function expectWrongUse({ code, out, err }: Run, message: RegExp): void {
  expect(err).toMatch(message);
  expect(err).not.toMatch(/^\s+at .*:\d+/m);
  expect({ code, out }).toEqual({ code: 2, out: '' });
}

/** The statement list of the only thread of a small model file, and what else is to differ from a correct one. */
export interface SmallModel {
  readonly statements: string;
  readonly properties?: string;
  readonly options?: string;
  readonly scenarios?: string;
  readonly before?: string;
}

/** A model file with a shared boolean `x`, a shared number `n` from 0 to 3, and one thread with the local `y`. */
export const smallModel = ({
  statements,
  properties = `reachable('x is set', mem.x)`,
  options = '',
  scenarios = '',
  before = '',
}: SmallModel): string => `
import { add, always, bool, branch, choose, defineModel, eq, flag, goto, ifdef, inc, init, integer, label, lt, ne, note,
  oneOf, range, reachable, set, shared, step, thread, wait } from 'racewalk';
${before}
export const model = defineModel({
  name: 'small', summary: 'a small model', options: { ${options} }, scenarios: [${scenarios}],
  build: () => {
    const mem = shared({ x: init(bool, false, 'a flag'), n: init(range(0, 3), 0) });
    const only = thread('only', { locals: { y: init(bool, false), k: init(range(0, 3), 0) } }, (l) => [${statements}]);
    return { shared: mem, threads: [only], properties: [${properties}] };
  },
});
`;
