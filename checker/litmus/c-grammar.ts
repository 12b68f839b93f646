/** The grammar of the C in litmus files. */
import * as t from './tokens.ts';
import type { IToken } from 'chevrotain';
import { ConditionGrammar } from './condition-grammar.ts';
import { LitmusError, type CBinaryOperator, type CExpr, type CStatement, type CType } from './litmus-test.ts';

type Statements = readonly CStatement[];

/** The rules of statements and expressions, from the top down. */
export class CGrammar extends ConditionGrammar {
  /** The source text of the tokens. */
  source = '';

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
      { ALT: () => this.SUBRULE(this.whileLoop) },
      { ALT: () => this.SUBRULE(this.doLoop) },
      { ALT: () => this.SUBRULE(this.forLoop) },
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
    const { condition, text } = this.SUBRULE(this.inParentheses);
    const then = this.SUBRULE(this.statement);
    this.OPTION(() => {
      this.CONSUME(t.Else);
      otherwise = this.SUBRULE1(this.statement);
    });
    return [{ kind: 'if', line: line!, text, condition, then, otherwise }];
  });

  readonly whileLoop = this.RULE('whileLoop', (): Statements => {
    const { startLine: line } = this.CONSUME(t.While);
    const { condition, text } = this.SUBRULE(this.inParentheses);
    const body = this.SUBRULE(this.statement);
    return [{ kind: 'loop', line: line!, text, condition, body, testsFirst: true }];
  });

  readonly doLoop = this.RULE('doLoop', (): Statements => {
    const { startLine: line } = this.CONSUME(t.Do);
    const body = this.SUBRULE(this.statement);
    this.CONSUME(t.While);
    const { condition, text } = this.SUBRULE(this.inParentheses);
    this.CONSUME(t.Semicolon);
    return [{ kind: 'loop', line: line!, text, condition, body, testsFirst: false }];
  });

  readonly forLoop = this.RULE('forLoop', (): Statements => {
    const { startLine } = this.CONSUME(t.For);
    const line = startLine!;
    this.CONSUME(t.LeftParen);
    const first = this.OR([
      { ALT: () => this.SUBRULE(this.declaration) },
      { ALT: () => this.SUBRULE(this.simple) },
      {
        ALT: (): Statements => {
          this.CONSUME(t.Semicolon);
          return [];
        },
      },
    ]);
    const { startOffset } = this.LA(1);
    const condition = this.OPTION<CExpr | undefined>(() => this.SUBRULE(this.expression));
    const text = this.textFrom(startOffset);
    this.CONSUME1(t.Semicolon);
    const last = this.OPTION1<Statements | undefined>(() => this.SUBRULE(this.effect));
    this.CONSUME(t.RightParen);
    const body = this.SUBRULE(this.statement);
    return this.ACTION(() => [
      ...first,
      {
        kind: 'loop',
        line,
        text,
        condition: condition ?? { kind: 'constant', value: 1 },
        body: [...body, ...(last ?? [])],
        testsFirst: true,
      },
    ]);
  });

  readonly inParentheses = this.RULE('inParentheses', () => {
    const from = this.CONSUME(t.LeftParen).endOffset! + 1;
    const condition = this.SUBRULE(this.expression);
    const text = this.source.slice(from, this.CONSUME(t.RightParen).startOffset);
    return { condition, text };
  });

  /** `int r0 = e, *r1;` */
  readonly declaration = this.RULE('declaration', (): Statements => {
    const statements: CStatement[] = [];
    const words = this.SUBRULE(this.typeWords);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        let stars = 0;
        this.MANY(() => {
          this.CONSUME(t.Star);
          stars += 1;
        });
        const { image: name, startOffset, startLine } = this.CONSUME(t.Identifier);
        const line = startLine!;
        statements.push({ kind: 'declare', line, text: name, name, type: typeOf(words, stars) });
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

  /** The words of a type, joined by spaces. */
  readonly typeWords = this.RULE('typeWords', (): string => {
    const words: string[] = [];
    this.AT_LEAST_ONE(() => words.push(this.CONSUME(t.TypeWord).image));
    return words.join(' ');
  });

  readonly simple = this.RULE('simple', (): Statements => {
    const effect = this.SUBRULE(this.effect);
    this.CONSUME(t.Semicolon);
    return effect;
  });

  /** `r0 = e`, `*x = e`, `r0 += e`, `r0++`, `++r0` or a call. */
  readonly effect = this.RULE('effect', (): Statements => {
    const { startLine, startOffset } = this.LA(1);
    const before = this.OPTION<IToken | undefined>(() => this.CONSUME(t.ByOne));
    const target = this.SUBRULE(this.expression);
    const change = this.OPTION1<(() => CExpr) | undefined>(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Assign);
            const value = this.SUBRULE1(this.expression);
            return () => value;
          },
        },
        {
          ALT: () => {
            const { image } = this.CONSUME(t.AssignBy);
            const value = this.SUBRULE2(this.expression);
            return () => changed(target, image, value);
          },
        },
        {
          ALT: () => {
            const { image } = this.CONSUME1(t.ByOne);
            return () => changed(target, image, one);
          },
        },
      ]),
    );
    const own = { line: startLine!, text: this.textFrom(startOffset) };
    return this.ACTION(() => {
      const value = before === undefined ? change?.() : changed(target, before.image, one);
      if (before !== undefined && change !== undefined)
        throw new LitmusError(own.line, `'${own.text}' changes its target twice`);
      return [
        value === undefined
          ? { ...own, kind: 'evaluate', value: target }
          : { ...own, kind: 'assign', target, value },
      ];
    });
  });

  /** The source text since an offset. */
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
          const place = this.SUBRULE2(this.operand);
          return this.ACTION(() => (place.kind === 'dereference' ? place.address : place));
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
      { ALT: (): CExpr => ({ kind: 'constant', value: this.SUBRULE(this.integer) }) },
      {
        ALT: (): CExpr => {
          this.CONSUME(t.True);
          return { kind: 'constant', value: 1 };
        },
      },
      {
        ALT: (): CExpr => {
          this.CONSUME(t.False);
          return { kind: 'constant', value: 0 };
        },
      },
      { ALT: () => this.SUBRULE(this.nameOrCall) },
    ]),
  );

  readonly cast = this.RULE('cast', (): CExpr => {
    this.CONSUME(t.LeftParen);
    const words = this.SUBRULE(this.typeWords);
    let stars = 0;
    this.MANY(() => {
      this.CONSUME(t.Star);
      stars += 1;
    });
    this.CONSUME(t.RightParen);
    const operand = this.SUBRULE(this.operand);
    return this.ACTION(() => ({ kind: 'cast', type: typeOf(words, stars), operand }));
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
    const index = this.OPTION1<CExpr | undefined>(() => {
      this.CONSUME(t.LeftBracket);
      const inside = this.SUBRULE1(this.expression);
      this.CONSUME(t.RightBracket);
      return inside;
    });
    return this.ACTION((): CExpr => {
      if (isCall) return { kind: 'call', name, operands, line };
      const base: CExpr = { kind: 'name', name, line };
      if (index === undefined) return base;
      return {
        kind: 'dereference',
        address: { kind: 'binary', operator: '+', left: base, right: index },
        line,
      };
    });
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
    operator: operators[weakest] as CBinaryOperator,
    left: grouped(operands.slice(0, weakest + 1), operators.slice(0, weakest)),
    right: grouped(operands.slice(weakest + 1), operators.slice(weakest + 1)),
  };
}

const one: CExpr = { kind: 'constant', value: 1 };

/** `r0 += e` and `r0++` as the value of `r0`. */
const changed = (target: CExpr, image: string, by: CExpr): CExpr => ({
  kind: 'binary',
  operator: image[0] as CBinaryOperator,
  left: target,
  right: by,
});

/** The type that words such as `unsigned long` name; pointers and unknown types get the widest type. */
export function typeOf(words: string, stars: number): CType {
  if (stars > 0) return { bits: 64, isSigned: true };
  const isSigned = !/\bunsigned\b|\bu(?:int)?\d|__u|\bsize_t|\buintptr_t|\bbool\b/.test(words);
  const bits = /(?:[us]|int)(8|16|32|64)/.exec(words)?.[1];
  if (bits !== undefined) return { bits: Number(bits) as CType['bits'], isSigned };
  if (/long|intptr_t|size_t|64/.test(words)) return { bits: 64, isSigned };
  if (/\bchar\b/.test(words)) return { bits: 8, isSigned };
  return { bits: /\bshort\b/.test(words) ? 16 : 32, isSigned };
}
