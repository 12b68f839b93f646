/** The export to C: a program that explores one model, and a third implementation of the semantics. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Property } from '../../language/property.ts';
import { endsOf, initialStates } from '../../interpreter/interpreter.ts';
import { cellToC, toC, type CPlace } from './expression.ts';
import { cLayout, pack, type CLayout } from './layout.ts';
import { searchInC } from './search.ts';
import { copyToC, mostWays } from './step.ts';

/**
 * The model as a program in C, which explores all states and prints one JSON object: a verdict, the counts, and by
 * property how many states violate it. Its exit codes are those of racewalk.
 *
 * Throws  ModelError where arithmetic may have no result.
 */
export function toCProgram(system: TransitionSystem): string {
  const { sizes, code } = modelInC(system);
  return [...sizes, searchInC, ...code, kindsToC(system.model.properties), mainToC(system), ''].join('\n');
}

/**
 * The constants of a model, and its functions: `successors`, `is_stuck`, `look_at`, and the array of initial states.
 *
 * Throws  ModelError where arithmetic may have no result.
 */
export function modelInC(system: TransitionSystem): {
  readonly sizes: readonly string[];
  readonly code: readonly string[];
} {
  const layout = cLayout(system);
  const { threads, model } = system;
  const ends = endsOf(system);
  const place: CPlace = { layout, ends, thread: '', replica: -1, bound: [] };
  const copies = threads.flatMap((thread, at) =>
    Array.from({ length: thread.thread.cpus }, (_, replica) => {
      const name = `thread_${at}_copy_${replica}`;
      return { name, code: copyToC(name, thread, { ...place, thread: thread.thread.name, replica }) };
    }),
  );
  const sizes = {
    WORDS: layout.words,
    TRANSITIONS: system.transitions.length,
    PROPERTIES: model.properties.length,
    MOST_EDGES: threads.reduce((sum, thread) => sum + mostWays(thread), 0),
  };
  return {
    sizes: Object.entries(sizes).map(([name, value]) => `#define ${name} ${value}`),
    code: [
      ...copies.map((copy) => copy.code),
      'static State *successors(const State *from, State *out) {',
      ...copies.map(({ name }) => `out = ${name}(from, out);`),
      'return out;\n}',
      stuckToC(system, layout),
      'static void look_at(const State *state) {\nState t = *state; (void)t;',
      ...model.properties.map((property, at) => propertyToC(property, at, place)),
      '}',
      initialToC(system, layout),
    ],
  };
}

/** Nothing can happen: is some thread that must not wait for ever not at its end? */
function stuckToC(system: TransitionSystem, layout: CLayout): string {
  const waiting = system.threads.flatMap(({ thread, end }) =>
    thread.mayBlockForever
      ? []
      : layout.threads[thread.name]!.map(({ location }) => `${cellToC(location, 0)} != ${end}`),
  );
  return `static int is_stuck(const State *state) {\nState t = *state; (void)t;\nreturn ${['0', ...waiting].join(' || ')};\n}`;
}

/** As `verdict_of` reads them. */
function kindsToC(properties: readonly Property[]): string {
  const kinds = properties.map(({ kind, limit }) => (limit === true ? "'l'" : `'${kind.slice(0, 1)}'`));
  return `static const char property_kinds[PROPERTIES + 1] = {${[...kinds, '0'].join(', ')}};`;
}

function propertyToC({ kind, condition }: Property, at: number, place: CPlace): string {
  const holds = toC(condition, place);
  const look =
    kind === 'always'
      ? `if (!(${holds})) violated[${at}]++;`
      : `if (!reached[${at}] && (${holds})) reached[${at}] = 1;`;
  return `{ __label__ wrong, done;\n${look}\ngoto done;\nwrong: __attribute__((unused)); wrong_properties++;\ndone:; }`;
}

function initialToC(system: TransitionSystem, layout: CLayout): string {
  const states = initialStates(system).map((state) => {
    const words = pack(layout, state).map((word) => `UINT64_C(${word})`);
    return `{{${words.join(', ')}}}`;
  });
  return `static const State initial[${states.length}] = {${states.join(', ')}};`;
}

const mainToC = (system: TransitionSystem): string => `int main(int argc, char **argv) {
return run(initial, ${initialStates(system).length}, argc > 1 ? argv[1] : NULL);
}`;
