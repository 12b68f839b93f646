/** Reads types and declarators. */
import { builtinTypes } from './builtin-types.ts';
import { constantOf, type Constant } from './constant.ts';
import type { Node } from './parser.ts';
import { typeOfWord, unnamedBits } from './rewrite-keywords.ts';
import { attempt, declaring, fail, type Mistakes, type Place } from './source.ts';
import type { Expression, Statement } from './syntax.ts';
import { typeOf } from './type-of.ts';
import {
  boolType,
  integerType,
  intType,
  isScalar,
  placeBehind,
  pointerTo,
  printType,
  promoted,
  sizeOfType,
  voidType,
  widthOf,
  type EnumType,
  type Field,
  type Parameter,
  type StructType,
  type Type,
} from './types.ts';

/** The names of a file while it is read. */
export interface Reading {
  readonly mistakes: Mistakes;
  readonly placeOf: (node: Node) => Place;
  readonly structs: Map<string, StructType>;
  readonly enums: Map<string, EnumType>;
  readonly typedefs: Map<string, Type>;
  /** Enumerators and options. */
  readonly constants: Map<string, Constant>;
  /** The types of variables and functions by name, outermost scope first. */
  readonly scopes: Map<string, Type>[];
  /** Types contain expressions, expressions contain types, and GNU's `({ })` contains statements. */
  readonly readers: Readers;
}

interface Readers {
  readonly expression: (reading: Reading, node: Node) => Expression;
  readonly statements: (reading: Reading, node: Node) => readonly Statement[];
}

export const startReading = (mistakes: Mistakes, placeOf: Reading['placeOf'], readers: Readers): Reading => ({
  mistakes,
  placeOf,
  readers,
  scopes: [new Map([['CPU', intType]])],
  ...builtinTypes(),
});

/** Reads what has names of its own. */
export function inScope<T>(reading: Reading, read: () => T): T {
  const { scopes } = reading;
  const { length } = scopes;
  scopes.push(new Map());
  try {
    return read();
  } finally {
    scopes.length = length;
  }
}

/** From here on the name is that of a variable or function of this type. */
export const declare = ({ scopes }: Reading, name: string, type: Type): void =>
  void scopes.at(-1)!.set(name, type);

/** The type of an expression; null: it is unknown. */
export const typeIn = ({ scopes, constants, typedefs }: Reading, expression: Expression): Type | null =>
  typeOf(
    expression,
    (name) => scopes.findLast((scope) => scope.has(name))?.get(name) ?? constants.get(name)?.type ?? null,
    typedefs,
  );

/** The named children of a node that mean something. */
export const partsOf = (node: Node): readonly Node[] =>
  node.namedChildren.filter(({ type }) => type !== 'comment');

/** A child that the grammar guarantees, or a mistake that the parser has reported. */
export function part(reading: Reading, node: Node, field: string): Node {
  const child = node.childForFieldName(field);
  return child ?? fail(reading.mistakes, reading.placeOf(node), 'this is not C that racewalk reads');
}

/** The constant value of an expression such as the length of an array. */
export function constantIn(reading: Reading, node: Node, what: string): bigint {
  const constant = constantOf(
    reading.readers.expression(reading, node),
    (name) => reading.constants.get(name) ?? null,
  );
  return constant?.value ?? fail(reading.mistakes, reading.placeOf(node), `${what} must be a constant`);
}

/** The type before the declarators of a declaration. */
export function readBaseType(reading: Reading, declaration: Node): Type {
  const type = part(reading, declaration, 'type');
  return type.text === typeOfWord ? readTypeOf(reading, declaration) : readType(reading, type);
}

/** `typeof(x)` of an expression or a type. */
function readTypeOf(reading: Reading, declaration: Node): Type {
  const [inner] = declaration.descendantsOfType('alignas_qualifier').flatMap(partsOf);
  if (inner === undefined) return fail(reading.mistakes, reading.placeOf(declaration), 'typeof of nothing');
  if (inner.type === 'type_descriptor') return readTypeName(reading, inner);
  const named = reading.typedefs.get(inner.text);
  return (
    named ??
    typeIn(reading, reading.readers.expression(reading, inner)) ??
    fail(
      reading.mistakes,
      reading.placeOf(inner),
      'racewalk does not know the type of this expression: write the type',
    )
  );
}

/** A type; declares the struct or enum that stands there. */
export function readType(reading: Reading, node: Node): Type {
  const place = reading.placeOf(node);
  switch (node.type) {
    case 'struct_specifier':
    case 'union_specifier':
      return readStruct(reading, node);
    case 'enum_specifier':
      return readEnum(reading, node);
    case 'primitive_type':
    case 'sized_type_specifier':
    case 'type_identifier': {
      const named = reading.typedefs.get(node.text);
      const type = named ?? arithmeticType(node.text);
      if (type !== null) return type;
      checkKernelName(reading, node.text, place);
      const why = /float|double/.test(node.text)
        ? 'racewalk reads no floating point'
        : `unknown type '${node.text}'`;
      // Every use of a type is one mistake.
      return declaring(
        () => [node.text],
        () => fail(reading.mistakes, place, why, node.text),
      );
    }
    case 'macro_type_specifier':
      return fail(reading.mistakes, place, `racewalk does not read ${node.text}`);
    default:
      return fail(reading.mistakes, place, `racewalk does not read this type`);
  }
}

