/** Law: a protocol in C allows what the litmus test of the same functions allows, wherever its memory lies. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { long } from '../depth.ts';
import { verdicts } from '../litmus/verdicts.ts';
import { protocol } from './protocol.ts';

const folder = fileURLToPath(new URL('../litmus/files/', import.meta.url));
const memories = ['sc', 'tso', 'pso', 'arm64'] as const;

interface Place {
  readonly declared: (cells: readonly string[]) => string;
  readonly address: (cell: string) => string;
  /** What each process executes first. */
  readonly begin: string;
}

const places: Readonly<Record<string, Place>> = {
  variables: {
    declared: (cells) => cells.map((cell) => `int ${cell};`).join('\n'),
    address: (cell) => `&${cell}`,
    begin: '',
  },
  'elements of arrays': {
    declared: (cells) => cells.map((cell) => `int ${cell}[2];`).join('\n'),
    address: (cell) => cell,
    begin: '',
  },
  'variables that are read plainly elsewhere': {
    declared: (cells) =>
      [
        ...['bool never;', ...cells.map((cell) => `int ${cell};`)],
        `THREAD(reader) { if (READ_ONCE(never)) { int sum = ${cells.join(' + ')}; } }`,
      ].join('\n'),
    address: (cell) => `&${cell}`,
    begin: '',
  },
  'members of a struct': {
    declared: (cells) => `struct cells { ${cells.map((cell) => `int ${cell};`).join(' ')} } all;`,
    address: (cell) => `&all.${cell}`,
    begin: '',
  },
  'members of an allocated object': {
    declared: (cells) =>
      [
        `struct cells { ${cells.map((cell) => `int ${cell};`).join(' ')} } *all;`,
        'POOL(struct cells, 1);',
        'bool ready;',
        'THREAD(allocation) { all = kmalloc(sizeof(*all), GFP_KERNEL);',
        ...cells.map((cell) => `all->${cell} = 0;`),
        'smp_store_release(&ready, true); }',
      ].join('\n'),
    address: (cell) => `&all->${cell}`,
    begin: 'WAIT_UNTIL(smp_load_acquire(&ready));',
  },
};

/** The litmus test as a protocol: its registers end in variables, of the proof or of memory. */
function inC(source: string, { declared, address, begin }: Place, kept: 'GHOST' | ''): string {
  const processes = [...source.matchAll(/^P(\d+)\(([^)]*)\) \{\n([^]*?)\n\}/gm)].map(
    ([, number, parameters, body]) => ({ number: number!, parameters: parameters!, body: body! }),
  );
  const cellsOf = (parameters: string) => [...parameters.matchAll(/\*(\w+)/g)].map(([, name]) => name!);
  const cells = [...new Set(processes.flatMap(({ parameters }) => cellsOf(parameters)))];
  const condition = /exists \((.*)\)/.exec(source)![1]!;
  const seen = [...condition.matchAll(/(\d+):(\w+)=/g)].map(([, number, register]) => ({ number, register }));
  const threads = processes.map(({ number, parameters, body }) => {
    const results = seen
      .filter((one) => one.number === number)
      .map(({ register }) => `result_${number}_${register} = ${register};`);
    const operands = cellsOf(parameters).map(address).join(', ');
    return [
      `static void P${number}(${parameters}) {\n${body}\n${results.join('\n')}\n}`,
      `THREAD(process_${number}) { ${begin} P${number}(${operands}); }`,
    ].join('\n');
  });
  const claim = condition
    .replaceAll(/(\d+):(\w+)=/g, 'result_$1_$2 == ')
    .replaceAll(/\b([a-z])=/g, (_, cell: string) => `*${address(cell)} == `)
    .replaceAll('/\\', '&&');
  return [
    '#include <racewalk.h>',
    declared(cells),
    ...seen.map(({ number, register }) => `${kept} int result_${number}_${register} = -1;`),
    ...threads,
    `FINALLY("forbidden", !(${claim}));`,
  ].join('\n');
}

const names = readdirSync(folder).map((name) => name.replace('.litmus', ''));
/** A pointer moves in an array alone, and an atomic operation has a type of its own. */
const isRead = (name: string, place: string) =>
  name.includes('addr') ? place === 'elements of arrays' : name !== 'SB+inc_return';
const cases = names.flatMap((name) =>
  Object.keys(places)
    .filter((place) => isRead(name, place))
    .flatMap((place) => (['GHOST', ''] as const).map((kept) => [name, place, kept] as const)),
);

function agrees(name: string, place: string, kept: 'GHOST' | ''): void {
  const source = readFileSync(`${folder}${name}.litmus`, 'utf8');
  const text = inC(source, places[place]!, kept);
  const model = withMemoryOption(protocol(text));
  const found = memories.map((memory) => {
    const { verdict } = check(model.build({ memory })).outcome;
    return verdict === 'violated' ? 'A' : verdict === 'holds' ? '-' : verdict;
  });
  expect(found.join(' ')).toBe(verdicts[name]);
}

const isQuick = (_: unknown, at: number) => at % 12 === 0;

test.each(cases.filter(isQuick))('%s, in %s, %s results', agrees);
test.each(cases.filter((one, at) => !isQuick(one, at)))('%s, in %s, %s results', long, agrees);
