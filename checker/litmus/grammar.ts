/** The grammar of litmus files. */
import { CGrammar } from './c-grammar.ts';
import type { LitmusTest, LitmusValue, Observed, Process, Proposition } from './litmus-test.ts';
import { LitmusError } from './litmus-test.ts';
import * as t from './tokens.ts';

/** A test but for its name; `from` and `to` are where the condition stands in the source. */
type Body = Omit<LitmusTest, 'name' | 'conditionText' | 'conditionLine'> & {
  readonly from: number;
  readonly to: number;
};
type Initial = LitmusTest['initial'][number];

/** The rules of a whole file; a file is read by a grammar of its own, for its text. */
export class LitmusGrammar extends CGrammar {
  constructor(source: string) {
    super(source);
    this.performSelfAnalysis();
  }

  readonly test = this.RULE('test', (): Body => {
    const initial: (readonly Initial[])[] = [];
    const processes: Process[] = [];
    const locations: (readonly Observed[])[] = [];
    let filter: Proposition | null = null;
    this.CONSUME(t.LeftBrace);
    this.MANY(() => initial.push(this.SUBRULE(this.initialItem)));
    this.CONSUME(t.RightBrace);
    this.AT_LEAST_ONE(() => processes.push(this.SUBRULE(this.processText)));
    this.MANY1(() => {
      this.OR([
        { ALT: () => locations.push(this.SUBRULE(this.locations)) },
        {
          ALT: () => {
            this.CONSUME(t.Filter);
            filter = this.SUBRULE(this.disjunction);
          },
        },
      ]);
    });
    const first = this.LA(1);
    const quantifier = this.SUBRULE(this.quantifier);
    const condition = this.SUBRULE1(this.disjunction);
    const last = this.LA(0);
    this.OPTION(() => this.CONSUME(t.Semicolon));
    return {
      initial: initial.flat(),
      processes,
      locations: locations.flat(),
      filter,
      quantifier,
      condition,
      from: first.startOffset,
      to: last.endOffset! + 1,
    };
  });

  /** `int x = 1;`, `x = 1;`, `[x] = 1;`, `int *p = &x;`, `0:r1 = 1;`, `spinlock_t l;` or nothing. */
  readonly initialItem = this.RULE('initialItem', (): readonly Initial[] =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Semicolon);
          return [];
        },
      },
      { ALT: () => [this.SUBRULE(this.initialValue)] },
    ]),
  );

  readonly initialValue = this.RULE('initialValue', (): Initial => {
    let value: LitmusValue = 0;
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.TypeWord) }, { ALT: () => this.CONSUME(t.Star) }]));
    const observed = this.SUBRULE(this.observed);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      value = this.SUBRULE(this.initializer);
    });
    const { image, tokenType, startLine } = this.LA(1);
    // The last needs no semicolon.
    this.OPTION1(() => this.CONSUME(t.Semicolon));
    return this.ACTION(() => {
      if (tokenType !== t.Semicolon && tokenType !== t.RightBrace)
        throw new LitmusError(startLine!, `';' is missing before '${image}'`);
      return { observed, value };
    });
  });

  /** A value, or `ATOMIC_INIT(value)`. */
  readonly initializer = this.RULE('initializer', (): LitmusValue =>
    this.OR([
      { ALT: () => this.SUBRULE(this.value) },
      {
        ALT: () => {
          this.CONSUME(t.AtomicInit);
          this.CONSUME(t.LeftParen);
          const value = this.SUBRULE1(this.value);
          this.CONSUME(t.RightParen);
          return value;
        },
      },
    ]),
  );

  readonly processText = this.RULE('processText', (): Process => {
    const parameters: string[] = [];
    const name = this.CONSUME(t.Identifier);
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        this.MANY(() =>
          this.OR([{ ALT: () => this.CONSUME(t.TypeWord) }, { ALT: () => this.CONSUME(t.Star) }]),
        );
        parameters.push(this.CONSUME1(t.Identifier).image);
      },
    });
    this.CONSUME(t.RightParen);
    const body = this.SUBRULE(this.block);
    return this.ACTION(() => {
      const number = /^P(\d+)$/.exec(name.image)?.[1];
      if (number === undefined)
        throw new LitmusError(name.startLine!, `a process is named P0, P1 and so on, not '${name.image}'`);
      return { number: Number(number), parameters, body };
    });
  });

  readonly locations = this.RULE('locations', (): readonly Observed[] => {
    const observed: Observed[] = [];
    this.CONSUME(t.Locations);
    this.CONSUME(t.LeftBracket);
    this.MANY(() => {
      observed.push(this.SUBRULE(this.observed));
      this.OPTION(() => this.CONSUME(t.Semicolon));
    });
    this.CONSUME(t.RightBracket);
    return observed;
  });
}
