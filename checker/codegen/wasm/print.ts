/** Prints generated code for readers: operators as in C, jumps by name. */
import type { WasmLocal, WasmOperator, Wasm, WasmFunction, WasmModule } from './code.ts';

const symbols: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div_s: '/',
  div_u: '/',
  rem_s: '%',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr_s: '>>',
  shr_u: '>>',
  eq: '==',
  ne: '!=',
  lt_s: '<',
  lt_u: '<',
  gt_s: '>',
  gt_u: '>',
  le_s: '<=',
  le_u: '<=',
  ge_s: '>=',
  ge_u: '>=',
};

/** Conversions, which are not printed. */
const silent: ReadonlySet<string> = new Set(['wrap_i64', 'extend_i32_s', 'extend_i32_u']);

/** The functions of a module, one after another. */
export function printModule({ functions, globals }: WasmModule): string {
  return [`globals ${globals.join(', ')}`, ...functions.map(printFunction)].join('\n\n');
}

export function printFunction({ name, parameters, result, body }: WasmFunction): string {
  const declared = (variable: WasmLocal) => `${variable.name}: ${variable.type}`;
  const type = result === null ? '' : `: ${result}`;
  return [`${name}(${parameters.map(declared).join(', ')})${type}`, ...indented(body)].join('\n');
}

const indented = (body: readonly Wasm[]): readonly string[] => body.flatMap(lines).map((line) => `  ${line}`);

/** The lines of a statement, those inside of it indented. */
function lines(code: Wasm): readonly string[] {
  switch (code.kind) {
    case 'sequence':
      return code.parts.flatMap(lines);
    case 'block':
      return [...code.body.flatMap(lines), `${code.label.name}:`];
    case 'loop':
      return [`${code.label.name}:`, ...indented(code.body)];
    case 'if':
      if (code.result !== null) return [expression(code)];
      return [
        `if ${expression(code.condition)}`,
        ...indented(code.then),
        ...(code.otherwise.length > 0 ? ['else', ...indented(code.otherwise)] : []),
      ];
    case 'fence':
      return ['fence'];
    case 'jump':
      return [`goto ${code.label.name}`];
    case 'jumpIf':
      return [`if ${expression(code.condition)} goto ${code.label.name}`];
    case 'jumpTable':
      return [
        `goto by ${expression(code.index)}: ${code.labels.map(({ name }, at) => `${at} ${name}`).join(', ')}, else ${code.otherwise.name}`,
      ];
    case 'i32':
    case 'i64':
    case 'operation':
    case 'get':
    case 'set':
    case 'tee':
    case 'global.get':
    case 'global.set':
    case 'load':
    case 'store':
    case 'fill':
    case 'atomic':
    case 'call':
    case 'return':
      return [expression(code)];
  }
}

function expression(code: Wasm): string {
  switch (code.kind) {
    case 'i32':
      return String(code.value);
    case 'i64':
      return `0x${BigInt.asUintN(64, code.value).toString(16)}`;
    case 'operation':
      return printOperation(code.operator, code.operands);
    case 'get':
      return code.local.name;
    case 'set':
      return `${code.local.name} = ${expression(code.value)}`;
    case 'tee':
      return `(${code.local.name} = ${expression(code.value)})`;
    case 'global.get':
      return code.name;
    case 'global.set':
      return `${code.name} = ${expression(code.value)}`;
    case 'load':
      return place(code);
    case 'store':
      return `${place(code)} = ${expression(code.value)}`;
    case 'fill':
      return `clear(${expression(code.address)}, ${expression(code.bytes)})`;
    case 'atomic':
      return `atomic.${code.operator}(${[place({ ...code, type: 'i32' }), ...code.operands.map(expression)].join(', ')})`;
    case 'call':
      return `${code.name}(${code.operands.map(expression).join(', ')})`;
    case 'return':
      return `return${code.value === null ? '' : ` ${expression(code.value)}`}`;
    case 'if':
      return `(${expression(code.condition)} ? ${inline(code.then)} : ${inline(code.otherwise)})`;
    case 'sequence':
      return inline(code.parts);
    case 'fence':
    case 'block':
    case 'loop':
    case 'jump':
    case 'jumpIf':
    case 'jumpTable':
      return `{ ${lines(code)
        .map((line) => line.trim())
        .join('; ')} }`;
  }
}

const inline = (parts: readonly Wasm[]): string =>
  parts.length === 1 ? expression(parts[0]!) : `{ ${parts.flatMap(lines).join('; ')} }`;

const place = ({ type, address, offset }: Pick<Wasm & { kind: 'store' }, 'type' | 'address' | 'offset'>) =>
  `${type}[${expression(address)}${offset === 0 ? '' : ` + ${offset}`}]`;

function printOperation(operator: WasmOperator, operands: readonly Wasm[]): string {
  const [left, right, condition] = operands.map(expression);
  if (operator === 'select') return `(${condition!} ? ${left!} : ${right!})`;
  const name = operator.slice(operator.indexOf('.') + 1);
  if (right !== undefined) return `(${left!} ${symbols[name] ?? name} ${right})`;
  if (name === 'eqz') return `!${left!}`;
  return silent.has(name) ? left! : `${name}(${left!})`;
}
