/**
 * Generated code that stores states with numbers for the values of their parts, and computes their words again.
 *
 * A batch is gathered as words, and the recent cache holds words. `compact` then overwrites each candidate that is left
 * by what is stored of it. It stops where a value has no number yet. `learn` numbers the values of a candidate; workers
 * that share the tables call it one at a time.
 */
import {
  block,
  call,
  choose,
  count,
  fence,
  get,
  getGlobal,
  giveBack,
  i32,
  i64,
  increment,
  jump,
  jumpIf,
  labelled,
  load,
  local,
  locals,
  loop,
  operation,
  scaled,
  sequence,
  set,
  store,
  type Wasm,
  type WasmFunction,
  type WasmLocal,
} from '../wasm/code.ts';
import {
  mostNumber,
  type BitRun,
  type CompactFormat,
  type CompactOptions,
  type Part,
  type RowField,
  type StoredPart,
} from '../layout/compact-format.ts';
import type { MemoryEmitter } from '../memory-map.ts';
import type { HashTableEmitter } from './hash-table.ts';
import { storeRow } from './row.ts';

/** Words of a state or of a stored one, by position. */
type WordLocals = readonly WasmLocal[];

/** Bits of a number in a slot, below its value. */
const numberBits = 16;
const multiplier = 0x9e3779b97f4a7c15n;
const maskOf = (bits: number) => (1n << BigInt(bits)) - 1n;

const and = (code: Wasm, bits: number): Wasm =>
  bits === 64 ? code : operation('i64.and', code, i64(maskOf(bits)));
const down = (code: Wasm, bits: number): Wasm => operation('i64.shr_u', code, i64(BigInt(bits)));
const up = (code: Wasm, bits: number): Wasm => operation('i64.shl', code, i64(BigInt(bits)));
const either = (all: Wasm, other: Wasm): Wasm => operation('i64.or', all, other);
const wrapped = (code: Wasm): Wasm => operation('i32.wrap_i64', code);
const widened = (code: Wasm): Wasm => operation('i64.extend_i32_u', code);

/** Code of the bits of a run; those at the upper end of a word need no mask. */
const bitsOf = ({ word, shift, bits }: BitRun, words: WordLocals): Wasm => {
  const moved = down(get(words[word]!), shift);
  return shift + bits === 64 ? moved : and(moved, bits);
};

/** Code of the value of a part. */
function valueOf({ runs }: Part, words: WordLocals): Wasm {
  let at = 0;
  const placed = runs.map((run) => {
    const code = up(bitsOf(run, words), at);
    at += run.bits;
    return code;
  });
  return placed.reduce(either);
}

/** Code of a field of a row. */
function fieldOf({ at, bits }: RowField, row: WordLocals): Wasm {
  const [word, shift] = [Math.floor(at / 64), at % 64];
  const low = down(get(row[word]!), shift);
  if (shift + bits < 64) return and(low, bits);
  return shift + bits === 64 ? low : and(either(low, up(get(row[word + 1]!), 64 - shift)), bits);
}

/** Code that sets a field of a row, whose bits are 0, to the value of a local. */
function setField({ at, bits }: RowField, row: WordLocals, value: WasmLocal): Wasm {
  const [word, shift] = [Math.floor(at / 64), at % 64];
  const add = (to: WasmLocal, code: Wasm) => set(to, either(get(to), code));
  const low = add(row[word]!, up(get(value), shift));
  return shift + bits <= 64 ? low : sequence(low, add(row[word + 1]!, down(get(value), 64 - shift)));
}

/** The bits of a part in one of its words. */
const maskIn = ({ runs }: Part, word: number): bigint =>
  runs
    .filter((run) => run.word === word)
    .reduce((mask, { shift, bits }) => mask | (maskOf(bits) << BigInt(shift)), 0n);

const wordLocals = (name: string, length: number): WordLocals =>
  Array.from({ length }, (_, word) => local('i64', `${name}${word}`));

const loadWords = (words: WordLocals, pointer: WasmLocal): readonly Wasm[] =>
  words.map((word, at) => set(word, load('i64', get(pointer), at * 8)));

const rowLocals = (name: string, { bytes }: CompactFormat): WordLocals =>
  wordLocals(name, Math.ceil(bytes / 8));

/** Emits the functions of compact states. */
export class CompactStatesEmitter {
  readonly #memory: MemoryEmitter;
  readonly #table: HashTableEmitter;
  readonly #format: CompactFormat;
  readonly #before: CompactFormat | null;
  readonly #words: WordLocals;
  readonly #row: WordLocals;

