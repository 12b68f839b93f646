#!/usr/bin/env node
/** Starts racewalk on a Node that runs TypeScript: this one, or the one that `npm ci` put beside the project. */
import module from 'node:module';
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const launcher = fileURLToPath(import.meta.url);
const installedNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (runsTypeScript(process.versions.node)) {
  endWithLauncher();
  module.enableCompileCache();
  await import('./main.ts');
} else if (existsSync(installedNode) && realpathSync(installedNode) !== process.execPath) {
  runAgainWith(installedNode);
} else {
  refuse(`this is Node ${process.versions.node}`);
}

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean}
 */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/**
 * Gives terminal, arguments and signals to a second process, and ends with its exit code.
 *
 * @param {string} node path of the other Node
 */
function runAgainWith(node) {
  const env = { ...process.env, RACEWALK_LAUNCHER: String(process.pid) };
  const child = spawn(node, [launcher, ...process.argv.slice(2)], { stdio: 'inherit', env });
  // Ctrl-C in a terminal reaches the child by itself; a second SIGINT from here would read as impatience.
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    refuse(`the installed Node does not start (${error.message})`);
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

/**
 * Ends this process when the one that started it has gone, be it by SIGKILL, of which nobody is told. A thread of its own
 * looks, since the main thread may be busy for long.
 */
function endWithLauncher() {
  const { RACEWALK_LAUNCHER: parent } = process.env;
  if (parent === undefined) return;
  delete process.env.RACEWALK_LAUNCHER;
  const look = `setInterval(() => {
    if (process.ppid !== ${Number(parent)}) process.kill(process.pid, 'SIGKILL');
  }, 200);`;
  new Worker(look, { eval: true }).unref();
}

/** @param {string} reason */
function refuse(reason) {
  console.error(
    `racewalk needs Node >= 22.18, and ${reason}: run "npm ci" in the project folder, which installs one.`,
  );
  process.exitCode = 2;
}
