/** Rewrites what the C grammar cannot parse: attributes of the kernel, and racewalk's blocks such as `THREAD(x) { }`. */
import { builtinTypes } from './builtin-types.ts';
import { type Mistakes } from './source.ts';
import type { Token } from './tokens.ts';

/** Words of racewalk before a declaration, as attributes. */
const marks: ReadonlyMap<string, string> = new Map([
  ['GHOST', 'ghost'],
  ['__per_cpu', 'per_cpu'],
]);

/** Attributes without meaning for a protocol; those of `called` take arguments. */
const attributes = new Set([
  ...[
    'inline',
    '__inline',
    '__inline__',
    '__always_inline',
    'noinline',
    '__maybe_unused',
    '__always_unused',
    '__used',
  ],
  ...[
    '__init',
    '__exit',
    '__must_check',
    '__user',
    '__rcu',
    '__percpu',
    '__iomem',
    '__kernel',
    '__force',
    '__read_mostly',
  ],
  ...[
    '__cacheline_aligned',
    '__cacheline_aligned_in_smp',
    '____cacheline_aligned',
    '____cacheline_aligned_in_smp',
  ],
  ...[
    'notrace',
    'asmlinkage',
    '__weak',
    '__pure',
    '__cold',
    '__hot',
    'fastcall',
    '__packed',
    '__randomize_layout',
    '__bitwise',
    '__nocast',
  ],
  ...[
    '__sched',
    '__lockfunc',
    '__cpuidle',
    'noinline_for_stack',
    '__deprecated',
    '__ref',
    '__refdata',
    'nokprobe_inline',
  ],
  ...['__extension__', 'noinstr', '__visible', '__no_kcsan', '__private', 'restrict', '__restrict'],
]);
const called = new Set([
  ...[
    '__attribute__',
    '__attribute',
    '__aligned',
    '__printf',
    '__acquires',
    '__releases',
    '__must_hold',
    '__guarded_by',
  ],
  ...[
    '__section',
    '__alias',
    '__cond_acquires',
    '__cond_lock',
    '__acquire',
    '__release',
    '__no_sanitize',
    '__counted_by',
  ],
]);
/** Whole statements at file scope without meaning for a protocol. */
const dropped = /^(?:EXPORT_SYMBOL\w*|MODULE_\w+|static_assert|_Static_assert|BUILD_BUG_ON\w*)$/;
/** Whose arguments name types. */
const takesTypes = new Set(['container_of', 'POOL', 'offsetof', '__builtin_types_compatible_p']);
const typeofs = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);
const asmWords = /^(?:(?:__)?volatile(?:__)?|goto|inline)$/;
export const threadKinds = ['THREAD', 'THREADS', 'AGENT', 'AGENTS', 'INTERRUPT'] as const;

/** The tokens for the parser. */
export function rewriteKeywords(tokens: readonly Token[], mistakes: Mistakes): readonly Token[] {
  const output: Token[] = [];
  const closings = closingBrackets(tokens);
  const types = typeNames(tokens);
  /** Where `sizeof(` closes that stands around a type among arguments. */
  const typeEnds = new Map<number, number>();
  /** Where arguments that may be types begin, and end. */
  const typeArguments = new Map<number, number>();
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const end = tokens[at + 1]?.text === '(' ? closings.get(at + 1) : undefined;
    const as = (text: string, kind: Token['kind'] = 'punctuator'): Token => ({ ...token, kind, text });
    for (let open = typeEnds.get(at) ?? 0; open > 0; open -= 1) output.push(as(')'));
    const typeEnd = typeArguments.get(at);
    if (typeEnd !== undefined && isType(token.text)) {
      // The grammar has no types among arguments.
      output.push(as('sizeof', 'name'), as('('));
      typeEnds.set(typeEnd, (typeEnds.get(typeEnd) ?? 0) + 1);
    }
    const range = token.text === 'case' ? rangeOf(tokens, at) : null;
    if (range !== null) {
      // `case 1 ... 3:` as a call, which the grammar can parse.
      const [first, last] = [tokens.slice(at + 1, range.middle), tokens.slice(range.middle + 1, range.end)];
      output.push(token, as(caseRange, 'name'), as('('), ...first, as(','), ...last, as(')'));
      at = range.end - 1;
      continue;
    }
    if (isUnnamedBits(tokens, at)) output.push(as(unnamedBits, 'name'));
    // `(a * (b)) - 1` would be a cast to a type a; a factor with its sign is the same number.
    if (isFactor(tokens, at) && !types.has(token.text)) output.push(as('+'));
    if (token.kind !== 'name') output.push(token);
    // A statement of its own, which is empty.
    else if (token.text === 'fallthrough' && tokens[at + 1]?.text === ';') continue;
    else if (attributes.has(token.text)) continue;
    else if (called.has(token.text) && end !== undefined) at = end;
    else if (dropped.test(token.text) && end !== undefined)
      at = tokens[end + 1]?.text === ';' ? end + 1 : end;
    else if (token.text === 'asm' || token.text === '__asm__') {
      mistakes.report(token.place, 'racewalk does not read assembly: write what it does to memory');
      while (asmWords.test(tokens[at + 1]?.text ?? '')) at += 1;
      at = closings.get(at + 1) ?? at;
    } else if (marks.has(token.text)) {
      const mark = as(marks.get(token.text)!, 'name');
      output.push(as('__attribute__', 'name'), as('('), as('('), mark, as(')'), as(')'));
    } else if (token.text === 'ATOMICALLY' && end !== undefined) {
      output.push(as('if', 'name'), as('('), ...tokens.slice(at, end + 1), as(')'));
      at = end;
    } else if (isThreadKind(token.text) && end !== undefined && tokens[end + 1]?.text === '{') {
      const name = tokens[at + 2]!;
      // The call carries the arguments, and the function that follows the body.
      output.push(...tokens.slice(at, end + 1), { ...name, kind: 'punctuator', text: ';' });
      output.push({ ...name, text: 'void' }, { ...name, text: name.text });
      output.push(...['(', ')'].map((text): Token => ({ ...name, kind: 'punctuator', text })));
      at = end;
    } else if (typeofs.has(token.text) && end !== undefined)
      output.push(as(typeOfWord, 'name'), as('_Alignas', 'name'));
    else {
      if (takesTypes.has(token.text) && end !== undefined)
        for (const [first, last] of argumentsBetween(tokens, at + 1, end)) typeArguments.set(first, last);
      output.push(token);
    }
  }
  return output;
}

