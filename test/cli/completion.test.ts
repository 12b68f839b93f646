/**
 * Completion as shells ask for it, each in the shell itself where it is there.
 *
 * @module-tag process
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { racewalkProgram } from '../../cli/program.ts';
import { candidates } from '../../cli/completion/candidates.ts';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

const launcher = fileURLToPath(new URL('../../cli/racewalk.js', import.meta.url));
const program = racewalkProgram();

describe('candidates', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['ch'], ['check']],
    [['check', 'gup-fast-vs-col'], ['gup-fast-vs-collapse']],
    [['check', 'peterson/3'], ['peterson/3 processes']],
    [
      ['check', 'gup-fast-vs-collapse', '--fl'],
      ['--flush', '--flush-barrier'],
    ],
    [
      ['check', 'gup-fast-vs-collapse', '--flush', ''],
      ['broadcast', 'ipi'],
    ],
    [
      ['check', 'gup-fast-vs-collapse', '--memory', ''],
      ['sc', 'tso', 'pso', 'arm64'],
    ],
    [['check', 'gup-fast-vs-collapse', '--html', ''], []],
    [['check', 'gup-fast-vs-collapse', ''], []],
    [
      ['export', 'peterson', '--to', 'm'],
      ['murphi', 'mermaid'],
    ],
    [['litmus', '--me'], ['--memory']],
    [['litmus', '--memory', 'a'], ['arm64']],
    [['completion', 'z'], ['zsh']],
    [['nothing', ''], []],
  ])('%j', async (words, expected) => {
    expect(await candidates(program, words)).toEqual(expected);
  });

  test('the options of a file of somebody, and nothing where it is wrong', async () => {
    const options = `own: flag('fix', 'an option')`;
    const own = file('own.ts', smallModel({ options, statements: `step('x = 1', set(mem.x, true))` }));
    expect(await candidates(program, ['check', join(folder, own), '--ow'])).toEqual(['--own']);
    expect(await candidates(program, ['check', join(folder, file('wrong.ts', '(')), '--ow'])).toEqual([]);
  });
});

test('a shell that there is not', async () => {
  expectWrongUse(
    await racewalk(['completion', 'bsh']),
    /invalid shell 'bsh': expected bash, zsh or fish.*did you mean 'bash'/,
  );
});

/** A folder with the command in it, for PATH. */
const bin = join(folder, 'bin');
mkdirSync(bin, { recursive: true });
writeFileSync(join(bin, 'racewalk'), `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
chmodSync(join(bin, 'racewalk'), 0o755);

const shell = (name: string, script: string) =>
  spawnSync(name, ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
const isThere = (name: string) => shell(name, 'exit 0').status === 0;

test.skipIf(!isThere('bash'))('bash', () => {
  const ask = (...words: readonly string[]) =>
    shell(
      'bash',
      `source <(racewalk completion bash); COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
       COMP_CWORD=${words.length - 1}; _racewalk; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ).stdout;
  expect(ask('racewalk', 'check', 'gup-fast-vs-collapse', '--flush', '')).toBe('broadcast\nipi\n');
  expect(ask('racewalk', 'check', 'peterson/3')).toBe('peterson/3\\ processes\n');
});

test.skipIf(!isThere('fish'))('fish', () => {
  const { stdout } = shell(
    'fish',
    `racewalk completion fish | source; complete -C 'racewalk check gup-fast-vs-collapse --flush '`,
  );
  expect(stdout).toBe('broadcast\nipi\n');
});

test.skipIf(!isThere('zsh'))('zsh takes the script, and asks for the same words', () => {
  const script = `autoload -Uz compinit; compinit -u -D; source <(racewalk completion zsh)
    compadd() { shift; print -l -- "\${(@P)1}"; }
    words=(racewalk check gup-fast-vs-collapse --flush ''); CURRENT=5; _racewalk`;
  expect(shell('zsh', script).stdout).toBe('broadcast\nipi\n');
});
