/** A Slurm cluster of one node, for root, with its own ports and without authentication. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Slurm {
  /** The variable by which Slurm's commands find the cluster. */
  readonly env: { readonly SLURM_CONF: string };
  readonly stop: () => void;
}

/** Starts controller and node; they write below `folder`. Throws  Error if the node is not ready in half a minute. */
export async function startSlurm(folder: string): Promise<Slurm> {
  const [host] = hostname().split('.');
  const at = join(folder, 'slurm');
  for (const name of ['state', 'spool']) mkdirSync(join(at, name), { recursive: true });
  const [controller, node] = [await freePort(), await freePort()];
  const env = { SLURM_CONF: join(at, 'slurm.conf') };
  writeFileSync(
    env.SLURM_CONF,
    [
      ...[`ClusterName=test`, `SlurmctldHost=${host}`, 'AuthType=auth/none', 'CredType=cred/none'],
      ...['SlurmUser=root', 'SlurmdUser=root', 'MpiDefault=none', 'ReturnToService=2'],
      ...[`StateSaveLocation=${at}/state`, `SlurmdSpoolDir=${at}/spool`],
      ...[`SlurmctldPidFile=${at}/controller.pid`, `SlurmdPidFile=${at}/node.pid`],
      ...[`SlurmctldPort=${controller}`, `SlurmdPort=${node}`],
      ...['ProctrackType=proctrack/linuxproc', 'TaskPlugin=task/none', 'SelectType=select/cons_tres'],
      // A node may have more tasks than cores here, or none would start on a machine with one.
      ...[`NodeName=${host} CPUs=2 State=UNKNOWN`, 'SlurmdParameters=config_overrides'],
      'PartitionName=all Nodes=ALL Default=YES State=UP',
    ].join('\n'),
  );
  const daemons = ['slurmctld', 'slurmd'].map((name) =>
    spawn(name, ['-D'], { env: { ...process.env, ...env }, stdio: 'ignore' }),
  );
  const stop = () => daemons.forEach((daemon) => daemon.kill());
  for (let tries = 0; tries < 60; tries++) {
    await sleep(500);
    const { stdout } = spawnSync('sinfo', ['--noheader', '--format=%t'], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    if (stdout.trim() === 'idle') return { env, stop };
  }
  stop();
  throw new Error(
    `Slurm is not ready:\n${execFileSync('sinfo', { encoding: 'utf8', env: { ...process.env, ...env } })}`,
  );
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
