/**
 * Guards: what is done when control leaves a scope.
 *
 * `guard(mutex)(&lock);` becomes the call `__guard(&lock, mutex_lock(_T), mutex_unlock(_T));`, `scoped_guard(mutex, &lock)` the
 * head of a loop, `T *p __free(kfree) = x;` the declaration and `__at_scope_end(...)`. The classes are defined by the kernel's
 * own lines, those of the shipped header and those that a file has.
 *
 * Source:  include/linux/cleanup.h
 */
import { span, type Mistakes, type Place } from './source.ts';
import type { Token } from './tokens.ts';

/** The calls that guards become. */
export const [guardCall, scopedGuardCall, scopeEndCall] = ['__guard', '__scoped_guard', '__at_scope_end'];
/** The variables of a guard: the object that it is of, and the interrupt flags that it keeps. */
export const [guardObject, guardFlags] = ['_T', '__guard_flags'];

/** What a guard of a class does. */
interface GuardClass {
  readonly enter: readonly Token[];
  readonly leave: readonly Token[];
  /** It may fail, and then nothing is done at the end. */
  readonly isConditional: boolean;
}

/** A class of DEFINE_CLASS(): a type, and what is done with the variable. */
interface VariableClass {
  readonly type: readonly Token[];
  readonly exit: readonly Token[];
}

/** The tokens with guards as calls. */
export function expandGuards(tokens: readonly Token[], mistakes: Mistakes): readonly Token[] {
  const reader = new GuardReader(tokens, mistakes);
  reader.read();
  return reader.output;
}

class GuardReader {
  readonly output: Token[] = [];
  readonly #tokens: readonly Token[];
  readonly #mistakes: Mistakes;
  readonly #classes = new Map<string, GuardClass>();
  readonly #frees = new Map<string, readonly Token[]>();
  readonly #variables = new Map<string, VariableClass>();
  /** What follows the declaration that is read. */
  #pending: Token[] = [];

  constructor(tokens: readonly Token[], mistakes: Mistakes) {
    this.#tokens = tokens;
    this.#mistakes = mistakes;
  }