const c11 =
  /^(?:_Atomic|memory_order\w*|atomic_(?:int|uint|long|bool|char|short|flag)|atomic_\w+_explicit|atomic_thread_fence)$/;

/** Fails for a name of C11's atomics, which the kernel does not use. */
export function checkKernelName({ mistakes }: Reading, name: string, place: Place): void {
  if (c11.test(name)) fail(mistakes, place, `'${name}' is C11, and not the kernel's C`);
}

/** The type of words such as `unsigned long int`; null: none. */
function arithmeticType(text: string): Type | null {
  const words = text.split(/\s+/).filter((word) => word !== 'int' && word !== 'const');
  const rest = words.filter((word) => word !== 'unsigned' && word !== 'signed');
  const signed = !words.includes('unsigned');
  switch (rest.join(' ')) {
    case '':
      return integerType(32, signed);
    case 'char':
      return integerType(8, signed);
    case 'short':
      return integerType(16, signed);
    case 'long':
    case 'long long':
      return integerType(64, signed);
    case 'bool':
    case '_Bool':
      return boolType;
    case 'void':
      return voidType;
    default:
      return null;
  }
}

let anonymous = 0;

function readStruct(reading: Reading, node: Node): Type {
  const tag = node.childForFieldName('name')?.text ?? `(anonymous ${(anonymous += 1)})`;
  const known = reading.structs.get(tag);
  const isUnion = node.type === 'union_specifier';
  const struct: StructType = known ?? { kind: 'struct', tag, isUnion, fields: [], parts: [], defined: false };
  reading.structs.set(tag, struct);
  const body = node.childForFieldName('body');
  if (body === null) return struct;
  if (struct.defined) return fail(reading.mistakes, reading.placeOf(node), `struct ${tag} is defined twice`);
  struct.defined = true;
  let [end, run] = [0, (runs += 1)];
  for (const node of partsOf(body)) {
    if (node.type !== 'field_declaration') continue;
    const members = attempt(() =>
      declaring(
        () => declaredNames(node),
        () => readMembers(reading, node, struct),
      ),
    );
    for (const { name, type, bits } of members ?? []) {
      const at = placeBehind(isUnion ? 0 : end, type, bits);
      end = at + widthOf({ type, bits });
      // What is no bit-field, or none of no bits, ends a run; so does a member of a union.
      if (bits === null || bits === 0 || isUnion) run = runs += 1;
      if (name !== '') {
        struct.fields.push({ name, type, bits, at, run: bits === null ? null : run });
        struct.parts.push(name);
      } else if (type.kind === 'struct') {
        // The members of an anonymous struct are members of the struct around it.
        struct.fields.push(...type.fields.map((field) => ({ ...field, at: at + field.at })));
        struct.parts.push(type);
      }
    }
  }
  return struct;
}

/** Runs of bit-fields have different numbers. */
let runs = 0;

type Member = Pick<Field, 'name' | 'type' | 'bits'>;

function readMembers(reading: Reading, node: Node, around: StructType): readonly Member[] {
  const base = readBaseType(reading, node);
  const declarators = node.childrenForFieldName('declarator');
  const widths = partsOf(node).filter(({ type }) => type === 'bitfield_clause');
  const bitsOf = (clause: Node, type: Type): number => {
    const bits = Number(constantIn(reading, partsOf(clause)[0]!, 'the width of a bit-field'));
    const most = type.kind === 'bool' ? 1 : 8 * sizeOfType(type);
    const isFine = isScalar(type) && type.kind !== 'pointer' && bits >= 0 && bits <= most;
    return isFine
      ? bits
      : fail(
          reading.mistakes,
          reading.placeOf(clause),
          `a bit-field of ${printType(type)} has 0 to ${most} bits`,
        );
  };
  if (declarators.length === 0) return base.kind === 'struct' ? [{ name: '', type: base, bits: null }] : [];
  return declarators.map((declarator) => {
    const { name, place, type } = readDeclarator(reading, declarator, base);
    let element = type;
    while (element.kind === 'array') element = element.of;
    if (element.kind === 'struct' && (element === around || !element.defined))
      return fail(reading.mistakes, place, `struct ${element.tag} is not complete here`, element.tag);
    if (element.kind === 'function')
      return fail(reading.mistakes, place, `'${name}' is a function, and a member can only point to one`);
    const clause = widths.find(({ startIndex }) => startIndex === nextStart(declarator));
    const bits = clause === undefined ? null : bitsOf(clause, type);
    if (bits === 0 && name !== unnamedBits)
      return fail(reading.mistakes, place, 'a bit-field of no bits has no name');
    return { name: name === unnamedBits ? '' : name, type, bits };
  });
}

const nextStart = (node: Node) => node.nextSibling?.startIndex ?? -1;

