/** The grammar of the C in litmus files. */
import type { IToken } from 'chevrotain';
import { ConditionGrammar } from './condition-grammar.ts';
import type { BinaryOperator, CExpr, CStatement } from './litmus-test.ts';
import * as t from './tokens.ts';

type Statements = readonly CStatement[];

/** The rules of statements and expressions, from the top down. */
export class CGrammar extends ConditionGrammar {
  protected readonly source: string;

  constructor(source: string) {
    super();
    this.source = source;
  }

  readonly block = this.RULE('block', (): Statements => {
    const body: Statements[] = [];
    this.CONSUME(t.LeftBrace);
    this.MANY(() => body.push(this.SUBRULE(this.statement)));
    this.CONSUME(t.RightBrace);
    return this.ACTION(() => body.flat());
  });

  readonly statement = this.RULE('statement', (): Statements =>
    this.OR([
      { ALT: () => this.SUBRULE(this.block) },
      { ALT: () => this.SUBRULE(this.conditional) },
      { ALT: () => this.SUBRULE(this.declaration) },
      { ALT: () => this.SUBRULE(this.simple) },
      {
        ALT: (): Statements => {
          this.CONSUME(t.Semicolon);
          return [];
        },
      },
    ]),
  );

  readonly conditional = this.RULE('conditional', (): Statements => {
    let otherwise: Statements = [];
    const { startLine: line } = this.CONSUME(t.If);
    const from = this.CONSUME(t.LeftParen).endOffset! + 1;
    const condition = this.SUBRULE(this.expression);
    const text = this.source.slice(from, this.CONSUME(t.RightParen).startOffset);
    const then = this.SUBRULE(this.statement);
    this.OPTION(() => {
      this.CONSUME(t.Else);
      otherwise = this.SUBRULE1(this.statement);
    });
    return [{ kind: 'if', line: line!, text, condition, then, otherwise }];
  });

  /** `int r0 = e, *r1;` */
  readonly declaration = this.RULE('declaration', (): Statements => {
    const statements: CStatement[] = [];
    this.AT_LEAST_ONE(() => this.CONSUME(t.TypeWord));
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.MANY(() => this.CONSUME(t.Star));
        const { image: name, startOffset, startLine } = this.CONSUME(t.Identifier);
        const line = startLine!;
        statements.push({ kind: 'declare', line, text: name, name });
        this.OPTION(() => {
          this.CONSUME(t.Assign);
          const value = this.SUBRULE(this.expression);
          const text = this.textFrom(startOffset);
          statements.push({ kind: 'assign', line, text, target: { kind: 'name', name, line }, value });
        });
      },
    });
    this.CONSUME(t.Semicolon);
    return statements;
  });

  /** `r0 = e;`, `*x = e;` or a call. */
  readonly simple = this.RULE('simple', (): Statements => {
    const { startLine, startOffset } = this.LA(1);
    const target = this.SUBRULE(this.expression);
    const value = this.OPTION<CExpr | undefined>(() => {
      this.CONSUME(t.Assign);
      return this.SUBRULE1(this.expression);
    });
    const own = { line: startLine!, text: this.textFrom(startOffset) };
    this.CONSUME(t.Semicolon);
    return [
      value === undefined
        ? { ...own, kind: 'evaluate', value: target }
        : { ...own, kind: 'assign', target, value },
    ];
  });

  /** What was read since an offset. */
  protected textFrom(offset: number): string {
    return this.ACTION(() => this.source.slice(offset, this.LA(0).endOffset! + 1));
  }

  readonly expression = this.RULE('expression', (): CExpr => {
    const operands: CExpr[] = [this.SUBRULE(this.operand)];
    const operators: IToken[] = [];
    this.MANY(() => {
      operators.push(
        this.OR([
          { ALT: () => this.CONSUME(t.Operator) },
          { ALT: () => this.CONSUME(t.Star) },
          { ALT: () => this.CONSUME(t.Ampersand) },
          { ALT: () => this.CONSUME(t.Minus) },
          { ALT: () => this.CONSUME(t.Unequal) },
        ]),
      );
      operands.push(this.SUBRULE1(this.operand));
    });
    return this.ACTION(() =>
      grouped(
        operands,
        operators.map(({ image }) => image),
      ),
    );
  });

  readonly operand = this.RULE('operand', (): CExpr =>
    this.OR([
      {
        ALT: (): CExpr => {
          const token = this.OR1([
            { ALT: () => this.CONSUME(t.Bang) },
            { ALT: () => this.CONSUME(t.Minus) },
            { ALT: () => this.CONSUME(t.Tilde) },
          ]);
          return { kind: 'unary', operator: token.image as '!', operand: this.SUBRULE(this.operand) };
        },
      },
      {
        ALT: (): CExpr => {
          const { startLine } = this.CONSUME(t.Star);
          return { kind: 'dereference', address: this.SUBRULE1(this.operand), line: startLine! };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Ampersand);
          return this.SUBRULE2(this.operand);
        },
      },
      { ALT: () => this.SUBRULE(this.cast) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          const inner = this.SUBRULE(this.expression);
          this.CONSUME(t.RightParen);
          return inner;
        },
      },
      { ALT: (): CExpr => ({ kind: 'constant', value: Number(this.CONSUME(t.Integer).image) }) },
      { ALT: () => this.SUBRULE(this.nameOrCall) },
    ]),
  );

  readonly cast = this.RULE('cast', (): CExpr => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE(() => this.CONSUME(t.TypeWord));
    this.MANY(() => this.CONSUME(t.Star));
    this.CONSUME(t.RightParen);
    return this.SUBRULE(this.operand);
  });

  readonly nameOrCall = this.RULE('nameOrCall', (): CExpr => {
    const operands: CExpr[] = [];
    let isCall = false;
    const { image: name, startLine } = this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      isCall = true;
      this.MANY_SEP({ SEP: t.Comma, DEF: () => operands.push(this.SUBRULE(this.expression)) });
      this.CONSUME(t.RightParen);
    });
    const line = startLine!;
    return this.ACTION(() =>
      isCall ? { kind: 'call', name, operands, line } : { kind: 'name', name, line },
    );
  });
}

/** A chain of operands and operators as a tree: the weakest operator, the last of its kind, is the root. */
function grouped(operands: readonly CExpr[], operators: readonly string[]): CExpr {
  const weakest = operators.reduce(
    (at, image, other) => (at < 0 || t.bindingOf(image) <= t.bindingOf(operators[at]!) ? other : at),
    -1,
  );
  if (weakest < 0) return operands[0]!;
  return {
    kind: 'binary',
    operator: operators[weakest] as BinaryOperator,
    left: grouped(operands.slice(0, weakest + 1), operators.slice(0, weakest)),
    right: grouped(operands.slice(weakest + 1), operators.slice(weakest + 1)),
  };
}
