#!/usr/bin/env node
/** Starts racewalk on a Node that runs TypeScript: this one, or the one that `npm ci` put beside the project. */
import module from 'node:module';
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(import.meta.url);
const ownFolders = ['./', '../checker/', '../models/kernel/'].map(
  (path) => new URL(path, import.meta.url).href,
);
const installedNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

/**
 * Resolves the imports among racewalk's own files, which exist: Node would ask the file system four times for each.
 *
 * @type {import('node:module').RegisterHooksOptions}
 */
const ownImports = {
  resolve(specifier, context, nextResolve) {
    const { parentURL = '' } = context;
    if (!specifier.startsWith('.') || !ownFolders.some((folder) => parentURL.startsWith(folder)))
      return nextResolve(specifier, context);
    const { href } = new URL(specifier, parentURL);
    return { url: href, format: href.endsWith('.ts') ? 'module-typescript' : 'module', shortCircuit: true };
  },
};

if (runsTypeScript(process.versions.node)) {
  await endWithLauncher();
  module.enableCompileCache();
  module.registerHooks(ownImports);
  await import('./main.ts');
} else if (existsSync(installedNode) && realpathSync(installedNode) !== process.execPath) {
  await runAgainWith(installedNode);
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
async function runAgainWith(node) {
  const { spawn } = await import('node:child_process');
  const { constants } = await import('node:os');
  const { isatty } = await import('node:tty');
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
async function endWithLauncher() {
  const { RACEWALK_LAUNCHER: parent } = process.env;
  if (parent === undefined) return;
  delete process.env.RACEWALK_LAUNCHER;
  const { Worker } = await import('node:worker_threads');
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
