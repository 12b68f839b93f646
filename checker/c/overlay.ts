/**
 * Members of a struct that share their memory: members of a union, and bit-fields with their neighbours.
 *
 * Each group of them is one cell. A member is a *view* of it: some of its bits, the same bits as another type, or the value
 * of a cell that notes by which member it was written. What no view can show is refused where it is used.
 */
import type { BitField } from '../language/domain.ts';
import { builtinTags } from './syntax/builtin-types.ts';
import {
  integerType,
  isScalar,
  printType,
  widthOf,
  type IntegerType,
  type ScalarType,
  type StructType,
  type Type,
} from './syntax/types.ts';

/** How the value of a member is part of its cell. */
export type View =
  /** These bits; a store reads the cell before and writes all of it. */
  | { readonly kind: 'bits'; readonly offset: number; readonly width: number; readonly type: ScalarType }
  /** The whole cell, as a number of another type of the same size. */
  | { readonly kind: 'whole'; readonly host: IntegerType; readonly type: ScalarType }
  /** The whole cell if the member with this tag was written last, or nothing but zeros. */
  | { readonly kind: 'tagged'; readonly tag: number; readonly tags: number; readonly type: ScalarType };

/** A cell that several members share. */
export interface SharedCell {
  /** Its name behind that of the struct. */
  readonly path: string;
  readonly type: ScalarType;
  /** The types of a cell that notes which member was written, by tag; null: it does not. */
  readonly tagged: readonly ScalarType[] | null;
  /** The bit-fields that it consists of; empty: it is a member of its own. */
  readonly bits: readonly BitField[];
}

/** What a member is that shares its memory; its path stands behind the name of the struct. */
export type SharedMember =
  | { readonly kind: 'view'; readonly cell: SharedCell; readonly view: View }
  /** Another member of the same type at the same place. */
  | { readonly kind: 'same'; readonly name: string }
  | { readonly kind: 'refused'; readonly why: string };

export type Overlay = ReadonlyMap<string, SharedMember>;

/** A part of a struct, with its place in bits. */
interface Part {
  readonly path: string;
  readonly at: number;
  readonly width: number;
  readonly type: Type;
  /** The number of its run of bit-fields; null: it is no bit-field. */
  readonly run: number | null;
  /** `whole`: an object with a number of its own, an array, a lock. */
  readonly kind: 'scalar' | 'numbered' | 'whole';
}

type ScalarPart = Part & { readonly type: ScalarType };

const atomics: ReadonlySet<string> = new Set(['atomic_t', 'atomic_long_t', 'refcount_t']);

/** The members that share memory, by their paths; `isNumbered`: whether objects of a type have numbers. */
export function overlayOf(struct: StructType, isNumbered: (type: Type) => boolean): Overlay {
  const members = new Map<string, SharedMember>();
  for (const group of groupsOf([...partsOf(struct, '', 0, isNumbered)]))
    if (group.length > 1 || group[0]!.run !== null)
      for (const [path, member] of shared(group)) members.set(path, member);
  return members;
}

function* partsOf(
  struct: StructType,
  prefix: string,
  from: number,
  isNumbered: (type: Type) => boolean,
): Generator<Part> {
  for (const field of struct.fields) {
    const { name, type, run } = field;
    const part = { path: `${prefix}${name}`, at: from + field.at, width: widthOf(field), type, run };
    if (isScalar(type)) yield { ...part, kind: 'scalar' };
    else if (isNumbered(type)) yield { ...part, kind: 'numbered' };
    else if (type.kind === 'struct' && (atomics.has(type.tag) || !builtinTags.has(type.tag)))
      yield* partsOf(type, `${part.path}.`, part.at, isNumbered);
    else yield { ...part, kind: 'whole' };
  }
}

/** Parts that overlap, or are bit-fields of one run, directly or by others. */
function groupsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const touched = groups.filter((group) => group.some((other) => isTogether(part, other)));
    const group = [...touched.flat(), part];
    for (const one of touched) groups.splice(groups.indexOf(one), 1);
    groups.push(group);
  }
  return groups;
}

const isTogether = (one: Part, other: Part): boolean =>
  (one.run !== null && one.run === other.run) ||
  (one.at < other.at + other.width && other.at < one.at + one.width);

type Entry = readonly [string, SharedMember];

const refused = (part: Part, why: string): Entry => [part.path, { kind: 'refused', why }];

