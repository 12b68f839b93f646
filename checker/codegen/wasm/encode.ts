/** Writes a WebAssembly module as bytes. Source: WebAssembly Core Specification 3.0, section 5, Binary Format. */
import { atomicOpcodes, opcodes, vectorOpcodes } from './opcodes.ts';
import {
  addressTypeOf,
  type Label,
  type WasmLocal,
  type WasmOperator,
  type StoredType,
  type ValueType,
  type VectorOperator,
  type Wasm,
  type WasmFunction,
  type WasmModule,
} from './code.ts';
import { localsOf } from './share-locals.ts';

export const pageBytes = 65_536;
/** Pages that addresses of 32 bits reach. */
export const mostPages = 65_536;
/** The most pages of a wide memory: V8 allows 16 GiB. */
export const mostStatesPages = 262_144;

type Bytes = number[];

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };
const [loadOps, storeOps] = [
  { i32: [0x28], i64: [0x29], v128: [0xfd, 0x00] },
  { i32: [0x36], i64: [0x37], v128: [0xfd, 0x0b], 'i64:8': [0x3c], 'i64:16': [0x3d], 'i64:32': [0x3e] },
] as const;
/** The alignment hint of an access, as a power of 2: a vector begins at any number of 32 bits. */
const alignments = { i32: 2, i64: 3, v128: 2, 'i64:8': 0, 'i64:16': 1, 'i64:32': 2 } as const;
const [blockOp, loopOp, ifOp, elseOp, endOp] = [0x02, 0x03, 0x04, 0x05, 0x0b] as const;
const noValue = 0x40;

export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const { functions, globals, fewLocals } = module;
  const numbers = new Map(functions.map(({ name }, at) => [name, at]));
  const exported = [
    ...functions.flatMap(({ name, exported: shown }, at) =>
      shown ? [[...text(name), 0x00, ...unsigned(at)]] : [],
    ),
    ...globals.map((name, at) => [...text(name), 0x03, ...unsigned(at)]),
  ];
  const sections = [
    section(1, functions.map(functionType)),
    section(2, importedMemories(module)),
    section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    section(
      6,
      globals.map(() => [typeCodes.i32, 0x01, 0x41, 0x00, endOp]),
    ),
    section(7, exported),
    section(
      10,
      functions.map((definition) =>
        sized(functionBody(definition, { functions: numbers, globals }, fewLocals)),
      ),
    ),
  ];
  return new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].concat(...sections));
}

function importedMemories({ shared, wide }: WasmModule): readonly Bytes[] {
  // The type of a shared memory has its largest size.
  const limits = (flags: number, most: number) =>
    shared ? [flags | 0x03, 0x00, ...unsigned(most)] : [flags, 0x00];
  const memory = [...text('racewalk'), ...text('memory'), 0x02, ...limits(0x00, mostPages)];
  const states = [...text('racewalk'), ...text('states'), 0x02, ...limits(0x04, mostStatesPages)];
  return wide ? [memory, states] : [memory];
}

// Arrays are joined by `concat`, which copies them whole.
const section = (id: number, items: readonly Bytes[]): Bytes => [id].concat(sized(vector(items)));
const vector = (items: readonly Bytes[]): Bytes => unsigned(items.length).concat(...items);
const sized = (bytes: Bytes): Bytes => unsigned(bytes.length).concat(bytes);
const text = (name: string): Bytes =>
  sized(Array.from({ length: name.length }, (_, at) => name.charCodeAt(at)));

function functionType({ parameters, result }: WasmFunction): Bytes {
  return [
    0x60,
    ...vector(parameters.map(({ type }) => [typeCodes[type]])),
    ...vector(result === null ? [] : [[typeCodes[result]]]),
  ];
}

function unsigned(value: number): Bytes {
  const bytes: Bytes = [];
  pushUnsigned(value, bytes);
  return bytes;
}

/** LEB128 */
function pushUnsigned(value: number, bytes: Bytes): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  bytes.push(left);
}

/** Signed LEB128, of 32 bits */
function pushSigned(value: number, bytes: Bytes): void {
  let left = value | 0;
  for (; left < -64 || left >= 64; left >>= 7) bytes.push((left & 127) | 128);
  bytes.push(left & 127);
}

/** Signed LEB128, of 64 bits */
function pushSigned64(value: bigint, bytes: Bytes): void {
  let left = value;
  for (; left < -64n || left >= 64n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left & 127n));
}

/** The context in which the body of a function is encoded. */
interface Writer {
  readonly bytes: Bytes;
  readonly locals: LocalNumbers;
  /** The enclosing labels, the innermost last; an `if` has one that no jump names. */
  readonly labels: (Label | null)[];
  readonly functions: ReadonlyMap<string, number>;
  readonly globals: readonly string[];
}

type Names = Pick<Writer, 'functions' | 'globals'>;

/** The number of each variable, and the types of the locals behind the parameters. */
interface LocalNumbers {
  readonly numbers: Map<WasmLocal, number>;
  readonly types: ValueType[];
}

const defaultFewLocals = 128;

