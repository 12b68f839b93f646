/** The lock of a directory: one living process has it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDirectory } from '../../cli/disk/directory-lock.ts';

function folderWithLock(lock?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'racewalk-lock-'));
  if (lock !== undefined) writeFileSync(join(folder, 'lock'), lock);
  return folder;
}

const holderOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as { readonly pid: number; readonly began: unknown };

test('is held by this process until it is unlocked', () => {
  const folder = folderWithLock();
  const unlock = lockDirectory(folder);
  expect(holderOf(folder).pid).toBe(process.pid);
  unlock();
  expect(readdirSync(folder)).toEqual([]);
});

test('of another process that lives is respected, and taken over when it is dead', async () => {
  const other = spawn('sleep', ['60']);
  const folder = folderWithLock(JSON.stringify({ pid: other.pid, host: hostname() }));
  expect(() => lockDirectory(folder)).toThrow(`is held by process ${other.pid}: another search uses`);
  expect(holderOf(folder).pid).toBe(other.pid);
  other.kill('SIGKILL');
  await once(other, 'exit');
  lockDirectory(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

test.skipIf(!existsSync('/proc/self/stat'))(
  'of a process whose number another one has by now is stale',
  () => {
    const folder = folderWithLock(JSON.stringify({ pid: process.ppid, host: hostname(), began: '1' }));
    lockDirectory(folder);
    expect(holderOf(folder)).toMatchObject({
      pid: process.pid,
      began: expect.stringMatching(/^\d+$/) as string,
    });
  },
);

test.each([
  [
    'another machine',
    JSON.stringify({ pid: 1, host: 'elsewhere' }),
    'held by process 1 on elsewhere: remove it if',
  ],
  ['something else', 'once upon a time', 'is no lock of racewalk'],
  ['a number of its own', '{"pid":-1,"host":"x"}', 'is no lock of racewalk'],
])('of %s stays', (_, text, message) => {
  const folder = folderWithLock(text);
  expect(() => lockDirectory(folder)).toThrow(message);
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['lock']);
});
