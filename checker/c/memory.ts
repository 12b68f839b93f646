/**
 * Where the objects of a C file lie: the fields of all objects of a struct are parallel arrays of cells, and a pointer
 * is the number of its object.
 *
 * A type to which a variable points has a *space*: its objects are numbered, wherever they are declared. An object that
 * is part of another is numbered in its own type's space, so that `&vma->lock` is an addition and container_of() a
 * subtraction. An object to which no variable points needs no number; its cells have its own name.
 */
import type { AnyDomain, Value } from '../language/domain.ts';
import type { Addresses } from './addresses.ts';
import { builtinTags, opaqueTags } from './syntax/builtin-types.ts';
import { domainOf, sharedDomain } from './domains.ts';
import { overlayOf, type Overlay, type SharedCell } from './overlay.ts';
import type { Declaration } from './syntax/syntax.ts';
import {
  isScalar,
  printType,
  voidType,
  type ScalarType,
  type StructType,
  type Type,
} from './syntax/types.ts';

/** Consecutive objects of a space: a variable, the elements of an array, a pool, or a member of other objects. */
export interface Region {
  readonly base: number;
  readonly count: number;
  /** How many of them are elements of one array. */
  readonly each: number;
  /** The variable whose objects these are; null: a member. */
  readonly variable: string | null;
  /** The space of the objects that they are members of, and the name of the member. */
  readonly member: { readonly of: Space; readonly field: string } | null;
  /** Whether kmalloc() gives them out. */
  readonly isPool: boolean;
}

/** The numbered objects of a type. */
export interface Space {
  readonly type: Type;
  readonly regions: readonly Region[];
  /** The names of the objects by number; a gap behind each region belongs to none. */
  readonly names: readonly string[];
}

/** A scalar cell, or an array of them. */
export interface CellArray {
  readonly name: string;
  readonly type: ScalarType;
  /** Null: a scalar. */
  readonly length: number | null;
  readonly initial: Value[];
  /** The names of the elements, such as `pages[0]._refcount`. */
  readonly names: readonly string[];
  readonly domain: AnyDomain;
  readonly isGhost: boolean;
  /** The types of members of which it has the one that was written last, by tag. */
  readonly tagged?: readonly ScalarType[];
}

/** A struct whose members may share cells, while its members are walked through. */
interface SharingStruct {
  readonly overlay: Overlay;
  /** The way to the member, with a dot behind it. */
  readonly path: string;
}

interface Around extends SharingStruct {
  readonly stretch: Stretch;
}

/** `POOL(struct foo, 2)` */
export interface Pool {
  readonly type: Type;
  readonly count: number;
}

/** A stretch of equal objects in memory: `length` of them in the array of cells that begins with `prefix`. */
interface Stretch {
  readonly prefix: string;
  readonly length: number;
  readonly names: readonly string[];
}

/** What memory consists of. */
export interface MemoryParts {
  readonly variables: readonly Declaration[];
  readonly pools: readonly Pool[];
  /** The keys of all types to which variables point. */
  readonly pointed: ReadonlySet<string>;
  /** The functions whose address is taken. */
  readonly functions: readonly string[];
  readonly addresses: Omit<Addresses, 'first'>;
}

export class Memory {
  readonly cells = new Map<string, CellArray>();
  readonly #spaces = new Map<string, Space>();
  /** The functions that pointers may point to, whatever their type. */
  readonly functions: Space;

  /** What pointers may have that point to no object. */
  readonly addresses: Addresses;