/** `typeof(x)` becomes this type with the qualifier `_Alignas(x)`, which the grammar takes wherever it takes a type. */
export const typeOfWord = '__typeof';

const isType = (text: string): boolean =>
  typeofs.has(text) || typeWords.test(text) || ['struct', 'union', 'enum', 'void'].includes(text);

/** The arguments between these brackets: where each begins, and the comma or bracket behind it. */
function* argumentsBetween(
  tokens: readonly Token[],
  opening: number,
  closing: number,
): Generator<readonly [number, number]> {
  let [first, depth] = [opening + 1, 0];
  for (let at = first; at <= closing; at += 1) {
    const { text } = tokens[at]!;
    if (depth === 0 && (text === ',' || at === closing)) {
      yield [first, at];
      first = at + 1;
    } else if ('([{'.includes(text)) depth += 1;
    else if (')]}'.includes(text)) depth -= 1;
  }
}

/** The name of the call that `first ... last` of a case becomes. */
export const caseRange = '__case_range';

/** The dots of a range behind `case`, and the colon; null: it is none. */
function rangeOf(
  tokens: readonly Token[],
  at: number,
): { readonly middle: number; readonly end: number } | null {
  let middle = -1;
  for (let end = at + 1; end < tokens.length; end += 1) {
    const { text } = tokens[end]!;
    if (text === '...') middle = end;
    if (text === ':') return middle < 0 ? null : { middle, end };
    if (text === ';' || text === '{' || text === '}') return null;
  }
  return null;
}

/** The name of a bit-field without one, which the grammar cannot parse. */
export const unnamedBits = '__unnamed_bits';

/** Whether a name stands first in brackets, before a product with what stands in brackets. */
const isFactor = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.kind === 'name' &&
  [-1, 1, 2].map((offset) => tokens[at + offset]?.text).join(' ') === '( * (' &&
  !isType(tokens[at]!.text);

/** The names of types that racewalk knows, and those that the tokens define. */
function typeNames(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set(builtinTypes().typedefs.keys());
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]!.text !== 'typedef') continue;
    for (let depth = 0; at < tokens.length && (depth > 0 || tokens[at]!.text !== ';'); at += 1) {
      const { text, kind } = tokens[at]!;
      const isLast = depth === 0 && /^[;,[]$/.test(tokens[at + 1]?.text ?? '');
      const isPointer = tokens[at - 2]?.text === '(' && tokens[at - 1]?.text === '*';
      if (kind === 'name' && (isLast || isPointer)) names.add(text);
      if (/^[{(]$/.test(text)) depth += 1;
      else if (/^[})]$/.test(text)) depth -= 1;
    }
  }
  return names;
}

const typeWords = /^(?:unsigned|signed|int|char|short|long|bool|_Bool|[us](?:8|16|32|64))$/;

const isUnnamedBits = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]!.text === ':' && (tokens[at - 1]?.text === ',' || typeWords.test(tokens[at - 1]?.text ?? ''));

const isThreadKind = (text: string): boolean => (threadKinds as readonly string[]).includes(text);

/** The index of the closing bracket of each opening one. */
function closingBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (const [at, { text, kind }] of tokens.entries()) {
    if (kind !== 'punctuator') continue;
    if ('([{'.includes(text)) open.push(at);
    else if (')]}'.includes(text)) {
      const begin = open.pop();
      if (begin !== undefined) closings.set(begin, at);
    }
  }
  return closings;
}
