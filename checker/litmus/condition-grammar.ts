/** The grammar of conditions in litmus files, and of the registers and locations in them. */
import * as t from './tokens.ts';
import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import {
  LitmusError,
  type LitmusTest,
  type LitmusValue,
  type Observed,
  type Proposition,
} from './litmus-test.ts';
import { cellAt } from './values.ts';

/** Chevrotain grammars are classes; the grammar of a whole file extends this one. */
export class ConditionGrammar extends EmbeddedActionsParser {
  constructor() {
    super([...t.tokens]);
  }

  /** A location, with or without brackets, or a register of a process. */
  readonly observed = this.RULE('observed', (): Observed => {
    const owner = this.OPTION<number | undefined>(() => {
      const number = this.CONSUME(t.Integer);
      this.CONSUME(t.Colon);
      return Number(number.image);
    });
    const name = this.OR([
      { ALT: () => this.SUBRULE(this.cellName) },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          const inside = this.SUBRULE1(this.cellName);
          this.CONSUME(t.RightBracket);
          return inside;
        },
      },
    ]);
    return { owner: owner ?? null, name };
  });

  /** `x`, or `x[1]`; `x[0]` is `x`. */
  readonly cellName = this.RULE('cellName', (): string => {
    const { image } = this.CONSUME(t.Identifier);
    const offset = this.OPTION<number | undefined>(() => {
      this.CONSUME(t.LeftBracket);
      const index = this.SUBRULE(this.integer);
      this.CONSUME(t.RightBracket);
      return index;
    });
    return this.ACTION(() => cellAt(image, offset ?? 0));
  });

  readonly integer = this.RULE('integer', (): number => {
    const { image, startLine } = this.CONSUME(t.Integer);
    return this.ACTION(() => integerIn(image, startLine!));
  });

  readonly value = this.RULE('value', (): LitmusValue =>
    this.OR([
      {
        ALT: () => {
          const minus = this.OPTION<IToken | undefined>(() => this.CONSUME(t.Minus));
          const size = this.SUBRULE(this.integer);
          return minus === undefined ? size : -size;
        },
      },
      {
        ALT: () => {
          this.OPTION1(() => this.CONSUME(t.Ampersand));
          return this.SUBRULE(this.cellName);
        },
      },
    ]),
  );

  readonly quantifier = this.RULE('quantifier', (): LitmusTest['quantifier'] =>
    this.OR([
      {
        ALT: () => {
          this.OR1([{ ALT: () => this.CONSUME(t.Tilde) }, { ALT: () => this.CONSUME(t.Not) }]);
          this.CONSUME(t.Exists);
          return '~exists' as const;
        },
      },
      {
        ALT: () => {
          this.CONSUME1(t.Exists);
          return 'exists' as const;
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Forall);
          return 'forall' as const;
        },
      },
    ]),
  );

  readonly disjunction = this.RULE('disjunction', (): Proposition => {
    let left = this.SUBRULE(this.conjunction);
    this.MANY(() => {
      this.CONSUME(t.Or);
      left = { kind: 'or', left, right: this.SUBRULE1(this.conjunction) };
    });
    return left;
  });

  readonly conjunction = this.RULE('conjunction', (): Proposition => {
    let left = this.SUBRULE(this.literal);
    this.MANY(() => {
      this.CONSUME(t.And);
      left = { kind: 'and', left, right: this.SUBRULE1(this.literal) };
    });
    return left;
  });

  readonly literal = this.RULE('literal', (): Proposition =>
    this.OR([
      {
        ALT: (): Proposition => {
          this.OR1([{ ALT: () => this.CONSUME(t.Tilde) }, { ALT: () => this.CONSUME(t.Not) }]);
          return { kind: 'not', operand: this.SUBRULE(this.literal) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          const inner = this.SUBRULE(this.disjunction);
          this.CONSUME(t.RightParen);
          return inner;
        },
      },
      {
        ALT: (): Proposition => {
          this.CONSUME(t.True);
          return { kind: 'constant', value: true };
        },
      },
      {
        ALT: (): Proposition => {
          this.CONSUME(t.False);
          return { kind: 'constant', value: false };
        },
      },
      { ALT: () => this.SUBRULE(this.comparison) },
    ]),
  );

  readonly comparison = this.RULE('comparison', (): Proposition => {
    const observed = this.SUBRULE(this.observed);
    const negated = this.OR([
      { ALT: () => (this.CONSUME(t.Assign), false) },
      { ALT: () => (this.CONSUME(t.Equal), false) },
      { ALT: () => (this.CONSUME(t.Unequal), true) },
    ]);
    const equals = this.OR1([
      {
        GATE: () => this.LA(2).tokenType === t.Colon,
        ALT: (): Proposition => ({ kind: 'same', left: observed, right: this.SUBRULE1(this.observed) }),
      },
      { ALT: (): Proposition => ({ kind: 'equals', observed, value: this.SUBRULE(this.value) }) },
    ]);
    return negated ? { kind: 'not', operand: equals } : equals;
  });
}

/** A C constant. Throws  LitmusError if a JavaScript number would lose digits. */
function integerIn(image: string, line: number): number {
  const digits = image.replace(/[uUlL]+$/, '');
  const value = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (Number.isSafeInteger(value)) return value;
  throw new LitmusError(line, `'${image}' is not supported: numbers have at most 53 bits here`);
}
