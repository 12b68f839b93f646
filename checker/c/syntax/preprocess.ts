/** The C preprocessor: includes of shipped headers, conditions over options, macros of the file. */
import { directiveValue } from './directive-value.ts';
import { span, type Mistakes, type Place, type SourceFile } from './source.ts';
import { tokensOf, type Token } from './tokens.ts';

interface Macro {
  /** Null: an object-like macro. */
  readonly parameters: readonly string[] | null;
  readonly isVariadic: boolean;
  readonly body: readonly Token[];
}

/** What a file may refer to. */
export interface Surroundings {
  /** The shipped header of this name; null: there is none. */
  readonly header: (name: string) => SourceFile | null;
  /** Values of flags that `#if` may ask; those that the file itself declares need not be here. */
  readonly flags: ReadonlyMap<string, boolean>;
}

/** What a file is told about a configuration of the kernel that it asks and does not have. */
export const unknownConfiguration = (name: string): string =>
  `whether ${name} is set is not known: write OPTION_FLAG(${name}, machine, "what it is"), or #define ${name} 1, or #undef ${name}`;

/** Bounds: a file that needs more is refused. */
const mostTokens = 400_000;
const deepestNesting = 200;

/** The tokens of a file after preprocessing; racewalk itself knows what `racewalk.h` declares. */
export function preprocess(file: SourceFile, around: Surroundings, mistakes: Mistakes): readonly Token[] {
  const run = new Preprocessor(around, mistakes);
  run.readFile(file);
  return nestingChecked(run.output, mistakes);
}

/** Deeper nesting would exhaust the stack of whoever walks the tree. */
function nestingChecked(tokens: readonly Token[], mistakes: Mistakes): readonly Token[] {
  let depth = 0;
  for (const [at, { text, place, kind }] of tokens.entries()) {
    if (kind !== 'punctuator') continue;
    if ('([{'.includes(text)) depth += 1;
    if (')]}'.includes(text)) depth -= 1;
    if (depth > deepestNesting) {
      mistakes.report(place, `brackets are nested more than ${deepestNesting} deep`);
      return tokens.slice(0, at);
    }
  }
  return tokens;
}

/** The state of one `#if`. */
interface Condition {
  readonly place: Place;
  /** The text around it is read. */
  readonly outer: boolean;
  /** A branch has been read. */
  taken: boolean;
  reading: boolean;
  hasElse: boolean;
}

class Preprocessor {
  readonly output: Token[] = [];
  readonly #around: Surroundings;
  readonly #mistakes: Mistakes;
  readonly #macros = new Map<string, Macro>();
  readonly #flags: Map<string, boolean>;
  readonly #included = new Set<string>();
  /** Names that the file says are not defined. */
  readonly #undefined = new Set<string>();

  constructor(around: Surroundings, mistakes: Mistakes) {
    this.#around = around;
    this.#mistakes = mistakes;
    this.#flags = new Map(around.flags);
  }

