/**
 * Generated code of canonical states where a group has cells in the records of another, or of its own: whoever sorts
 * one changes the other, so that the least of some permutations is taken.
 */
import type { Records } from '../layout/layout.ts';
import { cellAt, type BitRange } from '../layout/placement.ts';
import { inMemory, maskOf, readPart, type Words } from '../layout/cells.ts';
import type { MemoryEmitter } from '../memory-map.ts';
import {
  block,
  bothOf,
  call,
  choose,
  get,
  i32,
  i64,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type Wasm,
  type WasmFunction,
  type WasmLocal,
} from '../wasm/code.ts';

export interface CrossedRecords {
  readonly all: readonly Records[];
  /** The groups with columns. */
  readonly crossed: readonly Records[];
  /** The parameter: the address of a state, of 32 bits. */
  readonly state: WasmLocal;
  /** Code that sorts the records of all other groups in the state. */
  readonly sorting: readonly Wasm[];
  /** 64-bit words of a state. */
  readonly words: number;
  readonly memory: MemoryEmitter;
}

/**
 * `canonical(state)` and what it calls: records of groups with columns are sorted by a key that no permutation changes,
 * then the other groups are sorted. Where records of equal keys differ, their permutations are tried.
 */
export function crossedForms(records: CrossedRecords): readonly WasmFunction[] {
  const { crossed } = records;
  return [
    canonical(records),
    consider(records),
    ...crossed.flatMap((group, at) => [...exchanges(group, at), ...equalities(group, at)]),
    ...crossed.flatMap((_, at) => permutations(records, at)),
  ];
}

/** By group with columns: bit `i` says whether records `i` and `i + 1` have equal keys. */
const tiesOf = (crossed: readonly Records[]) => crossed.map((_, at) => local('i64', `ties${at}`));

function canonical({ all, crossed, state, sorting, words, memory }: CrossedRecords): WasmFunction {
  const own = new Map(
    all.map((group, at) => [
      group,
      Array.from({ length: group.cells }, (_, record) => local('i64', `own${at}record${record}`)),
    ]),
  );
  const keys = crossed.map((group, at) =>
    Array.from({ length: group.cells }, (_, record) => local('i64', `key${at}record${record}`)),
  );
  const source = inMemory(state);
  const ties = tiesOf(crossed);
  const isOpen = local('i32', 'isOpen');
  const least = local('i32', 'least');
  const body = [
    ...[...own].flatMap(([group, mixed]) =>
      mixed.map((part, record) => set(part, ownPart(group, record, all, source))),
    ),
    ...crossed.flatMap((group, at) =>
      keys[at]!.map((key, record) => set(key, keyOf(group, record, own, source))),
    ),
    ...keys.map((some, at) => sortByKeys(some, at, state)),
    ...sorting,
    set(isOpen, i32(0)),
  ];
  const marking = keys.flatMap((some, at) => [
    set(ties[at]!, i64(0n)),
    ...some
      .slice(1)
      .map((key, pair) =>
        choose(operation('i64.eq', get(key), get(some[pair]!)), [
          set(ties[at]!, operation('i64.or', get(ties[at]!), i64(1n << BigInt(pair)))),
          choose(operation('i32.eqz', call(equalName(at, pair), get(state))), [set(isOpen, i32(1))]),
        ]),
      ),
  ]);
  const permuting = [
    set(least, memory.address(memory.map.least.at)),
    ...copyWords(state, least, words),
    visit(crossed, { at: 0, from: 0 }, [state, ...ties]),
    ...copyWords(least, state, words),
  ];
  return {
    name: 'canonical',
    parameters: [state],
    result: null,
    body: [...body, ...marking, choose(get(isOpen), permuting)],
    exported: false,
  };
}

/** Odd numbers whose products spread bits upwards. */
const spreading = [0x9e3779b97f4a7c15n, 0xd6e8feb86659fd93n] as const;

/** Code that mixes a number; equal results of different numbers cost time only. */
function mixed(value: Wasm, kept: WasmLocal): Wasm {
  return sequence(
    set(kept, operation('i64.mul', value, i64(spreading[0]))),
    operation('i64.xor', get(kept), operation('i64.shr_u', get(kept), i64(29n))),
  );
}

