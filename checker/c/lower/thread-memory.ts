/** How a thread reads and writes memory: each access of shared memory is a step. */
import type { AnyExpr, LocalReference, Reference } from '../../language/expression.ts';
import type { Effect, Ordering } from '../../language/statement.ts';
import { domainOf, sharedDomain } from '../domains.ts';
import { typeKey, zeroOf } from '../memory.ts';
import type { SharedCell } from '../overlay.ts';
import { positionOf, type Place } from '../syntax/source.ts';
import type { Declaration, Expression } from '../syntax/syntax.ts';
import type { Scope } from './scope.ts';
import { isScalar, printType, type ScalarType, type Type } from '../syntax/types.ts';
import { isAwake } from './critical-count.ts';
import { Emitter, type Access } from './emitter.ts';
import { Evaluator } from './evaluator.ts';
import type { Program, ThreadDefinition } from './program.ts';
import { alone, constant, isConstant, negated, scalar, type CValue, type Lvalue } from './value.ts';
import { isWritten, lastWritten, viewed, withMember } from './view.ts';

/** The type of the cell that a scalar place is, or is part of. */
const cellType = ({ type, shared }: Lvalue): ScalarType => shared?.type ?? (type as ScalarType);

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
      return this.#shown(lvalue, this.#localCell(lvalue, place), place);
    }
    const cell = this.cell(lvalue, place);
    if (lvalue.isGhost === true) return this.#shown(lvalue, cell, place);
    return this.#shown(lvalue, this.#fetched(lvalue, place, { ordering, isPlainRead }, written), place);
  }

  /** The value of the cell, in a step of its own. */
  #fetched(
    lvalue: Lvalue,
    place: Place,
    how: Pick<Access, 'ordering' | 'isPlainRead'>,
    before: readonly Effect[] = [],
  ): AnyExpr {
    const cell = this.cell(lvalue, place);
    const target = this.emitter.temporary(cell.name, cell.domain, zeroOf(cellType(lvalue)));
    const effects: readonly Effect[] = [
      ...this.asserted(lvalue, place),
      ...before,
      { kind: 'set', target, value: cell },
    ];
    this.access({ place, effects, ...how });
    return target;
  }

  /** The value of a place whose cell has this value. */
  #shown({ type, view }: Lvalue, cell: AnyExpr, place: Place): CValue {
    if (!isScalar(type)) return this.fail(place, `racewalk reads ${printType(type)} member by member`);
    if (view === undefined) return scalar(type, cell);
    this.assert(isWritten(view, cell), lastWritten, place);
    return viewed(view, cell);
  }

  /** Inside of data_race(): its author knows that a read races. */
  protected isExcused = false;

  store(lvalue: Lvalue, value: CValue, place: Place, ordering: Ordering = null): void {
    const { type } = lvalue;
    if (!isScalar(type)) return this.#storeStruct(lvalue, value, place);
    const expr = this.asScalar(value, type, place);
    const target = this.reference(lvalue, place);
    // A variable of the proof is no memory: what reads or writes it belongs to the step before.
    const isStep = lvalue.root === 'shared' && lvalue.isGhost !== true;
    // Its neighbours are stored with a bit-field, as they were before.
    const before =
      isStep && lvalue.view?.kind === 'bits'
        ? this.#fetched(lvalue, place, { isPlainRead: !this.isExcused })
        : target;
    const stored = lvalue.view === undefined ? expr : withMember(lvalue.view, before, expr);
    const set: Effect = { kind: 'set', target, value: stored };
    const effects = [...this.asserted(lvalue, place), set, ...this.marked(lvalue, false)];
    if (isStep) this.access({ place, effects, ordering });
    else this.emitter.compute(place, ...effects);
  }

  /** Local variables that may be read before anything is written there, by the beginning of their cells' names. */
  readonly #begun = new Map<string, Place>();

  /** A local variable comes to be: nothing has been written there. */
  protected begins(declaration: Declaration, lvalue: Lvalue): void {
    if (!this.program.maybeUnset.has(declaration)) return;
    this.#begun.set(lvalue.prefix, declaration.place);
    if (declaration.initial !== null) return;
    this.emitter.compute(declaration.place, ...this.unset(lvalue, declaration.place));
  }

  /** While the value of a variable is evaluated: where PTR_ERR() gives an error number; null: it is not asked. */
  #lateError: { isError: AnyExpr | null } | null = null;

  /** PTR_ERR() may be asked before IS_ERR() where its value goes into a variable, which is then as good as not written. */
  protected override errorRead(holdsError: AnyExpr, place: Place): void {
    if (this.#lateError === null)
      this.assert(holdsError, 'PTR_ERR() of a pointer that holds no error', place);
    else this.#lateError.isError = holdsError;
  }

  /** Stores the value of PTR_ERR() in a local variable. */
  protected storeError(lvalue: Lvalue, value: Expression, scope: Scope, place: Place): CValue {
    const late: { isError: AnyExpr | null } = { isError: null };
    this.#lateError = late;
    const error = this.value(value, scope);
    this.#lateError = null;
    this.store(lvalue, error, place);
    const flag = this.#unsetFlag(lvalue);
    if (late.isError !== null && flag !== null)
      this.emitter.compute(place, { kind: 'set', target: flag, value: negated(late.isError) });
    return error;
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
      return this.#cellsOf(type.fields.flatMap((field) => this.#leavesOf(lvalue, field.name, place)));
    if (type.kind !== 'array') return [];
    return Array.from({ length: type.length }, (_, at) => at).flatMap((at) =>
      this.leaves(this.element(lvalue, constant(at), place), place),
    );
  }

  /** The cells of a member; one that cannot be read has none of its own. */
  #leavesOf(lvalue: Lvalue, name: string, place: Place): readonly Lvalue[] {
    const { type } = lvalue;
    const path = lvalue.within === undefined ? name : `${lvalue.within.path}.${name}`;
    const overlay =
      lvalue.within?.overlay ?? (type.kind === 'struct' ? this.program.memory.overlay(type) : null);
    const kind = overlay?.get(path)?.kind;
    return kind === 'refused' || kind === 'same' ? [] : this.leaves(this.member(lvalue, name, place), place);
  }

  /** Cells as wholes, each once. */
  #cellsOf(leaves: readonly Lvalue[]): readonly Lvalue[] {
    const seen = new Set<SharedCell>();
    return leaves.flatMap((leaf) => {
      const { shared } = leaf;
      if (shared === undefined) return [leaf];
      if (seen.has(shared)) return [];
      seen.add(shared);
      return [{ ...alone(leaf), type: shared.type }];
    });
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

  #localCell(lvalue: Lvalue, place: Place): LocalReference {
    const { prefix, index, length, shared } = lvalue;
    if (!isScalar(lvalue.type))
      return this.fail(place, `racewalk reads ${printType(lvalue.type)} member by member`);
    const first = zeroOf(cellType(lvalue));
    const { memory } = this.program;
    const domain = shared === undefined ? domainOf(lvalue.type, memory) : sharedDomain(shared, memory);
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
