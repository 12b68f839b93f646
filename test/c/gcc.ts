/** gcc, which judges the C of protocols. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder that a protocol's `#include <...>` looks in. */
export const includes = fileURLToPath(new URL('../../checker/c/include', import.meta.url));

const found = spawnSync('gcc', ['--version']).status === 0;

/** Whether tests with gcc are skipped: it is not installed, and this is no run that must have it. */
export const withoutGcc = !found && process.env['CI'] === undefined;

/**
 * Runs gcc as GNU C11 with the shipped headers, on the files in `args` or on `text`, which follows `#include <racewalk.h>`.
 * Returns its messages, each `file:line:column: kind: text`; none if it succeeds in silence.
 */
export function gcc(args: readonly string[], text?: string): readonly string[] {
  const all = ['-std=gnu11', '-I', includes, ...args, ...(text === undefined ? [] : ['-x', 'c', '-'])];
  const input = text === undefined ? '' : `#include <racewalk.h>\n#line 1\n${text}\n`;
  const { status, stderr, error } = spawnSync('gcc', all, { encoding: 'utf8', input });
  if (error !== undefined) throw error;
  const messages = stderr.split('\n').filter((line) => /^[^:]+:\d+:\d+: (?:error|warning|note): /.test(line));
  if (status !== 0 && messages.length === 0) throw new Error(stderr);
  return messages;
}
