/** Writes a WebAssembly module as bytes. Source: WebAssembly Core Specification 3.0, section 5, Binary Format. */
import type { Label, Local, NumberType, Operator, Wasm, WasmFunction, WasmModule } from './wasm-code.ts';

type Bytes = number[];

const opcodes: Readonly<Record<Operator, number>> = {
  'i32.eqz': 0x45,
  'i32.eq': 0x46,
  'i32.ne': 0x47,
  'i32.lt_s': 0x48,
  'i32.lt_u': 0x49,
  'i32.gt_s': 0x4a,
  'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c,
  'i32.le_u': 0x4d,
  'i32.ge_s': 0x4e,
  'i32.ge_u': 0x4f,
  'i64.eqz': 0x50,
  'i64.eq': 0x51,
  'i64.ne': 0x52,
  'i64.lt_u': 0x54,
  'i32.add': 0x6a,
  'i32.sub': 0x6b,
  'i32.mul': 0x6c,
  'i32.div_u': 0x6e,
  'i32.and': 0x71,
  'i32.or': 0x72,
  'i32.xor': 0x73,
  'i32.shl': 0x74,
  'i32.shr_u': 0x76,
  'i64.add': 0x7c,
  'i64.sub': 0x7d,
  'i64.mul': 0x7e,
  'i64.and': 0x83,
  'i64.or': 0x84,
  'i64.xor': 0x85,
  'i64.shl': 0x86,
  'i64.shr_u': 0x88,
  'i32.wrap_i64': 0xa7,
  'i64.extend_i32_u': 0xad,
};

const typeCodes: Readonly<Record<NumberType, number>> = { i32: 0x7f, i64: 0x7e };
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
    ...section(2, [importedMemory(module)]),
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

function importedMemory({ sharedPages }: WasmModule): Bytes {
  const limits = sharedPages === null ? [0x00, 0x01] : [0x03, 0x01, ...unsigned(sharedPages)];
  return [...text('racewalk'), ...text('memory'), 0x02, ...limits];
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
  readonly locals: Map<Local, number>;
  /** The labels around, the innermost last; an `if` counts as one that nothing names. */
  readonly labels: (Label | null)[];
  readonly functions: ReadonlyMap<string, number>;
  readonly globals: readonly string[];
}

function functionBody({ parameters, body }: WasmFunction, { functions, globals }: WasmModule): Bytes {
  const writer: Writer = {
    bytes: [],
    locals: new Map(parameters.map((parameter, at) => [parameter, at])),
    labels: [],
    functions: new Map(functions.map(({ name }, at) => [name, at])),
    globals,
  };
  for (const part of body) write(part, writer);
  const own = [...writer.locals.keys()].slice(parameters.length);
  return [...vector(own.map(({ type }) => [0x01, typeCodes[type]])), ...writer.bytes, endOp];
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
      push(bytes, opcodes[code.operator]);
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
      writeAccess(code, writer);
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

type Variable = Wasm & { kind: 'get' | 'set' | 'tee' | 'global.get' | 'global.set' };

const variableOps = { get: 0x20, set: 0x21, tee: 0x22, 'global.get': 0x23, 'global.set': 0x24 } as const;

function writeVariable(code: Variable, writer: Writer): void {
  if ('value' in code) write(code.value, writer);
  const at = 'local' in code ? localIndex(code.local, writer) : writer.globals.indexOf(code.name);
  push(writer.bytes, variableOps[code.kind], ...unsigned(at));
}

function writeAccess(code: Wasm & { kind: 'load' | 'store' | 'fill' }, writer: Writer): void {
  const { bytes } = writer;
  write(code.address, writer);
  switch (code.kind) {
    case 'load':
      push(bytes, code.type === 'i32' ? 0x28 : 0x29, alignment(code.type), ...unsigned(code.offset));
      return;
    case 'store':
      write(code.value, writer);
      push(bytes, code.type === 'i32' ? 0x36 : 0x37, alignment(code.type), ...unsigned(code.offset));
      return;
    case 'fill':
      push(bytes, 0x41, 0x00);
      write(code.bytes, writer);
      push(bytes, 0xfc, 0x0b, 0x00);
  }
}

const alignment = (type: NumberType) => (type === 'i32' ? 2 : 3);

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

function localIndex(variable: Local, { locals }: Writer): number {
  const known = locals.get(variable) ?? locals.size;
  locals.set(variable, known);
  return known;
}
