/** Places in memory: variables, members, elements, and what pointers point to. */
import type { AnyExpr, SharedReference } from '../../language/expression.ts';
import { countOf, elementOf, nullPointer, typeKey, type Space } from '../memory.ts';
import { opaqueTags } from '../syntax/builtin-types.ts';
import { unknownConfiguration } from '../syntax/preprocess.ts';
import { fail, type Place } from '../syntax/source.ts';
import type { Declaration } from '../syntax/syntax.ts';
import { printType, type StructType, type Type } from '../syntax/types.ts';
import { isObject } from './objects.ts';
import { isNoAddress, memberOf } from './error-pointers.ts';
import type { Program } from './program.ts';
import type { Scope } from './scope.ts';
import {
  alone,
  between,
  both,
  compared,
  constant,
  either,
  isConstant,
  negated,
  plus,
  times,
  type Check,
  type CValue,
  type Lvalue,
  type Within,
} from './value.ts';

const pastTheEnd = 'no pointer is dereferenced past the end of its array';
const noErrorPointer = 'no pointer that holds an error number, or poison, is dereferenced';

const undeclared = (name: string): string =>
  /^CONFIG_\w+$/.test(name) ? unknownConfiguration(name) : `'${name}' is not declared`;

const ofWhichCpu = 'this_cpu_read(), this_cpu_ptr(&...), per_cpu(..., cpu) and their kin name the CPU';

/** A name where it is used. */
interface NamePlace {
  readonly name: string;
  readonly place: Place;
}

export abstract class Places {
  readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  /** `about`: the name that is unknown. */
  fail(place: Place, message: string, about: string | null = null): never {
    return fail(this.program.mistakes, place, message, about);
  }

  /** The place of a variable. */
  variableAt({ name, place }: NamePlace, scope: Scope): Lvalue {
    const binding = scope.find(name);
    if (binding?.kind === 'variable') return binding.lvalue;
    const variable = this.program.variables.get(name);
    if (binding !== null || variable === undefined)
      return this.fail(place, binding !== null ? `'${name}' is no place in memory` : undeclared(name), name);
    if (variable.isPerCpu) return this.fail(place, `each CPU has a variable '${name}': ${ofWhichCpu}`);
    return this.global(variable);
  }

  /** The place of a variable of which each CPU has one. */
  protected perCpuVariableAt({ name, place }: NamePlace, cpu: AnyExpr, scope: Scope): Lvalue {
    const variable = scope.find(name) === null ? this.program.variables.get(name) : null;
    if (variable === undefined) return this.fail(place, undeclared(name), name);
    return variable?.isPerCpu === true
      ? this.element(this.global(variable), cpu, place)
      : this.fail(place, `'${name}' is no per-CPU variable: DEFINE_PER_CPU(type, ${name})`);
  }

  /** The place of a variable of the file, or of the array of those of all CPUs. */
  global({ name, type, isGhost }: Declaration): Lvalue {
    const own = { type, root: 'shared', prefix: name, index: null, length: 1, checks: [] } as const;
    if (isGhost) return { ...own, isGhost };
    const space = this.program.memory.space(elementOf(type));
    return space === null
      ? own
      : this.inSpace(space, type, constant(this.program.memory.baseOf(space, name)), []);
  }

  protected inSpace(space: Space, type: Type, index: AnyExpr, checks: readonly Check[]): Lvalue {
    return { type, root: 'shared', prefix: typeKey(space.type), index, length: space.names.length, checks };
  }

