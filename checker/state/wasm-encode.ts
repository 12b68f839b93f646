/** Writes a WebAssembly module as bytes. Source: WebAssembly Core Specification 3.0, section 5, Binary Format. */
import { mostPages, mostStatesPages } from './wasm-memory.ts';
import { atomicOpcodes, opcodes, vectorOpcodes } from './wasm-opcodes.ts';
import { addressTypeOf } from './wasm-code.ts';
import { localsOf } from './wasm-locals.ts';
import type {
  Label,
  Local,
  Operator,
  ValueType,
  VectorOperator,
  Wasm,
  WasmFunction,
  WasmModule,
} from './wasm-code.ts';

type Bytes = number[];

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };
const [loadOps, storeOps] = [
  { i32: [0x28], i64: [0x29], v128: [0xfd, 0x00] },
  { i32: [0x36], i64: [0x37], v128: [0xfd, 0x0b] },
] as const;
/** The alignment that is expected, as a power of 2: every vector begins at some number. */
const alignments = { i32: 2, i64: 3, v128: 2 } as const;
const [blockOp, loopOp, ifOp, elseOp, endOp] = [0x02, 0x03, 0x04, 0x05, 0x0b] as const;
const noValue = 0x40;

export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const { functions, globals } = module;
  const exported = [
    ...functions.flatMap(({ name, exported: shown }, at) =>
      shown ? [[...text(name), 0x00, ...unsigned(at)]] : [],
    ),
    ...globals.map((name, at) => [...text(name), 0x03, ...unsigned(at)]),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, functions.map(functionType)),
    ...section(2, importedMemories(module)),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(
      6,
      globals.map(() => [typeCodes.i32, 0x01, 0x41, 0x00, endOp]),
    ),
    ...section(7, exported),
    ...section(
      10,
      functions.map((definition) => sized(functionBody(definition, module))),
    ),
  ]);
}

function importedMemories({ shared, wide }: WasmModule): readonly Bytes[] {
  // Memory that is shared states its largest size.
  const limits = (flags: number, most: number) =>
    shared ? [flags | 0x03, 0x00, ...unsigned(most)] : [flags, 0x00];
  const memory = [...text('racewalk'), ...text('memory'), 0x02, ...limits(0x00, mostPages)];
  const states = [...text('racewalk'), ...text('states'), 0x02, ...limits(0x04, mostStatesPages)];
  return wide ? [memory, states] : [memory];
}

const section = (id: number, items: readonly Bytes[]): Bytes => [id, ...sized(vector(items))];
const vector = (items: readonly Bytes[]): Bytes => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Bytes): Bytes => [...unsigned(bytes.length), ...bytes];
const text = (name: string): Bytes =>
  sized(Array.from({ length: name.length }, (_, at) => name.charCodeAt(at)));

function functionType({ parameters, result }: WasmFunction): Bytes {
  return [
    0x60,
    ...vector(parameters.map(({ type }) => [typeCodes[type]])),
    ...vector(result === null ? [] : [[typeCodes[result]]]),
  ];
}

/** LEB128 */
function unsigned(value: number): Bytes {
  const bytes: Bytes = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 128);
  }
}

/** Signed LEB128 */
function signed(value: bigint): Bytes {
  const bytes: Bytes = [];
  for (let left = value; ; left >>= 7n) {
    if (left >= -64n && left < 64n) return [...bytes, Number(left & 127n)];
    bytes.push(Number(left & 127n) | 128);
  }
}

/** What the encoding of one function carries along. */
interface Writer {
  readonly bytes: Bytes;
  readonly locals: ReadonlyMap<Local, number>;
  /** The labels around, the innermost last; an `if` counts as one that nothing names. */
  readonly labels: (Label | null)[];
  readonly functions: ReadonlyMap<string, number>;
  readonly globals: readonly string[];
}

function functionBody(code: WasmFunction, { functions, globals }: WasmModule): Bytes {
  const { numbers, types } = localsOf(code);
  const writer: Writer = {
    bytes: [],
    locals: numbers,
    labels: [],
    functions: new Map(functions.map(({ name }, at) => [name, at])),
    globals,
  };
  writeAll(code.body, writer);
  return [...vector(types.map((type) => [0x01, typeCodes[type]])), ...writer.bytes, endOp];
}