/** Code of a number of a record without the columns in it, which the permutations of other groups change. */
function ownPart(group: Records, record: number, all: readonly Records[], words: Words): Wasm {
  const place = cellAt(group, record);
  const inside = all
    .flatMap(({ columns }) => columns)
    .filter(({ thread, replica }) => group.threads.includes(thread) && replica === record)
    .flatMap(({ field }) =>
      Array.from({ length: field.length! }, (_, cell) => ({ ...cellAt(field, cell), mask: maskOf(field) })),
    );
  return Array.from({ length: group.words }, (_, part) => {
    const hidden = inside
      .filter(({ word }) => word === place.word + part)
      .reduce((bits, { shift, mask }) => bits | (mask << BigInt(shift - place.shift)), 0n);
    return operation('i64.and', readPart(group, record, part, words), i64(~hidden));
  }).reduce<Wasm>((sum, part) => mixed(operation('i64.xor', sum, part), local('i64', 'product')), i64(0n));
}

/** Code of the key of a record: of its own part, and of what each copy that may move has about it, in any order. */
function keyOf(
  group: Records,
  record: number,
  own: ReadonlyMap<Records, readonly WasmLocal[]>,
  words: Words,
): Wasm {
  const recordOf = (name: string) => [...own].find(([{ threads }]) => threads.includes(name))![1];
  return group.columns
    .map(({ field, thread, replica }) => {
      const cell = operation('i64.mul', readPart(field, record, 0, words), i64(spreading[1]));
      const owner = get(recordOf(thread)[replica]!);
      return mixed(operation('i64.xor', owner, cell), local('i64', 'product'));
    })
    .reduce<Wasm>((sum, part) => operation('i64.add', sum, part), get(own.get(group)![record]!));
}

/** Code that sorts the records of a group by their keys, by insertion. */
function sortByKeys(keys: readonly WasmLocal[], at: number, state: WasmLocal): Wasm {
  const insert = (record: number) => {
    const placed = labelled('placed');
    const steps = Array.from({ length: record }, (_, nth) => {
      const [lower, upper] = [keys[record - 1 - nth]!, keys[record - nth]!];
      const kept = local('i64', 'kept');
      return sequence(
        jumpIf(placed, operation('i32.eqz', operation('i64.lt_u', get(upper), get(lower)))),
        set(kept, get(lower)),
        set(lower, get(upper)),
        set(upper, get(kept)),
        call(exchangeName(at, record - 1 - nth), get(state)),
      );
    });
    return block(placed, ...steps);
  };
  return sequence(...keys.slice(1).map((_, before) => insert(before + 1)));
}

const exchangeName = (at: number, pair: number) => `exchange${at}pair${pair}`;
const equalName = (at: number, pair: number) => `equal${at}pair${pair}`;
const permuteName = (at: number, from: number) => `permute${at}from${from}`;

const pairsOf = ({ cells }: Records) => Array.from({ length: cells - 1 }, (_, pair) => pair);

/** `exchange…(state)`: two neighbours of a group change places, with all that belongs to them. */
function exchanges(group: Records, at: number): readonly WasmFunction[] {
  return pairsOf(group).map((pair) => {
    const state = local('i32', 'state');
    const words = inMemory(state);
    const parts = Array.from({ length: group.words }, (_, part) => exchangeCells(group, pair, part, words));
    const columns = group.columns.map(({ field }) => exchangeCells(field, pair, 0, words));
    const body = [...parts, ...columns].flat();
    return { name: exchangeName(at, pair), parameters: [state], result: null, body, exported: false };
  });
}

/** Code that exchanges one word of two neighbouring cells. */
function exchangeCells(
  cells: BitRange & { readonly bits: number },
  pair: number,
  part: number,
  words: Words,
): readonly Wasm[] {
  if (cells.bits === 0) return [];
  const both = local('i64', 'both');
  const flip = (cell: number) => {
    const { word, shift } = cellAt(cells, cell);
    const moved = operation('i64.shl', get(both), i64(BigInt(shift)));
    return words.write(word + part, operation('i64.xor', words.read(word + part), moved));
  };
  const [left, right] = [readPart(cells, pair, part, words), readPart(cells, pair + 1, part, words)];
  return [set(both, operation('i64.xor', left, right)), flip(pair), flip(pair + 1)];
}

