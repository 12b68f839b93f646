/** The statements of one thread under construction. */
import type { AnyDomain, Value } from '../../language/domain.ts';
import type { AnyExpr, LocalReference } from '../../language/expression.ts';
import type { BarrierKind, Block, Effect, Ordering, Statement } from '../../language/statement.ts';
import type { AnyDeclaration } from '../../language/variable.ts';
import { positionOf, textOf, type Place } from '../syntax/source.ts';
import { withoutStrayBarriers, type Side } from './barriers-beside.ts';
import { endedFrom } from './next-accesses.ts';
import { negated } from './value.ts';

/** More statements of one thread, after calls are pasted, are refused. */
export const mostStatements = 20_000;

/** One access of memory, or a wait for it. */
export interface Access {
  readonly place: Place;
  readonly effects: readonly Effect[];
  readonly ordering?: Ordering;
  readonly guard?: AnyExpr | null;
  /** The part of the guard that is no wait of the author. */
  readonly addedGuard?: AnyExpr | null;
  /** In place of the source. */
  readonly text?: string;
  /** A read without READ_ONCE() and the like. */
  readonly isPlainRead?: boolean;
  /** How many calls are pasted around it. */
  readonly depth?: number;
  /** No statement is named after it. */
  readonly isAside?: boolean;
}

type Unnumbered = Statement extends infer S ? (S extends unknown ? Omit<S, 'line' | 'nth'> : never) : never;

export class Emitter {
  readonly locals: Record<string, AnyDeclaration> = {};
  readonly #thread: string;
  readonly #main: string;
  #statements: Statement[] = [];
  /** The depth of each access in the block under construction. */
  #depths: (number | undefined)[] = [];
  #count = 0;
  #labels = 0;
  readonly #texts = new Map<string, number>();
  /** Effects of the next access after a label, on every way from it: the end of a HOLDS_HERE. */
  readonly #ends = new Map<string, readonly Effect[]>();
  /** Barriers that belong to the atomic operation beside them. */
  readonly #sides = new Map<Statement, Side>();
  #isGenerating = false;
  /** Temporary variables in use, by the name of what they hold. */
  readonly #temporaries = new Map<string, number>();
  readonly #temporaryNames = new Set<string>();
  readonly #choices = new Set<string>();

  /** `main`: the name of the user's file, whose lines need no file name. */
  constructor(thread: string, main: string) {
    this.#thread = thread;
    this.#main = main;
  }

  get thread(): string {
    return this.#thread;
  }

  get count(): number {
    return this.#count;
  }

  /** The statements so far. */
  get block(): Block {
    return [...this.#ends].reduce(endedFrom, withoutStrayBarriers(this.#statements, this.#sides));
  }

  /** A local variable, declared at its first use. */
  local(name: string, domain: AnyDomain, initial: Value | readonly Value[], meaning = ''): Declared {
    const length = Array.isArray(initial) ? (initial as readonly Value[]).length : null;
    const declaration = (this.locals[name] ??= {
      kind: 'declaration',
      domain,
      initial: Array.isArray(initial) ? (initial as readonly Value[]) : [initial as Value],
      length,
      meaning,
    });
    return { name, domain: declaration.domain };
  }

  reference({ name, domain }: Declared, index: AnyExpr | null = null): LocalReference {
    return { kind: 'local', thread: this.#thread, name, index, replica: null, domain };
  }

  /** A variable for a value until the end of the statement; no variable of C has a name with a number of its own. */
  temporary(what: string, domain: AnyDomain, initial: Value): LocalReference {
    const nested = (this.#temporaries.get(what) ?? 0) + 1;
    this.#temporaries.set(what, nested);
    const name = `${what}.${nested}`;
    this.#temporaryNames.add(name);
    return this.reference(this.local(name, domain, initial));
  }

  /** Whether an expression is a choice, which keeps its value until it is made again. */
  isChoice(expr: AnyExpr): boolean {
    return expr.kind === 'local' && this.#choices.has(expr.name);
  }

  /** The name with a number, if the statement under construction has used it for `owner` before. */
  numbered(name: string, owner: string): string {
    const key = `${owner}.${name}`;
    const uses = (this.#temporaries.get(key) ?? 0) + 1;
    this.#temporaries.set(key, uses);
    return uses === 1 ? name : `${name}.${uses}`;
  }

  /** Marks the statements that `work` emits: they are no lines of the protocol. */
  generated(work: () => void): void {
    const outer = this.#isGenerating;
    this.#isGenerating = true;
    work();
    this.#isGenerating = outer;
  }

  /** Ends the life of all temporaries that `work` takes. */
  scoped<T>(work: () => T): T {
    const before = new Map(this.#temporaries);
    const result = work();
    this.#temporaries.clear();
    for (const [what, nested] of before) this.#temporaries.set(what, nested);
    return result;
  }

  newLabel(): string {
    return `L${(this.#labels += 1)}`;
  }

  /** One step of the CPU. */
  access({
    place,
    effects,
    ordering = null,
    guard = null,
    addedGuard = null,
    text = sourceText(place),
    depth = 0,
    isPlainRead = false,
    isAside = false,
  }: Access): void {
    this.#depths[this.#statements.length] = isAside ? undefined : depth;
    this.#add({
      kind: 'step',
      text,
      guard,
      effects,
      ordering,
      ...this.#at(place),
      ...(addedGuard === null ? {} : { addedGuard }),
      ...(isPlainRead ? { plainRead: true } : {}),
      ...(isAside ? { isAside } : {}),
    });
  }

  /** The next access that the thread makes, whichever it is, begins with these effects. */
  untilNextAccess(effects: readonly Effect[]): void {
    const label = this.newLabel();
    this.label(label);
    this.#ends.set(label, effects);
  }

  /** Computation on locals: part of the step before it, unless control may come from elsewhere. */
  compute(place: Place, ...effects: readonly Effect[]): void {
    const last = this.#statements.at(-1);
    if (last?.kind === 'step') {
      this.#statements[this.#statements.length - 1] = {
        ...last,
        effects: this.#withResult(last.effects, effects),
      };
      return;
    }
    this.#add({
      kind: 'step',
      text: sourceText(place),
      guard: null,
      effects,
      ordering: null,
      ...this.#at(place),
      isSilent: true,
    });
  }