  read(): void {
    for (let at = 0; at < this.#tokens.length; at += 1) {
      const token = this.#tokens[at]!;
      const end = token.kind === 'name' && this.#text(at + 1) === '(' ? this.#closing(at + 1) : null;
      const after = end === null ? null : this.#expand(at, end);
      if (after !== null) at = after;
      else {
        this.output.push(token);
        if (token.text === ';' && this.#pending.length > 0) this.output.push(...this.#pending.splice(0));
      }
    }
  }

  /** The last token of what is expanded here; null: nothing is. */
  #expand(at: number, end: number): number | null {
    const { text } = this.#tokens[at]!;
    const given = this.#arguments(at + 1, end);
    const isCalled = this.#text(end + 1) === '(';
    switch (text) {
      case 'DEFINE_GUARD':
      case 'DEFINE_LOCK_GUARD_1':
        this.#define(nameOf(given[0]), given.slice(2));
        return this.#statementEnd(end);
      case 'DEFINE_LOCK_GUARD_0':
        this.#define(nameOf(given[0]), given.slice(1));
        return this.#statementEnd(end);
      case 'DEFINE_GUARD_COND':
      case 'DEFINE_LOCK_GUARD_1_COND':
        this.#defineConditional(given);
        return this.#statementEnd(end);
      case 'DEFINE_FREE':
        this.#frees.set(nameOf(given[0]), joined(given.slice(2)));
        return this.#statementEnd(end);
      case 'DEFINE_CLASS':
        this.#defineClass(given, at);
        return this.#statementEnd(end);
      case 'guard':
        return isCalled ? this.#guard(nameOf(given[0]), at, end) : null;
      case 'scoped_guard':
        this.#scoped(at, end, { name: nameOf(given[0]), object: joined(given.slice(1)), fail: null });
        return end;
      case 'scoped_cond_guard':
        this.#scoped(at, end, {
          name: nameOf(given[0]),
          object: joined(given.slice(2)),
          fail: given[1] ?? [],
        });
        return end;
      case 'CLASS':
        return isCalled ? this.#variable(given, at, end) : null;
      case '__free':
      case '__cleanup':
        return this.#free(text, nameOf(given[0]), at, end);
      default:
        return null;
    }
  }

  #define(name: string, [enter = [], leave = [], ...members]: readonly (readonly Token[])[]): void {
    const own = { enter: withoutMembers(enter), leave: withoutMembers(leave), isConditional: false };
    const isKnown = members.every((one) => one.map(({ text }) => text).join(' ') === 'unsigned long flags');
    if (isKnown) this.#classes.set(name, own);
    else
      this.#mistakes.report(members[0]![0]!.place, 'racewalk reads guards that keep `unsigned long flags`');
  }

  #defineConditional([name, suffix, enter = [], condition]: readonly (readonly Token[])[]): void {
    const base = this.#classes.get(nameOf(name));
    if (base === undefined) return this.#unknown(name?.[0], nameOf(name));
    const place = enter[0]!.place;
    const lock = withoutMembers(enter);
    const asked =
      condition === undefined
        ? lock
        : wordsOf(place, '( {', '__auto_type', '_RET', '=', lock, ';', condition, ';', '} )');
    this.#classes.set(`${nameOf(name)}${nameOf(suffix)}`, { ...base, enter: asked, isConditional: true });
  }

  /** DEFINE_CLASS(name, type, exit, init, init_args) as a function that makes the variable. */
  #defineClass(
    [name = [], type = [], exit = [], init = [], ...parameters]: readonly (readonly Token[])[],
    at: number,
  ): void {
    this.#variables.set(nameOf(name), { type, exit });
    const { place } = this.#tokens[at]!;
    this.output.push(
      ...wordsOf(
        place,
        'static',
        type,
        constructorOf(nameOf(name)),
        '(',
        joined(parameters),
        ') {',
        'return',
        init,
        '; }',
      ),
    );
  }

  #guard(name: string, at: number, end: number): number | null {
    const last = this.#closing(end + 1)!;
    const place = this.#between(at, last);
    const known = this.#classes.get(name);
    if (known === undefined) this.#unknown(this.#tokens[at], name);
    else if (known.isConditional)
      this.#mistakes.report(place, `guard(${name}) may fail: racewalk reads scoped_cond_guard(${name}, ...)`);
    else {
      const object = joined(this.#arguments(end + 1, last));
      this.output.push(...callOf(place, guardCall, object, known));
    }
    return last;
  }

  #scoped(
    at: number,
    end: number,
    { name, object, fail }: { name: string; object: readonly Token[]; fail: readonly Token[] | null },
  ): void {
    const place = this.#between(at, end);
    const known = this.#classes.get(name);
    if (known === undefined) return this.#unknown(this.#tokens[at], name);
    const more = fail === null ? [] : wordsOf(place, ', ( {', fail, '; } )');
    const call = callOf(place, scopedGuardCall, object, known).slice(0, -1);
    this.output.push(...wordsOf(place, 'for ( ;', call, more, ') ; )'));
  }

  /** CLASS(name, variable)(arguments) */
  #variable([name, variable = []]: readonly (readonly Token[])[], at: number, end: number): number {
    const last = this.#closing(end + 1)!;
    const place = this.#between(at, last);
    const known = this.#variables.get(nameOf(name));
    if (known === undefined) this.#unknown(this.#tokens[at], nameOf(name));
    else {
      const given = joined(this.#arguments(end + 1, last));
      const made = [constructorOf(nameOf(name)), '(', given, ')'] as const;
      this.output.push(...wordsOf(place, known.type, variable, '=', ...made));
      this.#pending.push(...atScopeEnd(place, variable[0]!, known.exit));
    }
    return last;
  }

  /** `T *p __free(kfree)`: what follows the declaration. */
  #free(kind: string, name: string, at: number, end: number): number {
    const place = this.#between(at, end);
    const variable = this.#tokens[at - 1]!;
    const code = kind === '__free' ? this.#frees.get(name) : wordsOf(place, name, '( &', [variable], ')');
    if (code === undefined) this.#unknown(this.#tokens[at], name);
    else this.#pending.unshift(...atScopeEnd(place, variable, code));
    return end;
  }

  #unknown(token: Token | undefined, name: string): void {
    if (token !== undefined)
      this.#mistakes.report(
        token.place,
        `racewalk knows no guard '${name}': paste its DEFINE_GUARD() or DEFINE_FREE()`,
      );
  }

  #text(at: number): string {
    return this.#tokens[at]?.text ?? '';
  }

  #between(first: number, last: number): Place {
    return span(this.#tokens[first]!.place, this.#tokens[last]!.place);
  }

  /** The bracket that closes the one here; null: none does. */
  #closing(opening: number): number | null {
    for (let [at, depth] = [opening, 0]; at < this.#tokens.length; at += 1) {
      const { text, kind } = this.#tokens[at]!;
      if (kind !== 'punctuator') continue;
      if ('([{'.includes(text)) depth += 1;
      if (')]}'.includes(text) && (depth -= 1) === 0) return at;
    }
    return null;
  }

  /** The arguments between brackets. */
  #arguments(opening: number, closing: number): readonly (readonly Token[])[] {
    const given: Token[][] = [[]];
    let depth = 0;
    for (const token of this.#tokens.slice(opening + 1, closing)) {
      const isBracket = token.kind === 'punctuator';
      if (isBracket && '([{'.includes(token.text)) depth += 1;
      if (isBracket && ')]}'.includes(token.text)) depth -= 1;
      if (depth === 0 && token.text === ',') given.push([]);
      else given.at(-1)!.push(token);
    }
    return given;
  }

  /** The semicolon behind a definition belongs to it. */
  #statementEnd(end: number): number {
    return this.#text(end + 1) === ';' ? end + 1 : end;
  }
}

