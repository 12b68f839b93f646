/** A Dask cluster on the loopback interface: a scheduler and two workers of one thread each. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Cluster {
  /** The address of the scheduler. */
  readonly scheduler: string;
  readonly workers: readonly ChildProcess[];
  readonly close: () => void;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a process and waits until it has written `text`. */
function started(python: string, words: readonly string[], text: string): Promise<ChildProcess> {
  const child = spawn(python, words, {
    cwd: mkdtempSync(join(tmpdir(), 'racewalk-dask-')),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (part) => {
      said += String(part);
      if (said.includes(text)) resolve(child);
    });
    child.on('exit', () => reject(new Error(said)));
  });
}

export async function startCluster(python: string): Promise<Cluster> {
  const port = String(await freePort());
  const scheduler = `tcp://127.0.0.1:${port}`;
  const local = ['--host', '127.0.0.1', '--no-dashboard'];
  const scheduling = ['-m', 'distributed.cli.dask_scheduler', '--port', port, ...local];
  const working = ['-m', 'distributed.cli.dask_worker', scheduler, '--no-nanny', '--nthreads', '1', ...local];
  const first = await started(python, scheduling, 'Scheduler at:');
  const workers = await Promise.all([1, 2].map(() => started(python, working, 'Registered to:')));
  return {
    scheduler,
    workers,
    close: () => {
      for (const child of [...workers, first]) child.kill('SIGKILL');
    },
  };
}
