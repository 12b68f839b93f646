/** The types of C that racewalk reads. Sizes are those of a 64-bit kernel. */

export interface IntegerType {
  readonly kind: 'integer';
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly tag: string;
  /** The enumerators with their values, in order; filled where the enum is defined. */
  readonly members: Map<string, bigint>;
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly to: Type;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly of: Type;
  readonly length: number;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** The width of a bit-field; null: it is none. */
  readonly bits: number | null;
  /** Its place in the struct, in bits. */
  readonly at: number;
  /** The number of its run of bit-fields, which are one memory location; null: it is no bit-field. */
  readonly run: number | null;
}

export interface StructType {
  readonly kind: 'struct';
  readonly tag: string;
  readonly isUnion: boolean;
  /** Filled where the struct is defined; empty before. Those of its anonymous structs are among them. */
  readonly fields: Field[];
  /** The names of its members, and its anonymous structs, in their order. */
  readonly parts: (string | StructType)[];
  defined: boolean;
}

export interface FunctionType {
  readonly kind: 'function';
  readonly returns: Type;
  readonly parameters: readonly Parameter[];
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
}

export type Type =
  | { readonly kind: 'void' }
  /** The type of the initialiser. */
  | { readonly kind: 'auto' }
  | { readonly kind: 'bool' }
  | IntegerType
  | EnumType
  | PointerType
  | ArrayType
  | StructType
  | FunctionType;

/** A type whose values are numbers. */
export type ScalarType = Exclude<Type, ArrayType | StructType | FunctionType | { kind: 'void' | 'auto' }>;

export const voidType: Type = { kind: 'void' };
export const boolType = { kind: 'bool' } as const;

export const integerType = (bits: IntegerType['bits'], signed: boolean): IntegerType => ({
  kind: 'integer',
  bits,
  signed,
});

export const intType = integerType(32, true);

export const pointerTo = (to: Type): PointerType => ({ kind: 'pointer', to });

export function isScalar(type: Type): type is ScalarType {
  return type.kind === 'bool' || type.kind === 'integer' || type.kind === 'enum' || type.kind === 'pointer';
}

/** Whether arithmetic on it is arithmetic on integers. */
export const isArithmetic = (type: Type): boolean => isScalar(type) && type.kind !== 'pointer';

/** A type as C writes it. */
export function printType(type: Type): string {
  switch (type.kind) {
    case 'void':
    case 'auto':
    case 'bool':
      return type.kind;
    case 'integer': {
      const name = { 8: 'char', 16: 'short', 32: 'int', 64: 'long' }[type.bits];
      return type.signed ? name : `unsigned ${name}`;
    }
    case 'enum':
      return `enum ${type.tag}`;
    case 'struct':
      return `${type.isUnion ? 'union' : 'struct'} ${type.tag}`;
    case 'pointer':
      return type.to.kind === 'pointer' ? `${printType(type.to)}*` : `${printType(type.to)} *`;
    case 'array':
      return `${printType(type.of)}[${type.length}]`;
    case 'function':
      return `${printType(type.returns)} (*)(...)`;
  }
}

/** The size of a type in bytes, with C's alignment. */
export function sizeOfType(type: Type): number {
  switch (type.kind) {
    case 'bool':
      return 1;
    case 'integer':
      return type.bits / 8;
    case 'enum':
      return 4;
    case 'pointer':
      return 8;
    case 'array':
      return type.length * sizeOfType(type.of);
    case 'struct':
      return aligned(Math.max(0, ...type.fields.map((field) => field.at + widthOf(field))) / 8, type);
    case 'void':
    case 'auto':
    case 'function':
      return 1;
  }
}

/** The size of a member in bits. */
export const widthOf = ({ bits, type }: Pick<Field, 'bits' | 'type'>): number => bits ?? 8 * sizeOfType(type);

const aligned = (offset: number, type: Type): number =>
  Math.ceil(offset / alignmentOf(type)) * alignmentOf(type);

/** Where a member begins that is declared behind `end`, in bits. Source: System V ABI, AMD64, 3.1.2. */
export function placeBehind(end: number, type: Type, bits: number | null): number {
  const size = 8 * (bits === null ? alignmentOf(type) : sizeOfType(type));
  const fits = bits !== null && bits > 0 && Math.floor(end / size) === Math.floor((end + bits - 1) / size);
  return fits ? end : Math.ceil(end / size) * size;
}

const alignmentOf = (type: Type): number =>
  type.kind === 'struct'
    ? Math.max(1, ...type.fields.map(({ type: inner }) => alignmentOf(inner)))
    : type.kind === 'array'
      ? alignmentOf(type.of)
      : sizeOfType(type);

/** The type that both operands of an arithmetic operator are converted to. */
export function commonType(left: Type, right: Type): IntegerType {
  const [a, b] = [promoted(left), promoted(right)];
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}

/** Integer promotion. gcc's enums are unsigned unless one of their numbers is negative. */
export function promoted(type: Type): IntegerType {
  if (type.kind === 'enum')
    return integerType(
      32,
      [...type.members.values()].some((value) => value < 0n),
    );
  return type.kind === 'integer' && type.bits >= 32 ? type : intType;
}