const nameOf = (tokens: readonly Token[] | undefined): string => tokens?.[0]?.text ?? '';
const constructorOf = (name: string): string => `class_${name}_constructor`;

/** The arguments with commas between them. */
const joined = (given: readonly (readonly Token[])[]): readonly Token[] =>
  given.flatMap((one, at) =>
    at === 0 || one[0] === undefined ? one : [{ ...one[0], kind: 'punctuator' as const, text: ',' }, ...one],
  );

/** The members of a guard are variables of racewalk: `_T->lock` is the object, `_T->flags` the interrupt flags. */
function withoutMembers(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, at): readonly Token[] => {
    const isMember = (of: number) => tokens[of]?.text === guardObject && tokens[of + 1]?.text === '->';
    if (isMember(at - 1) || (isMember(at - 2) && token.text === 'lock')) return [];
    if (isMember(at)) return tokens[at + 2]?.text === 'lock' ? [token] : [];
    return isMember(at - 2) ? [{ ...token, text: guardFlags }] : [token];
  });
}

/** Words with spaces between punctuators, and tokens, all at one place. */
function wordsOf(place: Place, ...parts: readonly (string | readonly Token[])[]): readonly Token[] {
  return parts.flatMap((part) =>
    typeof part === 'string'
      ? part.split(' ').map((text): Token => {
          const kind = /^\w/.test(text) ? 'name' : 'punctuator';
          return { kind, text, place, beginsLine: false, spaced: true };
        })
      : part,
  );
}

/** Tokens of a definition where they are used. */
const at = (place: Place, tokens: readonly Token[]): readonly Token[] =>
  tokens.map((token) => ({ ...token, place }));

function callOf(
  place: Place,
  name: string,
  object: readonly Token[],
  { enter, leave }: GuardClass,
): readonly Token[] {
  const of = object.length === 0 ? [{ ...wordsOf(place, '0')[0]!, kind: 'number' as const }] : object;
  return wordsOf(place, name, '(', of, ',', at(place, enter), ',', at(place, leave), ')');
}

/** What is done with a variable when control leaves its scope. */
const atScopeEnd = (place: Place, variable: Token, code: readonly Token[]): readonly Token[] =>
  wordsOf(
    place,
    scopeEndCall,
    '( ( {',
    '__auto_type',
    guardObject,
    '=',
    [variable],
    ';',
    at(place, code),
    '; } ) ) ;',
  );
