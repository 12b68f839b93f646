/** Where a memory model and the axioms of ARMv8 let a litmus test end in different states. */
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import { parseLitmus } from '../../checker/litmus/parse.ts';
import { defaultLitmus, runLitmus } from '../../checker/litmus/run.ts';
import { armv8States } from './armv8.ts';
import type { Acquire } from './armv8-axioms.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

/**
 * `machine` is how many states the memory model has; `tooStrong` are those that it lacks, `tooWeak` those that ARMv8
 * forbids.
 */
export function compared(source: string, memory: MemoryModelName, acquire: Acquire) {
  const { states, observed } = runLitmus(source, memory, { ...defaultLitmus, acquire });
  const machine = new Set(states.map((row) => JSON.stringify(row)));
  const test = parseLitmus(source);
  const axioms = armv8States(test, { observed, acquire });
  return {
    machine: machine.size,
    tooStrong: [...axioms].filter((state) => !machine.has(state)),
    tooWeak: [...machine].filter((state) => !axioms.has(state)),
  };
}
