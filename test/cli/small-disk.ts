/** A file system with little room, in memory. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './run.ts';

function mount(directory: string, size: string): boolean {
  mkdirSync(directory, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory]).status === 0;
}

const unmount = (directory: string) => spawnSync('umount', [directory]);

/** Whether this process may mount: in most containers it may not. */
export const canMount = ((): boolean => {
  const directory = join(folder, 'mounted');
  const isMounted = mount(directory, '1M');
  if (isMounted) unmount(directory);
  return isMounted;
})();

/** Calls `work` with the directory of a file system of this size, such as '2M'. */
export async function onSmallDisk(
  name: string,
  size: string,
  work: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = join(folder, name);
  if (!mount(directory, size)) throw new Error(`cannot mount ${directory}`);
  try {
    await work(directory);
  } finally {
    unmount(directory);
  }
}
