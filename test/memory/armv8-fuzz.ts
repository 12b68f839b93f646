/** Compares `weak` with ARMv8 on many random programs: node test/memory/armv8-fuzz.ts PROGRAMS SEED */
import fc from 'fast-check';
import { runLitmus } from '../../checker/litmus/run.ts';
import { compared } from './against-armv8.ts';
import { program, sourceOf } from './litmus-program.ts';

const [programs = 300, seed = 1] = process.argv.slice(2).map(Number);
const seen = { programs: 0, several: 0, beyondSc: 0, tooStrong: 0, tooWeak: 0 };
for (const source of fc.sample(program.map(sourceOf), { numRuns: programs, seed })) {
  const { machine, tooStrong, tooWeak } = compared(source, 'weak', 'ldapr');
  seen.programs += 1;
  if (machine > 1) seen.several += 1;
  if (machine > runLitmus(source, 'sc').states.length) seen.beyondSc += 1;
  if (tooStrong.length > 0) seen.tooStrong += 1;
  if (tooWeak.length > 0) seen.tooWeak += 1;
  if (tooStrong.length + tooWeak.length > 0) console.log(source, { tooStrong, tooWeak });
}
console.log(seen);