  readFile(file: SourceFile): void {
    const tokens = tokensOf(file, this.#mistakes);
    for (const [name, fallback] of declaredFlags(tokens))
      if (!this.#flags.has(name)) this.#flags.set(name, fallback);
    const conditions: Condition[] = [];
    let text: Token[] = [];
    for (const line of linesOf(tokens)) {
      const reading = conditions.at(-1)?.reading ?? true;
      if (line[0]!.text === '#') {
        this.#emit(text);
        text = [];
        this.#directive(line, conditions, reading);
      } else if (reading) text.push(...line);
    }
    this.#emit(text);
    for (const { place } of conditions) this.#mistakes.report(place, 'this #if has no #endif');
  }

  #emit(tokens: readonly Token[]): void {
    if (tokens.length > 0) for (const token of this.#expanded(tokens)) this.output.push(token);
  }

  #directive([, name, ...rest]: readonly Token[], conditions: Condition[], reading: boolean): void {
    if (name === undefined) return;
    const { place } = name;
    const inner = conditions.at(-1);
    const open = (isTrue: () => boolean): void => {
      const taken = reading && isTrue();
      conditions.push({ place, outer: reading, taken, reading: taken, hasElse: false });
    };
    switch (name.text) {
      case 'if':
        return open(() => this.#isTrue(rest, place));
      case 'ifdef':
        return open(() => this.#isDefined(rest, place));
      case 'ifndef':
        return open(() => !this.#isDefined(rest, place));
      case 'elif':
      case 'else':
      case 'endif':
        if (inner === undefined) return this.#mistakes.report(place, `#${name.text} without #if`);
        if (name.text === 'endif') return void conditions.pop();
        if (inner.hasElse) return this.#mistakes.report(place, `#${name.text} after #else`);
        inner.hasElse = name.text === 'else';
        inner.reading = inner.outer && !inner.taken && (inner.hasElse || this.#isTrue(rest, place));
        inner.taken ||= inner.reading;
        return;
    }
    if (!reading) return;
    switch (name.text) {
      case 'define':
        return this.#define(rest, place);
      case 'undef':
        this.#undefined.add(rest[0]?.text ?? '');
        return void this.#macros.delete(rest[0]?.text ?? '');
      case 'include':
        return this.#include(rest, place);
      case 'error':
        return this.#mistakes.report(place, ['#error', ...rest.map(({ text }) => text)].join(' '));
      case 'pragma':
        return;
      default:
        this.#mistakes.report(place, `racewalk does not read #${name.text}`);
    }
  }

  #include(rest: readonly Token[], place: Place): void {
    const text = rest.map(({ text }) => text).join('');
    const name = /^(?:"(.+)"|<(.+)>)$/.exec(text)?.slice(1).join('');
    const header = name === undefined ? null : this.#around.header(name);
    if (header === null)
      return this.#mistakes.report(
        rest[0]?.place ?? place,
        `${text === '' ? '#include' : text} is no header of racewalk: racewalk reads one file and the headers that it ships; ` +
          'paste what the protocol needs',
      );
    if (this.#included.has(header.name)) return;
    this.#included.add(header.name);
    this.readFile(header);
  }

  #define([name, ...rest]: readonly Token[], place: Place): void {
    if (name?.kind !== 'name') return this.#mistakes.report(place, '#define needs a name');
    const isFunction = rest[0]?.text === '(' && !rest[0].spaced;
    const end = isFunction ? rest.findIndex(({ text }) => text === ')') : -1;
    if (isFunction && end < 0)
      return this.#mistakes.report(rest[0]!.place, 'this list of parameters does not end');
    const parameters = isFunction ? rest.slice(1, end).filter(({ text }) => text !== ',') : [];
    const wrong = parameters.find(({ kind, text }) => kind !== 'name' && text !== '...');
    if (wrong !== undefined)
      return this.#mistakes.report(wrong.place, 'a parameter of a macro must be a name');
    const isVariadic = parameters.at(-1)?.text === '...';
    const names = parameters.map(({ text }) => (text === '...' ? '__VA_ARGS__' : text));
    this.#macros.set(name.text, {
      parameters: isFunction ? names : null,
      isVariadic,
      body: rest.slice(end + 1),
    });
  }

  #isDefined([name]: readonly Token[], place: Place): boolean {
    if (name?.kind !== 'name') this.#mistakes.report(place, 'a name is missing');
    const isKnown = (text: string) =>
      this.#macros.has(text) || this.#flags.has(text) || this.#undefined.has(text);
    if (name !== undefined && /^CONFIG_/.test(name.text) && !isKnown(name.text))
      this.#mistakes.report(name.place, unknownConfiguration(name.text));
    return name !== undefined && (this.#macros.has(name.text) || this.#flags.get(name.text) === true);
  }

  #isTrue(tokens: readonly Token[], place: Place): boolean {
    // `defined X` and IS_ENABLED(X) take a name as it stands.
    const asked = tokens.flatMap((token, at): readonly Token[] => {
      const back = tokens[at - 1]?.text === '(' ? 2 : 1;
      const asks = ['defined', 'IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE'].includes(
        tokens[at - back]?.text ?? '',
      );
      return asks && token.kind === 'name'
        ? [{ ...token, kind: 'number', text: this.#isDefined([token], place) ? '1' : '0' }]
        : [token];
    });
    const known = asked.filter(
      ({ text }) => !['defined', 'IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE'].includes(text),
    );
    const flag = ({ text }: Token) => (this.#flags.get(text) === true ? '1' : '0');
    const numbers = this.#expanded(known).map((token) =>
      token.kind === 'name' ? { ...token, kind: 'number' as const, text: flag(token) } : token,
    );
    const value = directiveValue(numbers);
    if (value === null) this.#mistakes.report(place, 'racewalk cannot evaluate this condition');
    return value !== null && value !== 0n;
  }

  /** The tokens with all macros expanded. */
  #expanded(tokens: readonly Token[]): readonly Token[] {
    const output: Token[] = [];
    // The rest of the input, last token first, so that expansions are pushed and read again.
    const input = [...tokens].reverse();
    let count = 0;
    for (let token = input.pop(); token !== undefined; token = input.pop()) {
      if ((count += 1) + this.output.length > mostTokens) {
        this.#mistakes.report(token.place, `macros expand to more than ${mostTokens} tokens`);
        return [];
      }
      const macro = token.kind === 'name' ? this.#macros.get(token.text) : undefined;
      if (macro === undefined || token.from?.has(token.text) === true) {
        output.push(token);
        continue;
      }
      const taken = macro.parameters === null ? { given: [], end: token } : takeArguments(input);
      if (taken === null) {
        output.push(token);
        continue;
      }
      const use = { ...token, place: span(token.place, taken.end.place) };
      const body = this.#substituted(macro, taken.given, use);
      for (let at = body.length - 1; at >= 0; at -= 1) input.push(body[at]!);
    }
    return output;
  }

  #substituted(macro: Macro, given: readonly (readonly Token[])[], use: Token): readonly Token[] {
    const from = new Set([...(use.from ?? []), use.text]);
    const { parameters, isVariadic, body } = macro;
    const named = parameters ?? [];
    const fixed = isVariadic ? named.length - 1 : named.length;
    const actual = new Map(named.slice(0, fixed).map((name, at) => [name, given[at] ?? []]));
    if (isVariadic)
      actual.set(
        '__VA_ARGS__',
        given
          .slice(fixed)
          .flatMap((tokens, at) =>
            at === 0 ? tokens : [{ ...use, kind: 'punctuator' as const, text: ',' }, ...tokens],
          ),
      );
    const result: Token[] = [];
    for (let at = 0; at < body.length; at += 1) {
      const token = body[at]!;
      const next = body[at + 1];
      if (token.text === '#' && parameters !== null && next !== undefined && actual.has(next.text)) {
        result.push({
          ...use,
          kind: 'string',
          text: JSON.stringify(
            actual
              .get(next.text)!
              .map(({ text }) => text)
              .join(' '),
          ),
        });
        at += 1;
        continue;
      }
      if (token.text === '##') {
        const right = actual.get(next?.text ?? '') ?? (next === undefined ? [] : [next]);
        const left = result.at(-1);
        at += 1;
        // `, ## __VA_ARGS__`: the comma goes if nothing follows.
        if (left?.text === ',' && next?.text === '__VA_ARGS__') {
          if (right.length === 0) result.pop();
          result.push(...right);
        } else if (left !== undefined && right[0] !== undefined) {
          result[result.length - 1] = { ...left, text: left.text + right[0].text };
          result.push(...right.slice(1));
        } else result.push(...right);
        continue;
      }
      const argument = parameters === null ? undefined : actual.get(token.text);
      // An argument stays where it was written; it may use every macro that its own place may use.
      if (argument !== undefined) result.push(...(next?.text === '##' ? argument : this.#expanded(argument)));
      else result.push({ ...token, place: use.place, from });
    }
    return result;
  }
}

/** The arguments of a macro's use, taken off the input with the parenthesis that ends them. */
interface Arguments {
  readonly given: readonly (readonly Token[])[];
  readonly end: Token;
}

/** Null: no parenthesis follows. */
function takeArguments(input: Token[]): Arguments | null {
  if (input.at(-1)?.text !== '(') return null;
  const kept = [input.pop()!];
  const given: Token[][] = [[]];
  let depth = 1;
  for (let token = input.pop(); token !== undefined; token = input.pop()) {
    kept.push(token);
    if ('([{'.includes(token.text)) depth += 1;
    if (')]}'.includes(token.text)) depth -= 1;
    if (depth === 0) return { given: given.length === 1 && given[0]!.length === 0 ? [] : given, end: token };
    if (depth === 1 && token.text === ',') given.push([]);
    else given.at(-1)!.push(token);
  }
  // It never ends: the parser reports the parenthesis.
  for (const token of kept.reverse()) input.push(token);
  return null;
}

function linesOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lines: Token[][] = [];
  for (const token of tokens) {
    if (token.beginsLine || lines.length === 0) lines.push([]);
    lines.at(-1)!.push(token);
  }
  return lines;
}

/** The flags that `OPTION_FLAG(NAME, role, "text"[, true])` declares, with their defaults. */
function declaredFlags(tokens: readonly Token[]): readonly (readonly [string, boolean])[] {
  return tokens.flatMap((token, at) => {
    if (token.text !== 'OPTION_FLAG' || tokens[at + 1]?.text !== '(') return [];
    const end = tokens.findIndex(({ text }, later) => later > at && text === ')');
    const value = tokens[end - 1]?.text;
    return [[tokens[at + 2]?.text ?? '', value === 'true' || value === '1']] as const;
  });
}
