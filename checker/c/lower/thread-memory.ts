/** How a thread reads and writes memory: each access of shared memory is a step. */
import type { AnyExpr, LocalReference, Reference } from '../../language/expression.ts';
import type { Effect, Ordering } from '../../language/statement.ts';
import { domainOf } from '../domains.ts';
import { typeKey, zeroOf } from '../memory.ts';
import { positionOf, type Place } from '../syntax/source.ts';
import type { Declaration } from '../syntax/syntax.ts';
import { isScalar, printType, type ScalarType, type Type } from '../syntax/types.ts';
import { scalar } from './claims.ts';
import { isAwake } from './critical-count.ts';
import { Emitter, type Access } from './emitter.ts';
import { Evaluator } from './evaluator.ts';
import type { Program, ThreadDefinition } from './program.ts';
import { constant, isConstant, negated, type CValue, type Lvalue } from './value.ts';

export abstract class ThreadMemory extends Evaluator {
  readonly emitter: Emitter;
  readonly self: AnyExpr;
  readonly definition: ThreadDefinition;

  constructor(program: Program, definition: ThreadDefinition) {
    super(program);
    this.definition = definition;
    this.emitter = new Emitter(definition.name, program.name);
    this.self =
      definition.cpus === 1 ? constant(0) : { kind: 'self', thread: definition.name, count: definition.cpus };
  }

  /** How many calls are pasted around this point. */
  abstract get depth(): number;
  /** The function that is pasted at this point. */
  abstract get function(): string;

  load(lvalue: Lvalue, place: Place, ordering: Ordering = null): CValue {
    return this.#read(lvalue, place, ordering, false);
  }

  /** A read without READ_ONCE() and the like. */
  override loadPlainly(lvalue: Lvalue, place: Place): CValue {
    return this.#read(lvalue, place, null, !this.isExcused);
  }

  #read(lvalue: Lvalue, place: Place, ordering: Ordering, isPlainRead: boolean): CValue {
    const { type } = lvalue;
    if (!isScalar(type)) return this.fail(place, `racewalk reads ${printType(type)} member by member`);
    const written = this.#isCopying ? [] : this.written(lvalue, place);
    if (lvalue.root === 'local') {
      if (written.length > 0) this.emitter.compute(place, ...written);
      return scalar(type, this.#localCell(lvalue, place));
    }
    const cell = this.cell(lvalue, place);
    if (this.#isGhost(lvalue)) return scalar(type, cell);
    const target = this.emitter.temporary(cell.name, cell.domain, zeroOf(type));
    this.access({
      place,
      effects: [...this.asserted(lvalue, place), ...written, { kind: 'set', target, value: cell }],
      ordering,
      isPlainRead,
    });
    return scalar(type, target);
  }

  /** Inside of data_race(): its author knows that a read races. */
  protected isExcused = false;

  store(lvalue: Lvalue, value: CValue, place: Place, ordering: Ordering = null): void {
    const { type } = lvalue;
    if (!isScalar(type)) return this.#storeStruct(lvalue, value, place);
    const expr = this.asScalar(value, type, place);
    const target = this.reference(lvalue, place);
    const set: Effect = { kind: 'set', target, value: expr };
    const checks = this.asserted(lvalue, place);
    const effects = [...checks, set, ...this.marked(lvalue, false)];
    if (lvalue.root === 'local' || this.#isGhost(lvalue)) this.emitter.compute(place, ...effects);
    else this.access({ place, effects, ordering });
  }

  /** Local variables that may be read before anything is written there, by the beginning of their cells' names. */
  readonly #begun = new Map<string, Place>();

  /** A local variable comes to be: nothing has been written there. */
  protected begins(declaration: Declaration, lvalue: Lvalue): void {
    if (!this.program.maybeUnset.has(declaration)) return;
    this.#begun.set(lvalue.prefix, declaration.place);
    this.emitter.compute(declaration.place, ...this.unset(lvalue, declaration.place));
  }

  /** Nothing has been written to any cell of the place since now. */
  unset(lvalue: Lvalue, place: Place, isUnset = true): readonly Effect[] {
    return this.leaves(lvalue, place).flatMap((leaf) => this.marked(leaf, isUnset));
  }

  /** The scalar cells of a place. */
  leaves(lvalue: Lvalue, place: Place): readonly Lvalue[] {
    const { type } = lvalue;
    if (isScalar(type)) return [lvalue];
    if (type.kind === 'struct')
      return type.fields.flatMap(({ name }) => this.leaves(this.member(lvalue, name, place), place));
    if (type.kind !== 'array') return [];
    return Array.from({ length: type.length }, (_, at) => at).flatMap((at) =>
      this.leaves(this.element(lvalue, constant(at), place), place),
    );
  }

  /** Notes whether the cell is one to which nothing has been written; nothing where that is known. */
  protected marked(lvalue: Lvalue, isUnset: boolean): readonly Effect[] {
    const flag = this.#unsetFlag(lvalue);
    return flag === null ? [] : [{ kind: 'set', target: flag, value: constant(isUnset) }];
  }

  /** That something has been written to the cell: what is asserted before it is read. */
  written(lvalue: Lvalue, place: Place): readonly Effect[] {
    const flag = this.#unsetFlag(lvalue);
    if (flag === null) return [];
    const begun = lvalue.root === 'local' ? this.#begunAt(lvalue.prefix) : null;
    const what =
      begun === null
        ? 'what kmalloc() has returned is written before it is read'
        : `the variable of line ${positionOf(begun).line} is written before it is read`;
    return [{ kind: 'assert', claim: `${this.emitter.text(place)}: ${what}`, condition: negated(flag) }];
  }

  #begunAt(prefix: string): Place | null {
    for (let name = prefix; ; name = name.slice(0, name.lastIndexOf('.'))) {
      const place = this.#begun.get(name);
      if (place !== undefined) return place;
      if (!name.includes('.')) return null;
    }
  }

  #unsetFlag({ root, prefix, index, length, isKernels }: Lvalue): Reference | null {
    const { kernel, memory } = this.program;
    if (isKernels === true) return null;
    if (root === 'shared') return kernel.unset(memory, prefix, index);
    if (this.#begunAt(prefix) === null) return null;
    const initial = length === 1 ? false : Array.from({ length }, () => false);
    const declared = this.emitter.local(`unset.${prefix}`, { kind: 'bool' }, initial);
    return this.emitter.reference(declared, length === 1 ? null : (index ?? constant(0)));
  }

  /** While a struct is copied, which may have members that nothing has been written to. */
  #isCopying = false;

  /** A variable of the proof is no memory: what reads or writes it belongs to the step before. */
  #isGhost({ root, prefix }: Lvalue): boolean {
    return root === 'shared' && this.program.memory.cells.get(prefix)?.isGhost === true;
  }