  constructor({ variables, pools, pointed, functions, addresses }: MemoryParts) {
    this.functions = { type: voidType, regions: [], names: functions };
    this.#isNumbered = (type) => pointed.has(typeKey(elementOf(type)));
    const spaces = new SpaceBuilder(variables, pools, pointed);
    for (const [key, space] of spaces.all()) this.#spaces.set(key, space);
    const strays = this.spaces.map(({ type }) => this.strays(type)[0]);
    this.addresses = { ...addresses, first: Math.min(nullPointer, ...strays) - 1 };
    for (const { name, type, isGhost } of variables)
      if (isGhost || !this.#spaces.has(typeKey(elementOf(type))))
        this.#addCells(type, { prefix: name, length: 1, names: [name.replace(hasNumber, '')] }, isGhost);
    for (const [key, { type, names }] of this.#spaces)
      this.#addCells(type, { prefix: key, length: names.length, names }, false, true);
  }

  /** The space of a type; null: no variable points to it. */
  space(type: Type): Space | null {
    return type.kind === 'function' ? this.functions : (this.#spaces.get(typeKey(type)) ?? null);
  }

  /** The names of what a pointer to the type may point to: one to void is the number of an object of any type. */
  objects(type: Type): readonly string[] {
    if (type.kind !== 'void') return this.space(type)?.names ?? [];
    const most = Math.max(this.functions.names.length, ...this.spaces.map(({ names }) => names.length));
    return Array.from({ length: most }, (_, at) => `object[${at}]`);
  }

  /** The lowest and highest number that container_of() may make of a pointer to a member. */
  strays(type: Type): readonly [number, number] {
    const space = this.space(type);
    const all = this.spaces.flatMap(({ regions, names }) =>
      regions.flatMap(({ member, base }) => (member?.of === space ? [-base, names.length - base] : [])),
    );
    return [Math.min(0, ...all), Math.max(0, ...all)];
  }

  /** The lowest and highest number that a pointer may have, whatever its type. */
  get bounds(): readonly [number, number] {
    const { first, values } = this.addresses;
    const highest = this.spaces.map(({ type, names }) => Math.max(names.length, this.strays(type)[1]));
    return [first + 1 - values.length, Math.max(0, ...highest)];
  }

  /** Whether an array of cells holds members of objects that kmalloc() gives out. */
  isPooled(prefix: string): boolean {
    const space = this.spaceWith(prefix);
    return space !== undefined && isOfPool(space);
  }

  /** The space whose objects, or members of them, are the cells that begin with a prefix. */
  spaceWith(prefix: string): Space | undefined {
    for (const [key, space] of this.#spaces)
      if (prefix === key || (space.type.kind === 'struct' && prefix.startsWith(`${key}.`))) return space;
    return undefined;
  }

  get spaces(): readonly Space[] {
    return [...this.#spaces.values()];
  }

  /** The number of the first object of a variable in the space of its type. */
  baseOf(space: Space, variable: string): number {
    return space.regions.find((region) => region.variable === variable)!.base;
  }

  /** The number of the first object that is this member of the objects of another space. */
  memberBase(space: Space, of: Space, field: string): number {
    return space.regions.find(({ member }) => member?.of === of && member.field === field)!.base;
  }

  /** The members of a struct that share their memory. */
  overlay(type: StructType): Overlay {
    const known = this.#overlays.get(type);
    if (known !== undefined) return known;
    const overlay = overlayOf(type, this.#isNumbered);
    this.#overlays.set(type, overlay);
    return overlay;
  }

  /** The scalar cells of a struct's members, and of members that share cells one for all. */
  #addMembers(type: StructType, stretch: Stretch, isGhost: boolean, around: Around | null): void {
    const overlay = around === null ? this.overlay(type) : around.overlay;
    const root = around ?? (overlay.size === 0 ? null : { overlay, stretch, path: '' });
    for (const field of type.fields) {
      const path = `${root?.path ?? ''}${field.name}`;
      const member = overlay.get(path);
      const names = isCounter(type) ? stretch.names : stretch.names.map((name) => `${name}.${field.name}`);
      const inner = { ...stretch, prefix: `${stretch.prefix}.${field.name}`, names };
      if (opaqueTags.has(type.tag)) this.#addCells(field.type, inner, isGhost);
      else if (member === undefined)
        this.#within(field.type, inner, isGhost, root === null ? null : { ...root, path: `${path}.` });
      else if (member.kind === 'view') this.#addShared(member.cell, root!.stretch, isGhost);
    }
  }

  #addShared(cell: SharedCell, { prefix, length, names }: Stretch, isGhost: boolean): void {
    this.#addCell({
      name: `${prefix}.${cell.path}`,
      type: cell.type,
      length: length === 1 ? null : length,
      names: cell.bits.length > 0 ? names : names.map((name) => `${name}.${cell.path}`),
      isGhost,
      domain: sharedDomain(cell, this),
      ...(cell.tagged === null ? {} : { tagged: cell.tagged }),
    });
  }

  #addCells(
    type: Type,
    stretch: Stretch,
    isGhost: boolean,
    isSpace = false,
    around: Around | null = null,
  ): void {
    const { prefix, length, names } = stretch;
    if (type.kind === 'array')
      return this.#within(
        type.of,
        { prefix, length: length * type.length, names: elementNames(names, type.length) },
        isGhost,
      );
    if (type.kind === 'struct') return this.#addMembers(type, stretch, isGhost, around);
    if (!isScalar(type)) return;
    const isAlone = length === 1 && !isSpace;
    this.#addCell({
      name: prefix,
      type,
      length: isAlone ? null : length,
      names,
      isGhost,
      domain: domainOf(type, this),
    });
  }

  #addCell(cell: Omit<CellArray, 'initial'>): void {
    const initial = cell.names.map(() => zeroOf(cell.type));
    if (!this.cells.has(cell.name)) this.cells.set(cell.name, { ...cell, initial });
  }

  /** A member that has numbers of its own lies in its own space. */
  #within(type: Type, stretch: Stretch, isGhost: boolean, around: Around | null = null): void {
    if (isGhost || !this.#isNumbered(type)) this.#addCells(type, stretch, isGhost, false, around);
  }

  readonly #isNumbered: (type: Type) => boolean;
  readonly #overlays = new Map<StructType, Overlay>();
}

