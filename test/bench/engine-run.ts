/** Explores a model with the compiled engine, unreduced and on one core, and prints what it took: `engine-run.ts MODEL OPTIONS`. */
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { OptionValue } from '../../checker/language/option.ts';
import { noLimits } from '../../checker/search/check.ts';
import { compiledSpace } from '../../checker/engine/compiled-space.ts';
import { search } from '../../checker/search/breadth-first.ts';
import type { Measured } from './contender.ts';
import { definitionOf } from './subjects.ts';

const [name = '', options = '{}'] = process.argv.slice(2);
const system = transitionSystem(definitionOf(name).build(JSON.parse(options) as Record<string, OptionValue>));

const microseconds = 1e6;
const cpuBefore = process.cpuUsage();
const before = performance.now();
const { verdict, statistics } = search(system, compiledSpace(system), noLimits, 'compiled');
const elapsedSeconds = (performance.now() - before) / 1_000;
const cpu = process.cpuUsage(cpuBefore);

const measured: Measured = {
  states: statistics.states,
  transitions: statistics.transitions,
  bytes: statistics.bytes,
  findings: verdict === 'holds' || verdict === 'unreached' ? 0 : 1,
  cpuSeconds: (cpu.user + cpu.system) / microseconds,
  elapsedSeconds,
};
console.log(JSON.stringify(measured));