  #storeStruct(lvalue: Lvalue, value: CValue, place: Place): void {
    if (lvalue.type.kind !== 'struct' || value.kind !== 'struct')
      return this.fail(place, 'the types of the two sides differ');
    if (typeKey(lvalue.type) !== typeKey(value.type))
      return this.fail(place, 'the types of the two sides differ');
    // Each member is copied by an access of its own, as the compiler may.
    const sources = this.leaves(value.source, place);
    for (const [at, target] of this.leaves(lvalue, place).entries()) {
      this.#isCopying = true;
      const part = this.loadPlainly(sources[at]!, place);
      this.#isCopying = false;
      this.store(target, part, place);
    }
  }

  access(access: Access): void {
    this.emitter.access({ ...access, depth: this.depth });
  }

  /** A cell of shared memory, or a local variable. */
  reference(lvalue: Lvalue, place: Place): Reference {
    return lvalue.root === 'shared' ? this.cell(lvalue, place) : this.#localCell(lvalue, place);
  }

  #localCell({ prefix, index, length, type }: Lvalue, place: Place): LocalReference {
    if (!isScalar(type)) return this.fail(place, `racewalk reads ${printType(type)} member by member`);
    const first = zeroOf(type);
    const domain = domainOf(type, this.program.memory);
    const declared = this.emitter.local(
      prefix,
      domain,
      length === 1 ? first : Array.from({ length }, () => first),
    );
    return this.emitter.reference(declared, length === 1 ? null : (index ?? constant(0)));
  }

  /** The value as an expression for a cell of this type. */
  asScalar(value: CValue, type: ScalarType, place: Place): AnyExpr {
    if (type.kind === 'pointer') return this.asPointer(value, type, place);
    const number = this.cast(value, type, place);
    return number.kind === 'number' ? number.expr : this.fail(place, `this is no ${printType(type)}`);
  }

  /** The checks of an access as assertions that come before it in the same step. */
  asserted({ checks }: Lvalue, place: Place): readonly Effect[] {
    return checks
      .filter(({ condition }) => !isConstant(condition, true))
      .map(({ claim, condition }) => ({
        kind: 'assert',
        claim: `${this.emitter.text(place)}: ${claim}`,
        condition,
      }));
  }

  protected demanded(number: AnyExpr, condition: AnyExpr, claim: string, place: Place): AnyExpr {
    this.assert(condition, claim, place);
    return number;
  }

  /** An assertion about local values. */
  assert(condition: AnyExpr, claim: string, place: Place): void {
    if (!isConstant(condition, true))
      this.emitter.compute(place, {
        kind: 'assert',
        claim: `${this.emitter.text(place)}: ${claim}`,
        condition,
      });
  }

  /** The thread must not be in a critical section. */
  mightSleep(place: Place): void {
    this.assert(
      isAwake(this.emitter),
      'nothing sleeps with interrupts off, under a spinlock or in an RCU section',
      place,
    );
  }

  /** A local variable of the running function. */
  variable(name: string, type: Type): Lvalue {
    return { type, root: 'local', prefix: `${this.function}.${name}`, index: null, length: 1, checks: [] };
  }
}
