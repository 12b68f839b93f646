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
  const edges = threads.reduce((sum, thread) => sum + mostWays(thread), 0);
  const sizes = {
    WORDS: layout.words,
    TRANSITIONS: system.transitions.length,
    PROPERTIES: model.properties.length,
  };
  return [
    ...Object.entries({ ...sizes, MOST_EDGES: edges }).map(([name, value]) => `#define ${name} ${value}`),
    searchInC,
    ...copies.map(({ code }) => code),
    'static State *successors(const State *from, State *out) {',
    ...copies.map(({ name }) => `out = ${name}(from, out);`),
    'return out;\n}',
    stuckToC(system, layout),
    'static void look_at(const State *state) {\nState t = *state;',
    ...model.properties.map((property, at) => propertyToC(property, at, place)),
    '}',
    kindsToC(model.properties),
    mainToC(system, layout),
    '',
  ].join('\n');
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

function mainToC(system: TransitionSystem, layout: CLayout): string {
  const initial = initialStates(system).map((state) => {
    const words = pack(layout, state).map((word) => `UINT64_C(${word})`);
    return `{{${words.join(', ')}}}`;
  });
  return `int main(int argc, char **argv) {
static const State initial[] = {${initial.join(', ')}};
return run(initial, ${initial.length}, argc > 1 ? argv[1] : NULL);
}`;
}
