/** Compares `arm64` with ARMv8 on many random programs: node test/memory/armv8-fuzz.ts PROGRAMS SEED [KIND,KIND...] */
import fc from 'fast-check';
import { runLitmus } from '../../checker/litmus/run.ts';
import { compared } from './against-armv8.ts';
import { kindsIn, programs, shapesIn, sourceOf, type Kind } from './litmus-program.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const [count = '300', seed = '1', frequent] = process.argv.slice(2);
const program = programs(frequent?.split(',') as Kind[] | undefined);
const seen = { programs: 0, several: 0, beyondSc: 0, tooStrong: 0, tooWeak: 0 };
const shapes: Record<string, number> = {};
for (const threads of fc.sample(program, { numRuns: Number(count), seed: Number(seed) })) {
  const source = sourceOf(threads);
  const { machine, tooStrong, tooWeak } = compared(source, 'arm64', 'ldapr');
  seen.programs += 1;
  if (machine > 1) seen.several += 1;
  if (machine > runLitmus(source, 'sc').states.length) seen.beyondSc += 1;
  if (tooStrong.length > 0) seen.tooStrong += 1;
  if (tooWeak.length > 0) seen.tooWeak += 1;
  for (const shape of [...kindsIn(threads), ...shapesIn(threads)]) shapes[shape] = (shapes[shape] ?? 0) + 1;
  if (tooStrong.length + tooWeak.length > 0) console.log(source, { tooStrong, tooWeak });
  if (seen.programs % 100 === 0) console.log(seen);
}
console.log(seen, shapes);