/** `equal…(state)`: whether nothing changes where two neighbours change places. */
function equalities(group: Records, at: number): readonly WasmFunction[] {
  return pairsOf(group).map((pair) => {
    const state = local('i32', 'state');
    const body = [equalNeighbours(group, pair, inMemory(state))];
    return { name: equalName(at, pair), parameters: [state], result: 'i32', body, exported: false };
  });
}

/** Code of whether a record equals the next one, with all that belongs to each. */
export function equalNeighbours(group: Records, record: number, words: Words): Wasm {
  const isAlike = (cells: BitRange & { readonly bits: number }, part: number) =>
    operation('i64.eq', readPart(cells, record, part, words), readPart(cells, record + 1, part, words));
  return [
    ...Array.from({ length: group.words }, (_, part) => isAlike(group, part)),
    ...group.columns.map(({ field }) => isAlike(field, 0)),
  ].reduce(bothOf);
}

/** What is permuted next: the records of a group from this one on. */
interface Position {
  readonly at: number;
  readonly from: number;
}

/** Code that calls the next function: the permutations of further records, of the next group, or none are left. */
function visit(
  crossed: readonly Records[],
  { at, from }: Position,
  parameters: readonly [state: WasmLocal, ...ties: readonly WasmLocal[]],
): Wasm {
  const group = crossed[at];
  if (group === undefined) return call('consider', get(parameters[0]));
  if (from >= group.cells - 1) return visit(crossed, { at: at + 1, from: 0 }, parameters);
  return call(permuteName(at, from), ...parameters.map(get));
}

/**
 * `permute…(state, ties…)`: brings each record of the same key to a place, one of several equal ones, and permutes those
 * behind it; the records are then in their order again.
 */
function permutations({ crossed }: CrossedRecords, at: number): readonly WasmFunction[] {
  const group = crossed[at]!;
  return pairsOf(group).map((from) => {
    const state = local('i32', 'state');
    const ties = tiesOf(crossed);
    const done = labelled('done');
    const next = visit(crossed, { at, from: from + 1 }, [state, ...ties]);
    const others = pairsOf(group)
      .slice(from)
      .map((pair) => {
        const way = Array.from({ length: pair - from + 1 }, (_, nth) =>
          call(exchangeName(at, pair - nth), get(state)),
        );
        const bit = operation('i64.and', get(ties[at]!), i64(1n << BigInt(pair)));
        return sequence(
          jumpIf(done, operation('i64.eqz', bit)),
          choose(operation('i32.eqz', call(equalName(at, pair), get(state))), [
            ...way,
            next,
            ...way.toReversed(),
          ]),
        );
      });
    const body = [next, block(done, ...others)];
    return { name: permuteName(at, from), parameters: [state, ...ties], result: null, body, exported: false };
  });
}

/** `consider(state)`: sorts the other groups, and keeps the state if it is less than the least so far. */
function consider({ state, sorting, words, memory }: CrossedRecords): WasmFunction {
  const [isLess, done] = [labelled('isLess'), labelled('done')];
  const least = local('i32', 'least');
  const [own, other] = [local('i64', 'own'), local('i64', 'other')];
  const comparing = Array.from({ length: words }, (_, word) => [
    set(own, load('i64', get(state), word * 8)),
    set(other, load('i64', get(least), word * 8)),
    jumpIf(isLess, operation('i64.lt_u', get(own), get(other))),
    jumpIf(done, operation('i64.ne', get(own), get(other))),
  ]).flat();
  const body = [
    ...sorting,
    set(least, memory.address(memory.map.least.at)),
    block(done, block(isLess, ...comparing, jump(done)), ...copyWords(state, least, words)),
  ];
  return { name: 'consider', parameters: [state], result: null, body, exported: false };
}

/** Code that copies a state from one address to another. */
const copyWords = (from: WasmLocal, to: WasmLocal, words: number): readonly Wasm[] =>
  Array.from({ length: words }, (_, word) =>
    store(load('i64', get(from), word * 8), 'i64', get(to), word * 8),
  );
