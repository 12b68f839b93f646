/** Reads a litmus file. */
import * as t from './tokens.ts';
import { Lexer, type IRecognitionException } from 'chevrotain';
import { strip } from './comments.ts';
import { LitmusGrammar } from './grammar.ts';
import { LitmusError, type LitmusTest, type Proposition } from './litmus-test.ts';
import { readProcesses } from './process-code.ts';
import { unrolled } from './unroll.ts';
import { wrapped } from './c-arithmetic.ts';
import { typesIn } from './types.ts';

const lexer = new Lexer([...t.tokens]);
const grammar = new LitmusGrammar();

/** Throws  LitmusError with the line and the unexpected token. */
export function parseLitmus(source: string): LitmusTest {
  const { name, text } = strip(source);
  grammar.input = lexer.tokenize(text).tokens;
  const body = grammar.test();
  const [error] = grammar.errors;
  if (error !== undefined) throw unreadable(error);
  const { from, to, processes, ...rest } = body;
  const test = { ...rest, processes: readProcesses(text, processes) };
  const conditionText = text.slice(from, to).replaceAll(/\s+/g, ' ');
  return {
    ...test,
    ...conditionsAsStored(test),
    processes: test.processes.map((one) => ({ ...one, body: unrolled(one.body) })),
    name,
    conditionText,
    conditionLine: text.slice(0, from).split('\n').length,
  };
}

function unreadable({
  token,
  previousToken,
}: IRecognitionException & { previousToken?: { image: string; endLine?: number } }) {
  // The end of the file has no token and no line.
  const line =
    token.startLine !== undefined && token.startLine > 0 ? token.startLine : (previousToken?.endLine ?? 1);
  const behind = previousToken === undefined ? '' : ` after '${previousToken.image}'`;
  if (token.image === '' && previousToken?.image === '}')
    return new LitmusError(line, "there is no condition, such as exists (x=1), behind the last '}'");
  const what = token.image === '' ? 'the end of the file' : `'${token.image}'`;
  return new LitmusError(line, `${what} is not expected${behind}, or not supported there`);
}

/** Converts numbers to the types of the variables in the comparison: 4294967295 is -1 for an `int`. */
function conditionsAsStored(
  test: Pick<LitmusTest, 'initial' | 'processes' | 'condition' | 'filter'>,
): Pick<LitmusTest, 'condition' | 'filter'> {
  const types = typesIn(test);
  const stored = (proposition: Proposition): Proposition => {
    switch (proposition.kind) {
      case 'constant':
      case 'same':
        return proposition;
      case 'equals': {
        const { observed, value } = proposition;
        const type = types(observed);
        return typeof value === 'string' || type === undefined
          ? proposition
          : { ...proposition, value: wrapped(value, type) };
      }
      case 'not':
        return { ...proposition, operand: stored(proposition.operand) };
      case 'and':
      case 'or':
        return { ...proposition, left: stored(proposition.left), right: stored(proposition.right) };
    }
  };
  const { condition, filter } = test;
  return { condition: stored(condition), filter: filter === null ? null : stored(filter) };
}
