/** Which members and elements the entries of an initialiser list are for: C11, 6.7.9. */
import type { Place } from './syntax/source.ts';
import type { Expression, ListEntry } from './syntax/syntax.ts';
import { printType, type StructType, type Type } from './syntax/types.ts';

/** A member, or the number of an element, and what it is given. */
export interface Initialised {
  readonly key: string | number;
  readonly value: Expression;
  readonly place: Place;
}

interface Reader {
  readonly fail: (place: Place, message: string) => never;
  /** The value of a constant expression. */
  readonly constant: (expression: Expression) => number;
}

/** In the order of the list; a later value for the same key replaces an earlier one. */
export function initialised(
  type: Type,
  entries: readonly ListEntry[],
  place: Place,
  reader: Reader,
): readonly Initialised[] {
  const deep = entries.find(({ designators }) => designators.length > 1);
  if (deep !== undefined) return reader.fail(deep.place, 'racewalk reads one designator a value');
  if (type.kind === 'struct') return membersOf(type, entries, reader);
  return type.kind === 'array' ? elementsOf(type, entries, reader) : reader.fail(place, 'this is no list');
}

function elementsOf(
  { length }: Type & { kind: 'array' },
  entries: readonly ListEntry[],
  { fail, constant }: Reader,
): readonly Initialised[] {
  let next = 0;
  return entries.flatMap(({ designators: [designator], value, place }) => {
    if (designator?.kind === 'field') return fail(place, 'an array has no members');
    const [first, last] =
      designator === undefined ? [next, next] : [constant(designator.first), constant(designator.last)];
    if (first < 0 || last >= length) return fail(place, `the array has ${length} elements`);
    next = last + 1;
    return Array.from({ length: next - first }, (_, at) => ({ key: first + at, value, place }));
  });
}

/** A value without a name is for the next member; of a union, for the first one alone. */
function membersOf(type: StructType, entries: readonly ListEntry[], reader: Reader): readonly Initialised[] {
  let rest = partsOf(type);
  return entries.flatMap(({ designators: [designator], value, place }) => {
    const none = () => reader.fail(place, `${printType(type)} has no such member`);
    if (designator?.kind === 'elements') return reader.fail(place, 'a struct has no elements');
    if (designator !== undefined) {
      rest = behind(type, designator.name) ?? none();
      return [{ key: designator.name, value, place }];
    }
    for (;;) {
      const [part = none(), ...others] = rest;
      rest = others;
      if (typeof part === 'string') return [{ key: part, value, place }];
      if (value.kind === 'list') return membersOf(part, value.entries, reader);
      rest = [...partsOf(part), ...others];
    }
  });
}

type Part = StructType['parts'][number];

const partsOf = ({ parts, isUnion }: StructType): readonly Part[] => (isUnion ? parts.slice(0, 1) : parts);

/** The parts behind a member; null: there is no such member. */
function behind({ parts, isUnion }: StructType, name: string): readonly Part[] | null {
  for (const [at, part] of parts.entries()) {
    const inner = typeof part === 'string' ? (part === name ? [] : null) : behind(part, name);
    if (inner !== null) return isUnion ? inner : [...inner, ...parts.slice(at + 1)];
  }
  return null;
}
