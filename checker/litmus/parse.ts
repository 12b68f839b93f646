/** Reads a litmus file. */
import type { IRecognitionException } from 'chevrotain';
import { Lexer } from 'chevrotain';
import { strip } from './comments.ts';
import { LitmusGrammar } from './grammar.ts';
import type { LitmusTest } from './litmus-test.ts';
import { LitmusError } from './litmus-test.ts';
import { tokens } from './tokens.ts';

const lexer = new Lexer([...tokens]);

/** Throws  LitmusError naming the line and what cannot be read there. */
export function parseLitmus(source: string): LitmusTest {
  const { name, text } = strip(source);
  const grammar = new LitmusGrammar(text);
  grammar.input = lexer.tokenize(text).tokens;
  const body = grammar.test();
  const [error] = grammar.errors;
  if (error !== undefined) throw unreadable(error);
  const { from, to, ...test } = body;
  const conditionText = text.slice(from, to).replaceAll(/\s+/g, ' ');
  return { ...test, name, conditionText, conditionLine: text.slice(0, from).split('\n').length };
}

function unreadable({
  token,
  previousToken,
}: IRecognitionException & { previousToken?: { image: string; endLine?: number } }) {
  const behind = previousToken === undefined ? '' : ` after '${previousToken.image}'`;
  // At the end of the file there is no token, and no line.
  const line =
    token.startLine !== undefined && token.startLine > 0 ? token.startLine : (previousToken?.endLine ?? 1);
  const what = token.image === '' ? 'the end of the file' : `'${token.image}'`;
  return new LitmusError(line, `${what} is not expected${behind}, or not supported there`);
}