/** What racewalk names itself ends with a number: a static variable of a function, a cell of bit-fields. */
export const hasNumber = /\.\d+$/;

const isOfPool = ({ regions }: Space): boolean =>
  regions.some(({ isPool, member }) => isPool || (member !== null && isOfPool(member.of)));

/** The only member of an atomic_t or a lock needs no name of its own. */
const isCounter = ({ tag, fields }: StructType): boolean =>
  fields.length === 1 && !tag.startsWith('(') && builtinTags.has(tag);

const elementNames = (names: readonly string[], length: number): readonly string[] =>
  names.flatMap((name) => Array.from({ length }, (_, at) => `${name}[${at}]`));

/** The type of the elements of an array of any dimension. */
export const elementOf = (type: Type): Type => (type.kind === 'array' ? elementOf(type.of) : type);

export const countOf = (type: Type): number => (type.kind === 'array' ? type.length * countOf(type.of) : 1);

/** Equal for equal types; the cells of their space are named by it. No tag of a struct is a keyword of C. */
export const typeKey = (type: Type): string =>
  type.kind === 'struct'
    ? type.tag
    : printType(type).replaceAll('(*)(...)', 'function').replaceAll(/ ?\*/g, '.pointer').replaceAll(' ', '.');

export const nullPointer = -1;

export const zeroOf = (type: ScalarType): Value =>
  type.kind === 'bool' ? false : type.kind === 'pointer' ? nullPointer : 0;

/** A way down to members: each step a field, with its type; one that is the only member of a counter has no name. */
type Path = readonly { readonly field: string; readonly type: Type; readonly isNameless: boolean }[];

/** What contains objects of a space: a variable, a pool, or the objects of another space; and the way to them there. */
type Source = { readonly path: Path } & (
  | { readonly kind: 'variable'; readonly name: string; readonly type: Type; readonly isPool: boolean }
  | { readonly kind: 'member'; readonly of: string }
);

const pathText = (path: Path): string => path.map(({ field }) => field).join('.');

class SpaceBuilder {
  readonly #pointed: ReadonlySet<string>;
  readonly #sources = new Map<string, { readonly type: Type; readonly sources: Source[] }>();
  readonly #built = new Map<string, Space>();

