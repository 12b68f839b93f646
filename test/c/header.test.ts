/** gcc accepts every protocol in C with the shipped header, and its warnings are the kernel's. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { primitiveNames } from '../../checker/c/lower/primitives.ts';
import { gcc, includes, withoutGcc } from './gcc.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const filesIn = (path: string, suffix: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${path}/${name}`);

const strict = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror'];
const mistaken = 'three-mistakes.c';
const protocols = ['files', '../../models/c'].flatMap((name) => filesIn(folder(name), '.c'));

describe.skipIf(withoutGcc)('gcc', () => {
  test.each(protocols.filter((file) => !file.endsWith(mistaken)))('accepts %s', (file) => {
    expect(gcc([...strict, file])).toEqual([]);
  });

  test.each(filesIn(includes, '.h'))('accepts %s alone', (header) => {
    // A header read as the main file: the two warnings that racewalk.h switches off are switched off here.
    expect(
      gcc([
        ...strict,
        '-Wno-unused-parameter',
        '-Wno-sign-compare',
        '-x',
        'c',
        '-include',
        header,
        '/dev/null',
      ]),
    ).toEqual([]);
  });

  test('refuses the three mistakes', () => {
    const errors = gcc([...strict, folder(`files/${mistaken}`)]).filter((line) => line.includes(' error: '));
    expect(errors.map((line) => line.replace(/^.*?:(\d+):.*error: /, '$1: '))).toEqual([
      expect.stringMatching(/^12: .*lokced/),
      expect.stringMatching(/^13: .*flush_everything/),
      expect.stringMatching(/^21: .*pgae/),
    ]);
  });

  test.each([
    ['a scenario with an unknown verdict', 'THREAD(t) { }\nSCENARIO(s, HOLD);'],
    ['a role that does not exist', 'OPTION_FLAG(F, fixes, "text");'],
    ['a number outside its range', 'OPTION_INT(N, size, "text", 1, 4, 5);'],
    ['a claim about a thread that does not exist', 'THREAD(t) { }\nEVENTUALLY(u);'],
    ['a handler on a thread that does not exist', 'THREAD(t) { }\nINTERRUPT(i, u) { }'],
    ['a format that does not fit', 'THREAD(t) { CHECK(CPU == 0, "CPU %s", CPU); }'],
    ['an atomic operation on a plain variable', 'int v;\nTHREAD(t) { atomic_inc(&v); }'],
    ['a lock of another type', 'struct mutex m;\nTHREAD(t) { spin_lock(&m); }'],
  ])('refuses %s', (_what, text) => {
    expect(gcc(strict, text)).not.toEqual([]);
  });

  test('knows every function that racewalk knows', () => {
    const uses = primitiveNames.map(
      (name, at) => `#ifndef ${name}\nvoid *use${at} = (void *)${name};\n#endif`,
    );
    expect(gcc(['-fsyntax-only'], uses.join('\n'))).toEqual([]);
    expect(gcc(['-fsyntax-only'], 'void *use = (void *)atomic_dec_and_test_acquire;')).not.toEqual([]);
  });

  test('sees the option that the command line gives', () => {
    const text =
      'OPTION_INT(N, size, "text", 1, 4, 2);\n_Static_assert(N == 3, "");\nOPTION_FLAG(F, fix, "text");\n_Static_assert(F, "");';
    expect(gcc(strict, text)).not.toEqual([]);
    expect(gcc([...strict, '-DRW_SET_N=~,3', '-DRW_SET_F=~,true'], text)).toEqual([]);
  });
});