  /** A member of an object. */
  member(object: Lvalue, name: string, place: Place): Lvalue {
    const { type, prefix, root, index, length, checks } = object;
    const field = type.kind === 'struct' ? type.fields.find((one) => one.name === name) : undefined;
    if (type.kind !== 'struct') return this.fail(place, `${printType(type)} has no members`);
    if (field === undefined)
      return this.fail(
        place,
        type.defined ? `${printType(type)} has no member '${name}'` : `${printType(type)} is not defined`,
        name,
      );
    const within = this.#within(object, type, name);
    const member = within?.overlay.get(within.path);
    if (member?.kind === 'refused')
      return this.fail(place, `racewalk does not read the member '${name}': ${member.why}`);
    if (member?.kind === 'same') return this.member(object, member.name, place);
    const isGhost = object.isGhost === true;
    const common = { type: field.type, root, index, length, checks, ...(isGhost ? { isGhost } : {}) };
    if (within !== null && member !== undefined)
      return {
        ...common,
        prefix: `${within.prefix}.${member.cell.path}`,
        view: member.view,
        shared: member.cell,
      };
    const isOpaque = opaqueTags.has(type.tag);
    const inner =
      root === 'shared' && !isGhost && !isOpaque ? this.program.memory.space(elementOf(field.type)) : null;
    if (inner !== null) return this.#memberInSpace(object, inner, name, field.type);
    return {
      ...common,
      ...(object.pointer === undefined ? {} : { pointer: object.pointer }),
      prefix: `${prefix}.${name}`,
      ...(within === null ? {} : { within }),
      ...(isOpaque ? { isKernels: true } : {}),
    };
  }