  constructor(variables: readonly Declaration[], pools: readonly Pool[], pointed: ReadonlySet<string>) {
    this.#pointed = pointed;
    for (const { name, type, isGhost } of variables)
      if (!isGhost) this.#find(type, { kind: 'variable', name, type, isPool: false, path: [] });
    for (const { type, count } of pools) {
      const array: Type = { kind: 'array', of: type, length: count };
      const name = `new ${typeKey(type)}`;
      this.#find(array, { kind: 'variable', name, type: array, isPool: true, path: [] });
    }
    // Spaces of members are found once the space around them is known.
    for (const [key, { type }] of this.#sources) this.#descend(type, { kind: 'member', of: key, path: [] });
  }

  *all(): Generator<readonly [string, Space]> {
    for (const key of this.#sources.keys()) yield [key, this.#space(key)];
  }

  #find(type: Type, source: Source, around: SharingStruct | null = null): void {
    const element = elementOf(type);
    const key = typeKey(element);
    if (!this.#pointed.has(key)) return this.#descend(element, source, type.kind === 'array' ? null : around);
    const known = this.#sources.get(key);
    if (known === undefined) this.#sources.set(key, { type: element, sources: [source] });
    else known.sources.push(source);
  }

  /** The members of a struct; one that shares its memory has no number of its own. */
  #descend(type: Type, source: Source, around: SharingStruct | null = null): void {
    if (type.kind !== 'struct' || opaqueTags.has(type.tag)) return;
    const { overlay, path } = around ?? {
      overlay: overlayOf(type, (one) => this.#pointed.has(typeKey(elementOf(one)))),
      path: '',
    };
    for (const field of type.fields)
      if (!overlay.has(`${path}${field.name}`)) {
        const step = { field: field.name, type: field.type, isNameless: isCounter(type) };
        const inner = { ...source, path: [...source.path, step] };
        this.#find(field.type, inner, { overlay, path: `${path}${field.name}.` });
      }
  }

  #space(key: string): Space {
    const known = this.#built.get(key);
    if (known !== undefined) return known;
    const { type, sources } = this.#sources.get(key)!;
    const regions: Region[] = [];
    const names: string[] = [];
    for (const source of sources) {
      const of = source.kind === 'member' ? this.#space(source.of) : null;
      const roots = source.kind === 'member' ? of!.names : elementNamesOf([source.name], source.type);
      const all = source.path.reduce<readonly string[]>(
        (owners, step) =>
          elementNamesOf(
            owners.map((owner) => (step.isNameless ? owner : `${owner}.${step.field}`)),
            step.type,
          ),
        roots,
      );
      const path = pathText(source.path);
      const isVariable = source.kind === 'variable';
      while (isAmbiguous([...regions, { base: names.length, count: all.length, of }]))
        names.push('no object');
      regions.push({
        base: names.length,
        count: all.length,
        each:
          source.path.length > 0
            ? countOf(source.path.at(-1)!.type)
            : isVariable && !source.isPool
              ? all.length
              : 1,
        variable: isVariable ? [source.name, path].filter((part) => part !== '').join('.') : null,
        member: of === null ? null : { of, field: path },
        isPool: isVariable && source.isPool,
      });
      // A gap: one past the end of an array is a valid pointer, and no object.
      for (const name of all) names.push(name);
      names.push(`one past ${all.at(-1)!}`);
    }
    names.pop();
    const space = { type, regions, names };
    this.#built.set(key, space);
    return space;
  }
}

/** Numbers of a space: members of objects of another one, or others. */
interface Numbers extends Pick<Region, 'base' | 'count'> {
  readonly of?: Space | null;
  readonly member?: Region['member'];
}

/**
 * Whether container_of() by one member of a struct, and the way back by another one, may lead from an object to another: from
 * the head of a list to an entry of another list.
 */
function isAmbiguous(regions: readonly Numbers[]): boolean {
  const around = ({ of, member }: Numbers) => of ?? member?.of ?? null;
  return regions.some((one) =>
    regions.some((other) => {
      if (one === other || around(one) === null || around(one) !== around(other)) return false;
      const by = other.base - one.base;
      return regions.some((from) =>
        regions.some(
          (to) =>
            !(from === one && to === other) &&
            from.base + by < to.base + to.count &&
            to.base < from.base + from.count + by,
        ),
      );
    }),
  );
}

/** The names of the elements of arrays of any dimension; of anything else the names themselves. */
const elementNamesOf = (names: readonly string[], type: Type): readonly string[] =>
  type.kind === 'array' ? elementNamesOf(elementNames(names, type.length), type.of) : names;