function readEnum(reading: Reading, node: Node): Type {
  const tag = node.childForFieldName('name')?.text ?? `(anonymous ${(anonymous += 1)})`;
  const type: EnumType = reading.enums.get(tag) ?? { kind: 'enum', tag, members: new Map() };
  reading.enums.set(tag, type);
  let next = 0n;
  for (const member of partsOf(node.childForFieldName('body') ?? node)) {
    if (member.type !== 'enumerator') continue;
    const value = member.childForFieldName('value');
    if (value !== null)
      next = attempt(() => constantIn(reading, value, 'the value of an enumerator')) ?? next;
    const name = part(reading, member, 'name').text;
    type.members.set(name, next);
    reading.constants.set(name, { value: next, type: intType });
    next += 1n;
  }
  return tag.startsWith('(') ? promoted(type) : type;
}

/** The names that the declarators of a declaration declare. */
export const declaredNames = (declaration: Node): readonly string[] =>
  declaration.childrenForFieldName('declarator').flatMap((declarator) => {
    let node: Node | null = declarator;
    for (;;) {
      const inner: Node | null =
        node.childForFieldName('declarator') ??
        (node.type.endsWith('declarator') ? (partsOf(node)[0] ?? null) : null);
      if (inner === null) return node.type.endsWith('identifier') ? [node.text] : [];
      node = inner;
    }
  });

/** What a declarator declares. */
export interface Declarator {
  readonly name: string;
  readonly place: Place;
  readonly type: Type;
  readonly initial: Node | null;
}

/** A declarator of `base`, such as `*page[4] = { ... }`. */
export function readDeclarator(reading: Reading, declarator: Node, base: Type): Declarator {
  let [node, type, initial]: [Node, Type, Node | null] = [declarator, base, null];
  for (;;) {
    switch (node.type) {
      case 'init_declarator':
        initial = node.childForFieldName('value');
        node = part(reading, node, 'declarator');
        break;
      case 'pointer_declarator':
      case 'abstract_pointer_declarator': {
        type = pointerTo(type);
        const inner = node.childForFieldName('declarator');
        if (inner === null) return { name: '', place: reading.placeOf(node), type, initial };
        node = inner;
        break;
      }
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const size = node.childForFieldName('size');
        const length =
          size === null
            ? lengthOf(reading, initial, node)
            : Number(constantIn(reading, size, 'the length of an array'));
        if (length < 1 || length > 65_536)
          fail(
            reading.mistakes,
            reading.placeOf(node),
            `an array needs 1 to 65536 elements, and this has ${length}`,
          );
        type = { kind: 'array', of: type, length };
        const inner = node.childForFieldName('declarator');
        if (inner === null) return { name: '', place: reading.placeOf(node), type, initial };
        node = inner;
        break;
      }
      case 'function_declarator':
      case 'abstract_function_declarator': {
        type = {
          kind: 'function',
          returns: type,
          parameters: readParameters(reading, part(reading, node, 'parameters')),
        };
        node = part(reading, node, 'declarator');
        break;
      }
      case 'parenthesized_declarator':
      case 'abstract_parenthesized_declarator':
        node = partsOf(node)[0] ?? fail(reading.mistakes, reading.placeOf(node), 'a name is missing');
        break;
      case 'attributed_declarator':
        node = partsOf(node)[0]!;
        break;
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: node.text, place: reading.placeOf(node), type, initial };
      default:
        return fail(reading.mistakes, reading.placeOf(node), 'racewalk does not read this declarator');
    }
  }
}

/** The length of `[]`, from its initialiser. */
function lengthOf(reading: Reading, initial: Node | null, node: Node): number {
  if (initial?.type === 'initializer_list') {
    let [next, length] = [0, 0];
    for (const entry of partsOf(initial)) {
      const [designator] = entry.childrenForFieldName('designator');
      const last = designator === undefined ? undefined : partsOf(designator).at(-1);
      if (last !== undefined) next = Number(constantIn(reading, last, 'the number of an element'));
      length = Math.max(length, (next += 1));
    }
    return length;
  }
  return fail(reading.mistakes, reading.placeOf(node), 'the length of the array is missing');
}

function readParameters(reading: Reading, list: Node): readonly Parameter[] {
  const parameters = partsOf(list).map((node): Parameter => {
    if (node.type !== 'parameter_declaration')
      return fail(
        reading.mistakes,
        reading.placeOf(node),
        'racewalk reads no functions with `...`: use a macro',
      );
    const base = readBaseType(reading, node);
    const declarator = node.childForFieldName('declarator');
    if (declarator === null) return { name: '', type: base };
    const { name, type } = readDeclarator(reading, declarator, base);
    // An array parameter is a pointer.
    return {
      name,
      type: type.kind === 'array' ? pointerTo(type.of) : type.kind === 'function' ? pointerTo(type) : type,
    };
  });
  return parameters.length === 1 && parameters[0]!.type.kind === 'void' ? [] : parameters;
}

/** The type of a cast or of `sizeof`. */
export function readTypeName(reading: Reading, node: Node): Type {
  const base = readBaseType(reading, node);
  const declarator = node.childForFieldName('declarator');
  return declarator === null ? base : readDeclarator(reading, declarator, base).type;
}