  /** A place that a claim is about, with what the claim reads of it. */
  mark(place: Place, text: string, ...effects: readonly Effect[]): void {
    this.#add({
      kind: 'step',
      text,
      guard: null,
      effects,
      ordering: null,
      ...this.#at(place),
      isMark: true,
      isGenerated: true,
    });
  }

  /** The text of the access that a whole statement is about: its last one. */
  retell(since: number, place: Place, depth: number, before = '', after = ''): void {
    const at = this.#statements.findLastIndex(
      (_, position) => position >= since && this.#depths[position] === depth,
    );
    const found = this.#statements[at];
    if (found?.kind !== 'step') return;
    this.#statements[at] = { ...found, text: `${before}${sourceText(place)}${after}`, ...this.#at(place) };
  }

  /** The number of statements of the block under construction. */
  get length(): number {
    return this.#statements.length;
  }

  #at(place: Place) {
    const file = place.file.name === this.#main ? null : place.file.name;
    return { source: { file, line: positionOf(place).line } };
  }

  barrier(place: Place, barrier: BarrierKind): void {
    this.#add({ kind: 'barrier', text: sourceText(place), barrier, ...this.#at(place) });
  }

  /** A barrier that orders nothing unless an atomic operation stands on its side. */
  barrierBeside(place: Place, side: Side): void {
    this.barrier(place, 'full');
    const barrier = this.#statements.at(-1);
    if (barrier?.kind === 'barrier') this.#sides.set(barrier, side);
  }

  note(text: string): void {
    this.#add({ kind: 'note', text });
  }

  /** A choice in a variable of its own. */
  choose(place: Place, domain: AnyDomain & { readonly kind: 'range' }): LocalReference {
    const name = `any.${this.#choices.size + 1}`;
    this.#choices.add(name);
    const target = this.reference(this.local(name, domain, domain.low));
    this.#add({ kind: 'choose', text: sourceText(place), target, ...this.#at(place) });
    return target;
  }

  label(name: string): void {
    this.#add({ kind: 'label', name });
  }

  goto(label: string): void {
    if (this.isReachable) this.#add({ kind: 'goto', label });
  }

  /** Jumps to one of two labels. */
  branch(place: Place, condition: AnyExpr, yes: string, no: string): void {
    if (condition.kind === 'constant') return this.goto(condition.value === true ? yes : no);
    const jump = (label: string): Block => [this.#numbered({ kind: 'goto', label })];
    const positive = condition.kind === 'not' ? negated(condition) : condition;
    const [then, otherwise] = positive === condition ? [yes, no] : [no, yes];
    this.#add({
      kind: 'branch',
      text: sourceText(place),
      condition: positive,
      then: jump(then),
      otherwise: jump(otherwise),
      ...this.#at(place),
      isSilent: true,
    });
  }

  atomically(reason: string, body: () => void): void {
    this.#add({ kind: 'atomically', reason, body: this.inside(body) });
  }

  forever(body: () => void): void {
    this.#add({ kind: 'forever', body: this.inside(body) });
  }

  /** The statements that `work` emits, as a block of their own. */
  inside(work: () => void): Block {
    const [outer, depths] = [this.#statements, this.#depths];
    [this.#statements, this.#depths] = [[], []];
    work();
    const inner = this.#statements;
    [this.#statements, this.#depths] = [outer, depths];
    return inner;
  }

  /** `t = x; v = t` is `v = x` where t is a temporary, whose value is taken once. */
  #withResult(before: readonly Effect[], after: readonly Effect[]): readonly Effect[] {
    const [last, first] = [before.at(-1), after[0]];
    const isCopy =
      last?.kind === 'set' &&
      first?.kind === 'set' &&
      after.length === 1 &&
      first.value === last.target &&
      this.#temporaryNames.has(last.target.name) &&
      first.target.domain.kind === last.target.domain.kind;
    return isCopy ? [...before.slice(0, -1), { ...last, target: first.target }] : [...before, ...after];
  }

  /** Statements after a jump and before a label are never executed. */
  get isReachable(): boolean {
    return this.#statements.at(-1)?.kind !== 'goto';
  }

  #add(statement: Unnumbered): void {
    if (this.isReachable || statement.kind === 'label') this.#statements.push(this.#numbered(statement));
  }

  #numbered(statement: Unnumbered): Statement {
    this.#count += 1;
    const text = 'text' in statement ? statement.text : statement.kind;
    const nth = (this.#texts.get(text) ?? 0) + 1;
    this.#texts.set(text, nth);
    return { ...statement, line: 0, nth, ...(this.#isGenerating ? { isGenerated: true as const } : {}) };
  }

  /** A place with its line, such as `42: pte[i] = NULL`. */
  text(place: Place): string {
    const { file, line } = this.#at(place).source;
    return `${file === null ? '' : `${file}:`}${line}: ${sourceText(place)}`;
  }
}

/** A declared variable of a thread. */
export interface Declared {
  readonly name: string;
  readonly domain: AnyDomain;
}

const longestText = 72;

/** The source at a place on one line. */
export function sourceText(place: Place): string {
  const text = textOf(place)
    .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}