function functionBody(code: WasmFunction, names: Names, fewLocals = defaultFewLocals): Bytes {
  const parameters = new Map(code.parameters.map((parameter, at) => [parameter, at]));
  const own: LocalNumbers = { numbers: parameters, types: [] };
  const body = bodyWith(own, code, names);
  return own.types.length <= fewLocals ? body : bodyWith(localsOf(code), code, names);
}

function bodyWith(locals: LocalNumbers, { body }: WasmFunction, names: Names): Bytes {
  const writer: Writer = { bytes: [], locals, labels: [], ...names };
  writeAll(body, writer);
  return vector(locals.types.map((type) => [0x01, typeCodes[type]])).concat(writer.bytes, endOp);
}

function write(code: Wasm, writer: Writer): void {
  const { bytes } = writer;
  switch (code.kind) {
    case 'i32':
      bytes.push(0x41);
      pushSigned(code.value, bytes);
      return;
    case 'i64':
      bytes.push(0x42);
      pushSigned64(code.value, bytes);
      return;
    case 'operation':
      writeAll(code.operands, writer);
      pushOperator(code.operator, bytes);
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
      bytes.push(0xfe, 0x03, 0x00);
      return;
    case 'call':
    case 'return':
      writeExit(code, writer);
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

function pushOperator(operator: WasmOperator, bytes: Bytes): void {
  if (operator in vectorOpcodes) {
    bytes.push(0xfd);
    pushUnsigned(vectorOpcodes[operator as VectorOperator], bytes);
  } else bytes.push(opcodes[operator as keyof typeof opcodes]);
}

type VariableOperation = Wasm & { kind: 'get' | 'set' | 'tee' | 'global.get' | 'global.set' };

const variableOps = { get: 0x20, set: 0x21, tee: 0x22, 'global.get': 0x23, 'global.set': 0x24 } as const;

function writeVariable(code: VariableOperation, writer: Writer): void {
  if ('value' in code) write(code.value, writer);
  const at = 'local' in code ? numberOf(code.local, writer.locals) : writer.globals.indexOf(code.name);
  writer.bytes.push(variableOps[code.kind]);
  pushUnsigned(at, writer.bytes);
}

/** The number of a variable; one without a number gets a local. */
function numberOf(variable: WasmLocal, { numbers, types }: LocalNumbers): number {
  const known = numbers.get(variable);
  if (known !== undefined) return known;
  numbers.set(variable, numbers.size);
  types.push(variable.type);
  return numbers.size - 1;
}

function writeAccess(code: Wasm & { kind: 'load' | 'store' | 'fill' | 'atomic' }, writer: Writer): void {
  const { bytes } = writer;
  write(code.address, writer);
  switch (code.kind) {
    case 'load':
      bytes.push(...loadOps[code.type]);
      pushPlace(code.type, code, bytes);
      return;
    case 'store':
      write(code.value, writer);
      bytes.push(...storeOps[code.type]);
      pushPlace(code.type, code, bytes);
      return;
    case 'atomic':
      writeAll(code.operands, writer);
      bytes.push(0xfe, atomicOpcodes[code.operator]);
      pushPlace('i32', code, bytes);
      return;
    case 'fill':
      bytes.push(0x41, 0x00);
      write(code.bytes, writer);
      bytes.push(0xfc, 0x0b, 0x00);
  }
}

/** Alignment, the memory where it is not the first, and the offset of an access to a number of this type. */
function pushPlace(
  type: StoredType,
  { address, offset }: { readonly address: Wasm; readonly offset: number },
  bytes: Bytes,
): void {
  const alignment = alignments[type];
  if (addressTypeOf(address) === 'i64') bytes.push(alignment | 0x40, 0x01);
  else bytes.push(alignment);
  pushUnsigned(offset, bytes);
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
      bytes.push(code.kind === 'block' ? blockOp : loopOp, noValue);
      writeInside(code.label, code.body, writer);
      bytes.push(endOp);
      return;
    case 'if':
      write(code.condition, writer);
      bytes.push(ifOp, code.result === null ? noValue : typeCodes[code.result]);
      writeInside(null, code.then, writer);
      if (code.otherwise.length > 0) bytes.push(elseOp);
      writeInside(null, code.otherwise, writer);
      bytes.push(endOp);
      return;
    case 'jump':
      bytes.push(0x0c);
      pushUnsigned(depthOf(code.label, writer), bytes);
      return;
    case 'jumpIf':
      write(code.condition, writer);
      bytes.push(0x0d);
      pushUnsigned(depthOf(code.label, writer), bytes);
      return;
    case 'jumpTable':
      write(code.index, writer);
      bytes.push(0x0e);
      pushUnsigned(code.labels.length, bytes);
      for (const label of [...code.labels, code.otherwise]) pushUnsigned(depthOf(label, writer), bytes);
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

/** Calls and returns. */
function writeExit(code: Wasm & { kind: 'call' | 'return' }, writer: Writer): void {
  const { bytes } = writer;
  if (code.kind === 'call') {
    writeAll(code.operands, writer);
    bytes.push(0x10);
    pushUnsigned(writer.functions.get(code.name)!, bytes);
  } else {
    if (code.value !== null) write(code.value, writer);
    bytes.push(0x0f);
  }
}

/** The number of blocks between a jump and its label. */
const depthOf = (label: Label, { labels }: Writer): number => labels.length - 1 - labels.lastIndexOf(label);
