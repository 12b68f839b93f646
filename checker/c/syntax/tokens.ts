/** The tokens of C, each with its place; what follows it decides how preprocessing and parsing see it. */
import type { Mistakes, Place, SourceFile } from './source.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'character' | 'punctuator';
  readonly text: string;
  /** Where it stands in the file; of a macro's expansion: where the macro is used. */
  readonly place: Place;
  /** It begins a line. */
  readonly beginsLine: boolean;
  /** White space stands before it. */
  readonly spaced: boolean;
  /** The macros whose expansion has produced it, which are not expanded again. */
  readonly from?: ReadonlySet<string>;
}

const punctuators = [
  ...['...', '<<=', '>>=', '->', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '##'],
  ...['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^='],
  ...['+', '-', '*', '/', '%', '&', '|', '^', '!', '~', '<', '>', '=', '?', ':', ';', ',', '.', '#'],
  ...['(', ')', '[', ']', '{', '}'],
];

const escaped = (text: string) => text.replace(/[|\\{}()[\]^$+*?.]/g, '\\$&');

const pattern = new RegExp(
  [
    '(?<space>(?:[ \\t\\r\\f\\v]|\\\\\\r?\\n)+)',
    '(?<newline>\\n)',
    '(?<comment>//(?:\\\\\\n|[^\\n])*|/\\*[^]*?\\*/)',
    '(?<open>/\\*)',
    '(?<name>[A-Za-z_]\\w*)',
    '(?<number>\\.?\\d(?:[eEpP][+-]|[\\w.])*)',
    '(?<string>"(?:\\\\.|[^"\\\\\\n])*")',
    "(?<character>'(?:\\\\.|[^'\\\\\\n])+')",
    `(?<punctuator>${punctuators.map(escaped).join('|')})`,
  ].join('|'),
  'y',
);

/** Headers are read with every file, and a file with every choice of its options. */
const known = new WeakMap<SourceFile, readonly Token[]>();

/** All tokens of a file without comments; reports what is no token. */
export function tokensOf(file: SourceFile, mistakes: Mistakes): readonly Token[] {
  const tokens = known.get(file) ?? scanned(file, mistakes);
  // What has been reported is reported to the next reader as well.
  if (!mistakes.any) known.set(file, tokens);
  return tokens;
}

function scanned(file: SourceFile, mistakes: Mistakes): readonly Token[] {
  const tokens: Token[] = [];
  let [at, beginsLine, spaced] = [0, true, false];
  while (at < file.text.length) {
    pattern.lastIndex = at;
    const groups: Readonly<Record<string, string | undefined>> = pattern.exec(file.text)?.groups ?? {};
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined) ?? null;
    const text = kind === null ? '' : groups[kind]!;
    const place = { file, offset: at, length: Math.max(1, text.length) };
    at += Math.max(1, text.length);
    switch (kind) {
      case null:
        mistakes.report(place, `'${file.text[place.offset]!}' is no part of C`);
        break;
      case 'open':
        mistakes.report(place, 'this comment does not end');
        return tokens;
      case 'newline':
        beginsLine = true;
        break;
      case 'comment':
        spaced = true;
        break;
      case 'space':
        spaced = true;
        break;
      default:
        tokens.push({ kind: kind as Token['kind'], text, place, beginsLine, spaced });
        beginsLine = false;
    }
    if (kind !== 'space' && kind !== 'comment') spaced = kind === 'newline';
  }
  return tokens;
}