  /** The struct whose members share cells with this member; null: none does. */
  #within({ within, prefix }: Lvalue, type: StructType, name: string): Within | null {
    if (within !== undefined) return { ...within, path: `${within.path}.${name}` };
    const overlay = this.program.memory.overlay(type);
    return overlay.size === 0 ? null : { overlay, prefix, path: name };
  }

  /** A member that is numbered among the objects of its own type. */
  #memberInSpace(
    { prefix, index, checks, pointer }: Lvalue,
    space: Space,
    name: string,
    fieldType: Type,
  ): Lvalue {
    const { memory } = this.program;
    const outer = memory.spaceWith(prefix);
    const isNumbered = outer !== undefined && index !== null;
    const path = isNumbered ? `${prefix}.${name}`.slice(typeKey(outer.type).length + 1) : `${prefix}.${name}`;
    const base = isNumbered ? memory.memberBase(space, outer, path) : memory.baseOf(space, path);
    const number = plus(times(index ?? constant(0), countOf(fieldType)), constant(base));
    const { addresses } = memory;
    return this.inSpace(
      space,
      fieldType,
      pointer === undefined ? number : memberOf(addresses, pointer, number, fieldType.kind === 'array'),
      isNumbered && pointer !== undefined && fieldType.kind !== 'array'
        ? this.#checksOfMember(pointer, outer, space, path)
        : checks,
    );
  }

  /** The place, which has an address: a bit-field has none. */
  addressed(lvalue: Lvalue, place: Place): Lvalue {
    return lvalue.view?.kind === 'bits'
      ? this.fail(place, 'a bit-field has no address, and no marked access')
      : lvalue;
  }

  /** An element of an array. */
  element(array: Lvalue, index: AnyExpr, place: Place): Lvalue {
    const { type } = array;
    if (type.kind !== 'array') return this.fail(place, 'this is no array');
    if (index.kind === 'constant' && !(Number(index.value) >= 0 && Number(index.value) <= type.length))
      return this.fail(
        place,
        `index ${String(index.value)} is out of bounds: the array has ${type.length} elements`,
      );
    const inside = between(index, constant(0), constant(type.length - 1));
    const bounds: readonly Check[] = isConstant(inside, true)
      ? []
      : [
          {
            claim: `the index is within the array of ${type.length} elements`,
            condition: inside,
            isBound: true,
          },
        ];
    const isMemory = array.root === 'shared' && array.isGhost !== true;
    const inSpace = isMemory && this.program.memory.space(elementOf(type)) !== null;
    const each = inSpace ? countOf(type.of) : 1;
    const first = times(array.index ?? constant(0), inSpace ? 1 : type.length);
    return {
      ...alone(array),
      type: type.of,
      index: plus(first, times(index, each)),
      length: inSpace ? array.length : array.length * type.length,
      checks: [...array.checks, ...bounds],
      array: { first, count: each * type.length, checks: array.checks },
    };
  }

  /** The object that a pointer points to. */
  pointee(pointer: CValue, place: Place): Lvalue {
    if (pointer.kind === 'address') return pointer.target;
    if (pointer.kind !== 'pointer') return this.fail(place, 'this is no pointer');
    const { to } = pointer.type;
    const space = this.program.memory.space(to);
    if (space === null || (pointer.expr.kind === 'constant' && Number(pointer.expr.value) < 0))
      return this.fail(
        place,
        to.kind === 'void'
          ? 'a void pointer has nothing to read: cast it'
          : `this ${printType(pointer.type)} points to no object`,
      );
    const target = this.inSpace(space, to, pointer.expr, this.checksOf(pointer.expr, space));
    return { ...target, pointer: pointer.expr };
  }

  /** What must be true of a pointer before it is followed. */
  protected checksOf(pointer: AnyExpr, space: Space): readonly Check[] {
    const alive = this.program.kernel.isAllocated(space, pointer);
    return this.#followed(pointer, space, isObject(space, pointer), alive);
  }

  /** A pointer that is followed is the number of an object, which is allocated. */
  #followed(pointer: AnyExpr, space: Space, isAnObject: AnyExpr, alive: AnyExpr | null): readonly Check[] {
    const mayStray = this.program.memory.strays(space.type).some((number) => number !== 0);
    const past = mayStray ? `${pastTheEnd}, and no container_of() what is no such member` : pastTheEnd;
    const noAddress = isNoAddress(this.program.memory.addresses, pointer);
    return [
      { claim: 'no null pointer is dereferenced', condition: compared('!=', pointer, constant(nullPointer)) },
      ...(noAddress.kind === 'constant' ? [] : [{ claim: noErrorPointer, condition: negated(noAddress) }]),
      {
        claim: past,
        condition: isAnObject,
        isBound: true,
      },
      ...(alive === null
        ? []
        : [{ claim: 'no freed object is used', condition: alive, isLife: true as const }]),
    ];
  }

  /**
   * What must be true of a pointer before a member of its object is accessed that has a number of its own. The pointer may
   * be what container_of() makes of an object that is no such member, such as the head of a list at the end of a walk: what
   * is accessed is then that object. By another member of the struct there is none: see `isAmbiguous` in memory.ts.
   */
  #checksOfMember(pointer: AnyExpr, outer: Space, inner: Space, path: string): readonly Check[] {
    const { kernel } = this.program;
    const number = plus(pointer, constant(this.program.memory.memberBase(inner, outer, path)));
    const isIn = between(pointer, constant(0), constant(outer.names.length - 1));
    const isStray = both(negated(isIn), isObject(inner, number));
    const [outside, inside] = [kernel.isAllocated(inner, number), kernel.isAllocated(outer, pointer)];
    const alive: AnyExpr | null =
      outside === null && inside === null
        ? null
        : {
            kind: 'conditional',
            condition: isIn,
            then: inside ?? constant(true),
            otherwise: outside ?? constant(true),
          };
    return this.#followed(pointer, outer, either(isObject(outer, pointer), isStray), alive);
  }

  /** The cell of a scalar place as the language writes it. */
  protected cell(lvalue: Lvalue, place: Place): SharedReference {
    const { prefix, index } = lvalue;
    const cells = this.program.memory.cells.get(prefix);
    if (cells === undefined) return this.fail(place, `${printType(lvalue.type)} is read member by member`);
    return {
      kind: 'shared',
      name: prefix,
      index: cells.length === null ? null : (index ?? constant(0)),
      domain: cells.domain,
      ...(cells.isGhost ? { isNoMemory: true } : {}),
    };
  }
}
