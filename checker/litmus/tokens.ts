/** The tokens of litmus files. */
import { createToken, Lexer, type TokenType } from 'chevrotain';

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_]\w*/ });
export const Integer = createToken({ name: 'Integer', pattern: /(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*/ });

/** Grammar rules have lower-case names, so tokens are capitalized. */
const word = (image: string) =>
  createToken({ name: image.toUpperCase(), pattern: new RegExp(image), longer_alt: Identifier });
const symbol = (name: string, pattern: string) => createToken({ name, pattern });

/** Words of a type name. */
export const TypeWord = createToken({
  name: 'TypeWord',
  pattern:
    /(?:int|unsigned|signed|long|short|char|bool|volatile|const|struct\s+\w+|void|intptr_t|uintptr_t|size_t|atomic_t|atomic64_t|atomic_long_t|spinlock_t|[us](?:8|16|32|64)|__[us](?:8|16|32|64)|u?int(?:8|16|32|64)_t|__u?int\w*)\b/,
  longer_alt: Identifier,
});
export const Exists = word('exists');
export const Forall = word('forall');
export const Filter = word('filter');
export const Locations = word('locations');
export const AtomicInit = word('ATOMIC_INIT');
export const Not = word('not');
export const True = word('true');
export const False = word('false');

export const And = symbol('And', '/\\');
export const Or = symbol('Or', '\\/');
export const Unequal = createToken({ name: 'Unequal', pattern: /!=|<>/ });
export const Star = symbol('Star', '*');
export const Ampersand = symbol('Ampersand', '&');
export const Minus = symbol('Minus', '-');
export const Tilde = symbol('Tilde', '~');
/** As `=` in conditions. */
export const Equal = symbol('Equal', '==');
export const Assign = symbol('Assign', '=');
export const LeftParen = symbol('LeftParen', '(');
export const RightParen = symbol('RightParen', ')');
export const LeftBrace = symbol('LeftBrace', '{');
export const RightBrace = symbol('RightBrace', '}');
export const LeftBracket = symbol('LeftBracket', '[');
export const RightBracket = symbol('RightBracket', ']');
export const Comma = symbol('Comma', ',');
export const Semicolon = symbol('Semicolon', ';');
export const Colon = symbol('Colon', ':');

const Unknown = createToken({ name: 'Unknown', pattern: /\S/ });
export const Blank = createToken({ name: 'Blank', pattern: /\s+/, group: Lexer.SKIPPED });

export const tokens: readonly TokenType[] = [
  ...[Blank, TypeWord, Exists, Forall, Filter, Locations, AtomicInit, Not, True, False, Identifier, Integer],
  ...[And, Or, Unequal, Star, Ampersand, Minus, Tilde, Equal, Assign],
  ...[
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Semicolon,
    Colon,
    Unknown,
  ],
];