  constructor(table: HashTableEmitter, options: CompactOptions) {
    this.#memory = table.memory;
    this.#table = table;
    this.#format = options.format;
    this.#before = options.before;
    this.#words = wordLocals('word', table.memory.map.opened.bytes / 8);
    this.#row = rowLocals('row', options.format);
  }

  functions(): readonly WasmFunction[] {
    return [
      this.#compact(),
      this.#learnWords(),
      this.#learn(),
      ...(this.#before === null ? [this.#learnStored()] : []),
      this.#enterValues(),
      this.#convert(),
      this.#openState(),
      this.#open(),
    ];
  }

  #address(offset: number): number {
    return this.#memory.map.numbers.at + offset;
  }

  /** Code that sets `number` to that of a value, or to 0. */
  #find({ part, tables }: StoredPart, value: WasmLocal, number: WasmLocal): Wasm {
    const { numbers, slotBits } = tables!;
    if (slotBits === null)
      return set(number, load('i32', scaled(wrapped(get(value)), 4), this.#address(numbers)));
    const [slot, entry, wanted] = [local('i32', 'slot'), local('i64', 'entry'), local('i64', 'wanted')];
    return sequence(
      set(wanted, up(get(value), numberBits)),
      this.#probe({ part, tables } as StoredPart, value, { slot, entry, wanted }),
      set(number, operation('i32.and', wrapped(get(entry)), i32(2 ** numberBits - 1))),
    );
  }

  /** Code that moves `slot` to the first that is empty or has the value `wanted`, and sets `entry` to what it has. */
  #probe(
    { tables }: StoredPart,
    value: WasmLocal,
    {
      slot,
      entry,
      wanted,
    }: { readonly slot: WasmLocal; readonly entry: WasmLocal; readonly wanted: WasmLocal },
  ): Wasm {
    const { numbers, slotBits } = tables!;
    const [found, again] = [labelled('found'), labelled('again')];
    const hash = operation('i64.mul', get(value), i64(multiplier));
    const difference = operation('i64.xor', get(entry), get(wanted));
    return sequence(
      set(slot, wrapped(down(hash, 64 - slotBits!))),
      block(
        found,
        loop(
          again,
          set(entry, load('i64', scaled(get(slot), 8), this.#address(numbers))),
          jumpIf(found, operation('i64.lt_u', difference, i64(1n << BigInt(numberBits)))),
          jumpIf(found, operation('i64.eqz', get(entry))),
          set(slot, operation('i32.and', operation('i32.add', get(slot), i32(1)), i32(2 ** slotBits! - 1))),
          jump(again),
        ),
      ),
    );
  }

  /** Code that enters the number of a value that has none. */
  #enter(stored: StoredPart, value: WasmLocal, number: WasmLocal): Wasm {
    const { numbers, slotBits } = stored.tables!;
    if (slotBits === null)
      return store(get(number), 'i32', scaled(wrapped(get(value)), 4), this.#address(numbers));
    const [slot, entry, wanted] = [local('i32', 'slot'), local('i64', 'entry'), local('i64', 'wanted')];
    return sequence(
      set(wanted, up(get(value), numberBits)),
      this.#probe(stored, value, { slot, entry, wanted }),
      store(either(get(wanted), widened(get(number))), 'i64', scaled(get(slot), 8), this.#address(numbers)),
    );
  }

  /** Code of the address of the words of a value. */
  #valueAddress({ part }: StoredPart, number: Wasm): Wasm {
    return scaled(number, part.words.length * 8);
  }

  /** Code that sets `row` to what is stored of `words`, and `missing` to whether a value has no number. */
  #rowOf(words: WordLocals, row: WordLocals, missing: WasmLocal): readonly Wasm[] {
    const [value, number] = [local('i64', 'value'), local('i32', 'number')];
    const parts = this.#format.parts.map((stored) => {
      const { part, isNumbered, field } = stored;
      const numbered = () => [
        this.#find(stored, value, number),
        set(missing, operation('i32.or', get(missing), operation('i32.eqz', get(number)))),
        set(value, widened(get(number))),
      ];
      return sequence(
        set(value, valueOf(part, words)),
        ...(isNumbered ? numbered() : []),
        setField(field, row, value),
      );
    });
    return [set(missing, i32(0)), ...row.map((word) => set(word, i64(0n))), ...parts];
  }

  /** Code that overwrites a candidate by its row, which equals no stored one if a value has no number. */
  replace(pointer: WasmLocal): readonly Wasm[] {
    return [
      ...loadWords(this.#words, pointer),
      ...this.#rowOf(this.#words, this.#row, local('i32', 'missing')),
      ...this.#storeRow(pointer),
    ];
  }

  #storeRow(pointer: WasmLocal): readonly Wasm[] {
    return this.#row.map((word, nth) => store(get(word), 'i64', get(pointer), nth * 8));
  }

  /**
   * `compact(from)`: overwrites candidates by rows and computes their hashes; returns the first with a value without
   * number, or -1.
   */
  #compact(): WasmFunction {
    const { map } = this.#memory;
    const [from, at, total, pointer, missing] = locals('i32', 'from', 'at', 'total', 'pointer', 'missing');
    const each = [
      ...loadWords(this.#words, pointer),
      ...this.#rowOf(this.#words, this.#row, missing),
      choose(get(missing), [giveBack(get(at))]),
      ...this.#storeRow(pointer),
      this.#memory.store(this.#table.hash(pointer), 'i64', map.hashes, at),
      increment(pointer, map.candidateStride),
    ];
    const body = [
      this.#memory.open(),
      set(total, this.#memory.candidateNumber(getGlobal('cursor'))),
      set(pointer, this.#memory.entry(map.candidates, from, map.candidateStride)),
      count(at, get(from), get(total), each),
      i32(-1),
    ];
    return { name: 'compact', parameters: [from], result: 'i32', body, exported: true };
  }

  /** `learnWords(state)`: numbers the values in the words at an address; returns 0 if a part has no number left. */
  #learnWords(): WasmFunction {
    const [state, number, at] = locals('i32', 'state', 'number', 'at');
    const value = local('i64', 'value');
    const numbered = this.#format.parts.filter(({ isNumbered }) => isNumbered);
    const parts = numbered.map((stored) => {
      const { part, tables } = stored;
      const counted = load('i32', i32(this.#address(tables!.count)));
      const copies = part.words.map((word, nth) => {
        const own = operation('i64.and', get(this.#words[word]!), i64(maskIn(part, word)));
        return store(own, 'i64', get(at), this.#address(tables!.values) + nth * 8);
      });
      const learnt = [
        set(number, counted),
        choose(operation('i32.eq', get(number), i32(mostNumber(stored))), [giveBack(i32(0))]),
        increment(number),
        set(at, this.#valueAddress(stored, get(number))),
        ...copies,
        ...(this.#memory.isShared ? [fence] : []),
        this.#enter(stored, value, number),
        store(get(number), 'i32', i32(this.#address(tables!.count))),
      ];
      return sequence(
        set(value, valueOf(part, this.#words)),
        this.#find(stored, value, number),
        choose(operation('i32.eqz', get(number)), learnt),
      );
    });
    const body = [...loadWords(this.#words, state), ...parts, i32(1)];
    return { name: 'learnWords', parameters: [state], result: 'i32', body, exported: false };
  }

  /** `learn(at)`: numbers the values of a candidate; returns 0 if a part has no number left. */
  #learn(): WasmFunction {
    const { map } = this.#memory;
    const at = local('i32', 'at');
    const pointer = this.#memory.entry(map.candidates, at, map.candidateStride);
    const body = [this.#memory.open(), call('learnWords', pointer)];
    return { name: 'learn', parameters: [at], result: 'i32', body, exported: true };
  }

  /** `learnStored(from)`: numbers the values of the states, stored as words; returns the first without, or `count`. */
  #learnStored(): WasmFunction {
    const { map, addressType } = this.#memory;
    const [from, id, missing, opened] = locals('i32', 'from', 'id', 'missing', 'opened');
    const stored = local(addressType, 'stored');
    const stride = map.opened.bytes;
    const learning = [
      ...this.#words.map((word, at) => store(get(word), 'i64', get(opened), at * 8)),
      choose(operation('i32.eqz', call('learnWords', get(opened))), [giveBack(get(id))]),
    ];
    const each = [
      set(stored, this.#table.stateAddress(get(id), stride)),
      ...loadWords(this.#words, stored),
      ...this.#rowOf(this.#words, this.#row, missing),
      choose(get(missing), learning),
    ];
    const body = [
      this.#table.open(),
      set(opened, this.#memory.address(map.opened.at)),
      count(id, get(from), getGlobal('count'), each),
      get(id),
    ];
    return { name: 'learnStored', parameters: [from], result: 'i32', body, exported: true };
  }

  /** `enterValues()`: enters the numbers of all values. */
  #enterValues(): WasmFunction {
    const [number, at, total] = locals('i32', 'number', 'at', 'total');
    const value = local('i64', 'value');
    const parts = this.#format.parts
      .filter(({ isNumbered }) => isNumbered)
      .map((stored) => {
        const each = [
          set(at, this.#valueAddress(stored, get(number))),
          ...this.#loadValue(stored, at),
          set(value, valueOf(stored.part, this.#words)),
          this.#enter(stored, value, number),
        ];
        const end = operation('i32.add', load('i32', i32(this.#address(stored.tables!.count))), i32(1));
        return sequence(set(total, end), count(number, i32(1), get(total), each));
      });
    return { name: 'enterValues', parameters: [], result: null, body: parts, exported: true };
  }

  /** Code that sets the words of a part to those of a value; `at` is the offset of the value. */
  #loadValue({ part, tables }: StoredPart, at: WasmLocal): readonly Wasm[] {
    return part.words.map((word, nth) =>
      set(this.#words[word]!, load('i64', get(at), this.#address(tables!.values) + nth * 8)),
    );
  }

  /** `convert(from, to)`: stores the states `from` .. `to - 1`, up or down, in this format instead of that before. */
  #convert(): WasmFunction {
    const { map, addressType } = this.#memory;
    const before = this.#before;
    const [id, missing, step] = locals('i32', 'id', 'missing', 'step');
    const [from, to] = locals('i32', 'from', 'to');
    const [source, target] = locals(addressType, 'source', 'target');
    const old = before === null ? this.#words : rowLocals('old', before);
    const [again, done] = [labelled('again'), labelled('done')];
    const row = before === null ? this.#rowOf(this.#words, this.#row, missing) : this.#converted(before, old);
    const body = [
      this.#table.open(),
      set(id, get(from)),
      set(
        step,
        operation('i32.sub', operation('i32.mul', operation('i32.lt_s', get(from), get(to)), i32(2)), i32(1)),
      ),
      block(
        done,
        loop(
          again,
          jumpIf(done, operation('i32.eq', get(id), get(to))),
          set(source, this.#table.stateAddress(get(id), before?.bytes ?? map.opened.bytes)),
          ...loadWords(old, source),
          ...row,
          set(target, this.#table.stateAddress(get(id))),
          storeRow(this.#row, target, map.stride),
          set(id, operation('i32.add', get(id), get(step))),
          jump(again),
        ),
      ),
    ];
    return { name: 'convert', parameters: [from, to], result: null, body, exported: true };
  }

  /** Code that sets the words of a row to the same state as in `old`, a row in the format before. */
  #converted(before: CompactFormat, old: WordLocals): readonly Wasm[] {
    const [at, value] = [local('i32', 'at'), local('i64', 'value')];
    const parts = this.#format.parts.map((stored, nth) => {
      const { part, isNumbered, field } = stored;
      const last = before.parts[nth]!;
      const unnumbered = () => [
        set(at, this.#valueAddress(stored, wrapped(get(value)))),
        ...this.#loadValue(stored, at),
        set(value, valueOf(part, this.#words)),
      ];
      return sequence(
        set(value, fieldOf(last.field, old)),
        ...(last.isNumbered && !isNumbered ? unnumbered() : []),
        setField(field, this.#row, value),
      );
    });
    return [...this.#row.map((word) => set(word, i64(0n))), ...parts];
  }

  /** `openState(state)`: computes the words of the stored state at an address into `opened`. */
  #openState(): WasmFunction {
    const { map, addressType } = this.#memory;
    const state = local(addressType, 'state');
    const [opened, at] = locals('i32', 'opened', 'at');
    const value = local('i64', 'value');
    const add = (word: number, code: Wasm) => set(this.#words[word]!, either(get(this.#words[word]!), code));
    const parts = this.#format.parts.map((stored) => {
      const { part, isNumbered, field, tables } = stored;
      const kept = fieldOf(field, this.#row);
      if (isNumbered)
        return sequence(
          set(at, this.#valueAddress(stored, wrapped(kept))),
          ...part.words.map((word, nth) =>
            add(word, load('i64', get(at), this.#address(tables!.values) + nth * 8)),
          ),
        );
      let below = 0;
      const runs = part.runs.map(({ word, shift, bits }) => {
        const code = up(and(down(get(value), below), bits), shift);
        below += bits;
        return add(word, code);
      });
      return sequence(set(value, kept), ...runs);
    });
    const body = [
      set(opened, this.#memory.address(map.opened.at)),
      ...loadWords(this.#row, state),
      ...this.#words.map((word) => set(word, i64(0n))),
      ...parts,
      ...this.#words.map((word, nth) => store(get(word), 'i64', get(opened), nth * 8)),
    ];
    return { name: 'openState', parameters: [state], result: null, body, exported: false };
  }

  /** `open(id)`: computes the words of a stored state. */
  #open(): WasmFunction {
    const id = local('i32', 'id');
    const body = [this.#table.open(), call('openState', this.#table.stateAddress(get(id)))];
    return { name: 'open', parameters: [id], result: null, body, exported: true };
  }
}