function shared(group: readonly Part[]): readonly Entry[] {
  const numbered = group.filter(({ kind }) => kind === 'numbered');
  const scalars = group.filter((part): part is ScalarPart => part.kind === 'scalar');
  const [first] = numbered;
  if (first !== undefined)
    return group.flatMap((part): readonly Entry[] => {
      if (part === first) return [];
      const isSame = part.at === first.at && printType(part.type) === printType(first.type);
      if (isSame && !part.path.includes('.') && !first.path.includes('.'))
        return [[part.path, { kind: 'same', name: first.path }]];
      return [refused(part, `it shares its memory with '${first.path}', to which pointers point`)];
    });
  return [
    ...group
      .filter(({ kind }) => kind === 'whole')
      .map((part) => refused(part, 'an array or a lock in a union has no memory of its own')),
    ...(scalars.length === 0 || (scalars.length === 1 && scalars[0]!.run === null) ? [] : views(scalars)),
  ];
}

function views(parts: readonly ScalarPart[]): readonly Entry[] {
  const low = Math.min(...parts.map(({ at }) => at));
  const high = Math.max(...parts.map(({ at, width }) => at + width));
  const whole = parts.filter(({ at, width, run }) => run === null && at === low && at + width === high);
  const others = parts.filter((part) => !whole.includes(part));
  if (parts.some(({ type }) => type.kind === 'pointer'))
    return [...sameWord(whole), ...others.map((part) => refused(part, sizesDiffer))];
  const [first] = whole;
  const bits = others.filter(({ run, at, width }) => run !== null && at - low + width <= mostBits);
  const tooLong = others.filter(({ run }) => run !== null && first === undefined && high - low > longestRun);
  if (tooLong.length > 0 || (first === undefined && bits.length < parts.length))
    return parts.map((part) =>
      refused(
        part,
        tooLong.length > 0 ? `its run of bit-fields takes more than ${longestRun} bits` : sizesDiffer,
      ),
    );
  const host: IntegerType =
    first === undefined
      ? integerType(32, false)
      : integerType(first.width as IntegerType['bits'], isSigned(first.type));
  const cell: SharedCell = {
    // No member of C has a number for a name.
    path: first?.path ?? `${bits[0]!.path}.0`,
    type: host,
    tagged: null,
    bits:
      first === undefined
        ? bits.map(({ path, at, width, type }) => ({
            name: path,
            offset: at - low,
            width,
            signed: isSigned(type),
          }))
        : [],
  };
  return [
    ...whole.map(({ path, type }): Entry => [
      path,
      { kind: 'view', cell, view: { kind: 'whole', host, type } },
    ]),
    ...bits.map(({ path, type, at, width }): Entry => [
      path,
      { kind: 'view', cell, view: { kind: 'bits', offset: at - low, width, type } },
    ]),
    ...others.filter((part) => !bits.includes(part)).map((part) => refused(part, sizesDiffer)),
  ];
}

/** gcc's enums are unsigned unless one of their numbers is negative. */
export const isSigned = (type: ScalarType): boolean =>
  type.kind === 'enum'
    ? [...type.members.values()].some((value) => value < 0n)
    : type.kind === 'integer' && type.signed;

/** Bits of a number that are not read further up. */
const mostBits = 52;
/** The bits of a cell. */
const longestRun = 32;
const sizesDiffer = 'the members of the union that share this memory have different sizes';

/** Words that hold numbers, or pointers to objects of several types. */
function sameWord(parts: readonly ScalarPart[]): readonly Entry[] {
  const kindOf = ({ type }: ScalarPart) => (type.kind === 'pointer' ? printType(type) : '');
  const kinds = [...new Set(['', ...parts.map(kindOf)])];
  const path = parts[0]?.path ?? '';
  const isOne = kinds.length === 2 && parts.every((part) => kindOf(part) !== '');
  const tagged = kinds.map(
    (kind) => parts.find((part) => kindOf(part) === kind)?.type ?? integerType(64, false),
  );
  const cell: SharedCell = isOne
    ? { path, type: parts[0]!.type, tagged: null, bits: [] }
    : { path, type: integerType(64, true), tagged, bits: [] };
  return parts.map((part): Entry => [
    part.path,
    {
      kind: 'view',
      cell,
      view: isOne
        ? { kind: 'whole', host: integerType(64, false), type: part.type }
        : { kind: 'tagged', tag: kinds.indexOf(kindOf(part)), tags: kinds.length, type: part.type },
    },
  ]);
}
