/** The machine and the tools that figures were measured with. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Tools } from './throughput.ts';

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memory: string;
  readonly node: string;
  readonly spin: string | null;
  readonly gcc: string | null;
  /** Processes that wanted to run, over the last minute: figures are the better the lower it is. */
  readonly load: number;
}

const firstLine = (command: string, flag: string) =>
  execFileSync(command, [flag], { encoding: 'utf8' }).split('\n', 1)[0]!.trim();

export const machineOf = (tools: Tools): Machine => ({
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
  spin: tools.spin ? firstLine('spin', '-V') : null,
  gcc: tools.gcc ? firstLine('gcc', '--version') : null,
  load: Math.round(loadavg()[0]! * 10) / 10,
});

export const describeMachine = ({ cores, processor, memory, node, spin, gcc, load }: Machine): string => {
  const tools = [named('Node', node), named('Spin', spin), named('gcc', gcc)].join(', ');
  return `${cores} cores of ${processor}, ${memory}, ${tools}; load ${load} at the start.`;
};

/** A tool with its version, which is the last number with a dot in what it prints of itself. */
const named = (tool: string, text: string | null): string =>
  text === null ? `no ${tool}` : `${tool} ${/\d+(?:\.\d+)+(?!.*\d\.\d)/.exec(text)?.[0] ?? text}`;
