/** Generated C for one model: the limit to compare the engine with, and a third implementation of the semantics. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { Property } from '../../checker/language/property.ts';
import { endsOf, initialStates } from '../../checker/interpreter/interpreter.ts';
import { cellToC, toC, type NativePlace } from './native-expression.ts';
import { nativeLayout, pack, type NativeLayout } from './native-layout.ts';
import { copyToC, mostWays } from './native-step.ts';

/** What the generated program prints. */
export interface NativeRun {
  /** False when it stopped at its limit. */
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly deadlocks: number;
  /** Edges whose assertion fails, and edges on which a mistake of the author shows. */
  readonly failures: number;
  readonly mistakes: number;
  /** By transition: how often it fired. */
  readonly fired: readonly number[];
  /** By property: states that violate it, and whether it has been reached. */
  readonly violated: readonly number[];
  readonly reached: readonly number[];
  readonly wrongProperties: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
}

const runtime = fileURLToPath(new URL('native-search.h', import.meta.url));

/** The whole program. */
export function nativeProgram(system: TransitionSystem): string {
  const layout = nativeLayout(system);
  const { threads, model } = system;
  const ends = endsOf(system);
  const place: NativePlace = { layout, ends, thread: '', replica: -1, bound: [] };
  const copies = threads.flatMap((thread, at) =>
    Array.from({ length: thread.thread.cpus }, (_, replica) => {
      const name = `thread_${at}_copy_${replica}`;
      return { name, code: copyToC(name, thread, { ...place, thread: thread.thread.name, replica }) };
    }),
  );
  const edges = threads.reduce((sum, thread) => sum + mostWays(thread), 0);
  const sizes = {
    WORDS: layout.words,
    TRANSITIONS: system.transitions.length,
    PROPERTIES: model.properties.length,
  };
  return [
    ...Object.entries({ ...sizes, MOST_EDGES: edges }).map(([name, value]) => `#define ${name} ${value}`),
    `#include ${JSON.stringify(runtime)}`,
    ...copies.map(({ code }) => code),
    'static State *successors(const State *from, State *out) {',
    ...copies.map(({ name }) => `out = ${name}(from, out);`),
    'return out;\n}',
    stuckToC(system, layout),
    'static void look_at(const State *state) {\nState t = *state;',
    ...model.properties.map((property, at) => propertyToC(property, at, place)),
    '}',
    mainToC(system, layout),
    '',
  ].join('\n');
}

/** Nothing can happen: is some thread that must not wait for ever not at its end? */
function stuckToC(system: TransitionSystem, layout: NativeLayout): string {
  const waiting = system.threads.flatMap(({ thread, end }) =>
    thread.mayBlockForever
      ? []
      : layout.threads[thread.name]!.map(({ location }) => `${cellToC(location, 0)} != ${end}`),
  );
  return `static int is_stuck(const State *state) {\nState t = *state; (void)t;\nreturn ${['0', ...waiting].join(' || ')};\n}`;
}

function propertyToC({ kind, condition }: Property, at: number, place: NativePlace): string {
  const holds = toC(condition, place);
  const look =
    kind === 'always'
      ? `if (!(${holds})) violated[${at}]++;`
      : `if (!reached[${at}] && (${holds})) reached[${at}] = 1;`;
  return `{ __label__ wrong, done;\n${look}\ngoto done;\nwrong: __attribute__((unused)); wrong_properties++;\ndone:; }`;
}

function mainToC(system: TransitionSystem, layout: NativeLayout): string {
  const initial = initialStates(system).map((state) => {
    const words = pack(layout, state).map((word) => `UINT64_C(${word})`);
    return `{{${words.join(', ')}}}`;
  });
  return `int main(int argc, char **argv) {
static const State initial[] = {${initial.join(', ')}};
return run(initial, ${initial.length}, argc > 1 ? argv[1] : NULL);
}`;
}

/** Compiles the program of a model into a folder; returns the path of the executable. */
export function compileNative(
  system: TransitionSystem,
  folder: string,
  options: readonly string[] = ['-O3', '-march=native'],
): string {
  const [source, executable] = [join(folder, 'native.c'), join(folder, 'native')];
  writeFileSync(source, nativeProgram(system));
  execFileSync('gcc', ['-std=gnu17', '-w', ...options, '-o', executable, source, '-lm'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return executable;
}

/** Runs it to its end, or until it has more than `most` states. */
export function runNative(executable: string, most?: number): NativeRun {
  const limit = most === undefined ? [] : [String(most)];
  return JSON.parse(execFileSync(executable, limit, { encoding: 'utf8' })) as NativeRun;
}
