/**
 * Generated code that makes packed states canonical: it sorts the records of interchangeable copies as unsigned
 * numbers.
 */
import type { Layout, Records } from '../layout/layout.ts';
import { cellAt } from '../layout/placement.ts';
import { inMemory, readPart, maskOf, type Words } from '../layout/cells.ts';
import type { MemoryEmitter } from '../memory-map.ts';
import { crossedForms, equalNeighbours } from './crossed-forms.ts';
import {
  block,
  choose,
  either,
  get,
  i32,
  i64,
  jumpIf,
  labelled,
  local,
  operation,
  sequence,
  set,
  type Label,
  type WasmLocal,
  type Wasm,
  type WasmFunction,
} from '../wasm/code.ts';

/** `canonical(state)`: sorts the records of each group in the state at an address of 32 bits; and what it calls. */
export function canonicalFunctions(
  { records, words }: Layout,
  memory: MemoryEmitter,
): readonly WasmFunction[] {
  const state = local('i32', 'state');
  const [alone, crossed] = [records.filter(isAlone), records.filter((group) => !isAlone(group))];
  const sorting = alone.map((group, at) => sortRecords(group, `group${at}`, inMemory(state)));
  if (crossed.length === 0)
    return [{ name: 'canonical', parameters: [state], result: null, body: sorting, exported: false }];
  return crossedForms({ all: records, crossed, state, sorting, words, memory });
}

/** Whether all that belongs to a record is in it: then sorting makes it unique. */
const isAlone = ({ columns }: Records) => columns.length === 0;

/** One record in locals, the most significant word first. */
type Taken = readonly WasmLocal[];

/**
 * Code that sorts the records in locals by insertion: most steps move one copy, so most records are compared with
 * their neighbour alone. It writes only if a record moves.
 */
function sortRecords(group: Records, name: string, words: Words): Wasm {
  const taken = Array.from({ length: group.cells }, (_, record) =>
    Array.from({ length: group.words }, (__, word) => local('i64', `${name}record${record}word${word}`)),
  );
  const moved = local('i32', `${name}moved`);
  const insertions = taken.slice(1).map((_, at) => insert(taken.slice(0, at + 2), moved));
  return sequence(
    ...taken.flatMap((record, at) => record.map((part, word) => set(part, readPart(group, at, word, words)))),
    set(moved, i32(0)),
    ...insertions,
    choose(get(moved), writeAll(group, taken, words)),
  );
}

/** Code that inserts the last record into the others, which are in order. */
function insert(records: readonly Taken[], moved: WasmLocal): Wasm {
  const placed: Label = labelled('placed');
  const steps = records
    .slice(1)
    .map((upper, at) => {
      const lower = records[at]!;
      const inOrder = operation('i32.eqz', isLess(upper, lower));
      return sequence(jumpIf(placed, inOrder), set(moved, i32(1)), exchange(lower, upper));
    })
    .toReversed();
  return block(placed, ...steps);
}

function isLess([left, ...lower]: Taken, [right, ...others]: Taken): Wasm {
  const less = operation('i64.lt_u', get(left!), get(right!));
  if (lower.length === 0) return less;
  const alike = operation('i64.eq', get(left!), get(right!));
  return either(alike, isLess(lower, others), less);
}

function exchange(left: Taken, right: Taken): Wasm {
  const parts = left.map((part, at) => {
    const kept = local('i64', 'kept');
    return sequence(set(kept, get(part)), set(part, get(right[at]!)), set(right[at]!, get(kept)));
  });
  return sequence(...parts);
}

/** Code of whether a replica's record equals the one before it, which then moves for both; 0 without records. */
export function equalsPrevious({ records }: Layout, thread: string, replica: number, words: Words): Wasm {
  const group = records.find(({ threads }) => threads.includes(thread));
  if (group === undefined || replica === 0) return i32(0);
  return equalNeighbours(group, replica - 1, words);
}

/** Code that writes all records back, each word once. */
function writeAll(group: Records, taken: readonly Taken[], words: Words): readonly Wasm[] {
  const parts = taken.flatMap((record, at) => {
    const { word, shift } = cellAt(group, at);
    return record.map((part, nth) => ({ part, word: word + nth, shift: BigInt(shift) }));
  });
  return [...new Set(parts.map(({ word }) => word))].map((word) => {
    const here = parts.filter((part) => part.word === word);
    const taken64 = here.reduce((bits, { shift }) => bits | (maskOf(group) << shift), 0n);
    const rest = operation('i64.and', words.read(word), i64(~taken64));
    return words.write(
      word,
      here.reduce(
        (sum, { part, shift }) => operation('i64.or', sum, operation('i64.shl', get(part), i64(shift))),
        rest,
      ),
    );
  });
}
