/**
 * Law: an interrupt handler does to its CPU, and is seen by others, as a call of the function at some
 * point of the interrupted text, under every memory model.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { isStuck } from '../../checker/memory/arm64/space.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { moves } from '../../checker/interpreter/interpreter.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, runs } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { arm64Space } from '../memory/arm64-machine.ts';
import { protocol } from './protocol.ts';

const cell = fc.constantFrom('x', 'y');
/** Each reads into `$`, or stores. */
const statement = fc.oneof(
  cell.map((at) => `$ = READ_ONCE(${at});`),
  cell.map((at) => `$ = READ_ONCE(${at});`),
  fc.tuple(cell, fc.constantFrom(1, 2)).map(([at, value]) => `WRITE_ONCE(${at}, ${value});`),
  fc.tuple(cell, fc.constantFrom(1, 2)).map(([at, value]) => `WRITE_ONCE(${at}, ${value});`),
  cell.map((at) => `smp_store_release(&${at}, 3);`),
  cell.map((at) => `$ = smp_load_acquire(&${at});`),
  cell.map((at) => `$ = xchg_relaxed(&${at}, 2);`),
  cell.map((at) => `$ = cmpxchg(&${at}, 0, 1);`),
  cell.map((at) => `if ($ == 0) WRITE_ONCE(${at}, 1);`),
  fc.constantFrom('smp_mb();', 'smp_wmb();'),
);
const access = statement.filter((text) => !text.startsWith('smp_mb') && !text.startsWith('smp_wmb'));
const program = fc.record({
  host: fc.array(statement, { minLength: 2, maxLength: 2 }),
  handler: fc.array(access, { minLength: 1, maxLength: 2 }),
  other: fc.array(statement, { minLength: 2, maxLength: 3 }),
});

const into = (name: string, texts: readonly string[]) =>
  texts.map((text, at) => text.replaceAll('$', `${name}${at}`));

interface Texts {
  readonly host: readonly string[];
  readonly handler: readonly string[];
  readonly other: readonly string[];
}

const named = (name: string, texts: readonly string[]) =>
  `\tint ${texts.map((_, at) => `${name}${at} = 0`).join(', ')};\n`;
const kept = (name: string, texts: readonly string[]) =>
  texts.map((_, at) => `\tend_${name}${at} = ${name}${at};\n`).join('');

function file({ host, handler, other }: Texts, isInlined: boolean): string {
  const ghosts = [
    ...host.map((_, at) => `end_host${at}`),
    ...handler.map((_, at) => `end_tick${at}`),
    ...other.map((_, at) => `end_other${at}`),
  ];
  const lines = into('host', host);
  const points = isInlined
    ? [
        'int taken = 0;\n\tif (ANY(2)) { taken = 1; tick(NULL); }',
        ...lines.map((line, at) =>
          at === lines.length - 1
            ? `${line}\n\tif (!taken) tick(NULL);`
            : `${line}\n\tif (!taken && ANY(2)) { taken = 1; tick(NULL); }`,
        ),
      ]
    : lines;
  return `#include <racewalk.h>
int x, y;
GHOST int ${ghosts.join(', ')};
static void tick(void *info)
{
${named('tick', handler)}	${into('tick', handler).join('\n\t')}
${kept('tick', handler)}}
THREAD(host)
{
${named('host', host)}	${points.join('\n\t')}
${kept('host', host)}}
THREAD(other)
{
${named('other', other)}	${into('other', other).join('\n\t')}
${kept('other', other)}}
${isInlined ? '' : 'THREAD(sender) { smp_call_function_single(0, tick, NULL, 0); }'}
`;
}

/** Memory and results in the states in which nothing can happen any more; null: there are too many states. */
function endsOf(model: Model, memory: 'sc' | 'tso' | 'pso' | 'arm64'): ReadonlySet<string> | null {
  const names = Object.keys(model.shared).filter((name) => name.startsWith('end_') || /^[xy]$/.test(name));
  const told = (state: { readonly shared: Readonly<Record<string, unknown>> }) =>
    JSON.stringify(names.sort().map((name) => state.shared[name]));
  const rewritten = memoryModels[memory](model, defaultSettings);
  const system = transitionSystem(rewritten);
  const most = 40_000;
  if (memory === 'arm64') {
    const space = arm64Space(rewritten, new Set(), most);
    if (space === null) return null;
    const { program: machine } = space.machine;
    const ids = Array.from({ length: space.count }, (_, id) => id);
    const ends = ids.filter((id) =>
      isStuck(machine, space.machineState(id), space.machine.steps(space.machineState(id))),
    );
    return new Set(ends.map((id) => told(space.state(id))));
  }
  const space = explore(interpretedSpace(system), most);
  if (space === null) return null;
  const ids = Array.from({ length: space.count }, (_, id) => id);
  return new Set(
    ids.filter((id) => moves(system, space.state(id)).length === 0).map((id) => told(space.state(id))),
  );
}

test('a handler runs as a call at some point of its host', law, () => {
  const seen = { compared: 0, several: 0, tooMany: 0 };
  fc.assert(
    fc.property(program, (texts) => {
      const [handled, inlined] = [false, true].map((isInlined) => file(texts, isInlined));
      for (const memory of ['sc', 'tso', 'pso', 'arm64'] as const) {
        const [found, expected] = [handled, inlined].map((text) => endsOf(protocol(text!).build(), memory));
        if (found === null || expected === null) {
          seen.tooMany += 1;
          continue;
        }
        expect([memory, handled, [...found!].sort()]).toEqual([memory, handled, [...expected!].sort()]);
        seen.compared += 1;
        if (found!.size > 1) seen.several += 1;
      }
    }),
    { numRuns: runs(30, 6), seed: 2026 },
  );
  expect(seen.several, JSON.stringify(seen)).toBeGreaterThan(runs(30, 6));
});