function write(code: Wasm, writer: Writer): void {
  const { bytes } = writer;
  switch (code.kind) {
    case 'i32':
    case 'i64':
      push(bytes, code.kind === 'i32' ? 0x41 : 0x42, ...signed(BigInt(code.value)));
      return;
    case 'operation':
      writeAll(code.operands, writer);
      push(bytes, ...operatorBytes(code.operator));
      return;
    case 'get':
    case 'set':
    case 'tee':
    case 'global.get':
    case 'global.set':
      writeVariable(code, writer);
      return;
    case 'load':
    case 'store':
    case 'fill':
    case 'atomic':
      writeAccess(code, writer);
      return;
    case 'fence':
      push(bytes, 0xfe, 0x03, 0x00);
      return;
    case 'call':
      writeAll(code.operands, writer);
      push(bytes, 0x10, ...unsigned(writer.functions.get(code.name)!));
      return;
    case 'return':
      if (code.value !== null) write(code.value, writer);
      push(bytes, 0x0f);
      return;
    case 'sequence':
    case 'block':
    case 'loop':
    case 'if':
    case 'jump':
    case 'jumpIf':
    case 'jumpTable':
      writeControl(code, writer);
  }
}

const operatorBytes = (operator: Operator): Bytes =>
  operator in vectorOpcodes
    ? [0xfd, ...unsigned(vectorOpcodes[operator as VectorOperator])]
    : [opcodes[operator as keyof typeof opcodes]];

type Variable = Wasm & { kind: 'get' | 'set' | 'tee' | 'global.get' | 'global.set' };

const variableOps = { get: 0x20, set: 0x21, tee: 0x22, 'global.get': 0x23, 'global.set': 0x24 } as const;

function writeVariable(code: Variable, writer: Writer): void {
  if ('value' in code) write(code.value, writer);
  const at = 'local' in code ? writer.locals.get(code.local)! : writer.globals.indexOf(code.name);
  push(writer.bytes, variableOps[code.kind], ...unsigned(at));
}

function writeAccess(code: Wasm & { kind: 'load' | 'store' | 'fill' | 'atomic' }, writer: Writer): void {
  const { bytes } = writer;
  write(code.address, writer);
  switch (code.kind) {
    case 'load':
      push(bytes, ...loadOps[code.type], ...place(code.type, code));
      return;
    case 'store':
      write(code.value, writer);
      push(bytes, ...storeOps[code.type], ...place(code.type, code));
      return;
    case 'atomic':
      writeAll(code.operands, writer);
      push(bytes, 0xfe, atomicOpcodes[code.operator], ...place('i32', code));
      return;
    case 'fill':
      push(bytes, 0x41, 0x00);
      write(code.bytes, writer);
      push(bytes, 0xfc, 0x0b, 0x00);
  }
}

/** Alignment, the memory where it is not the first, and the offset of an access to a number of this type. */
function place(type: ValueType, { address, offset }: { address: Wasm; offset: number }): Bytes {
  const alignment = alignments[type];
  const memory = addressTypeOf(address) === 'i64' ? [alignment | 0x40, 0x01] : [alignment];
  return [...memory, ...unsigned(offset)];
}

type Control = Wasm & { kind: 'sequence' | 'block' | 'loop' | 'if' | 'jump' | 'jumpIf' | 'jumpTable' };

function writeControl(code: Control, writer: Writer): void {
  const { bytes } = writer;
  switch (code.kind) {
    case 'sequence':
      writeAll(code.parts, writer);
      return;
    case 'block':
    case 'loop':
      push(bytes, code.kind === 'block' ? blockOp : loopOp, noValue);
      writeInside(code.label, code.body, writer);
      push(bytes, endOp);
      return;
    case 'if':
      write(code.condition, writer);
      push(bytes, ifOp, code.result === null ? noValue : typeCodes[code.result]);
      writeInside(null, code.then, writer);
      if (code.otherwise.length > 0) push(bytes, elseOp);
      writeInside(null, code.otherwise, writer);
      push(bytes, endOp);
      return;
    case 'jump':
      push(bytes, 0x0c, ...depthOf(code.label, writer));
      return;
    case 'jumpIf':
      write(code.condition, writer);
      push(bytes, 0x0d, ...depthOf(code.label, writer));
      return;
    case 'jumpTable':
      write(code.index, writer);
      push(
        bytes,
        0x0e,
        ...vector(code.labels.map((label) => depthOf(label, writer))),
        ...depthOf(code.otherwise, writer),
      );
  }
}

function writeInside(label: Label | null, body: readonly Wasm[], writer: Writer): void {
  writer.labels.push(label);
  writeAll(body, writer);
  writer.labels.pop();
}

function writeAll(parts: readonly Wasm[], writer: Writer): void {
  for (const part of parts) write(part, writer);
}

function push(bytes: Bytes, ...more: readonly number[]): void {
  for (const byte of more) bytes.push(byte);
}

function depthOf(label: Label, { labels }: Writer): Bytes {
  return unsigned(labels.length - 1 - labels.lastIndexOf(label));
}
