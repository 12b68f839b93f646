/** The grammar of litmus files. */
import type { TokenType } from 'chevrotain';
import * as t from './tokens.ts';
import { ConditionGrammar } from './condition-grammar.ts';
import type { Span } from './process-code.ts';
import {
  LitmusError,
  type CType,
  type LitmusTest,
  type LitmusValue,
  type Observed,
  type Proposition,
} from './litmus-test.ts';
import { cellAt } from './values.ts';

/** A test without its name and the C of its processes; `from` and `to` are the source offsets of the condition. */
type TestBody = Omit<LitmusTest, 'name' | 'conditionText' | 'conditionLine' | 'processes'> & {
  readonly processes: readonly Span[];
  readonly from: number;
  readonly to: number;
};
type Initial = LitmusTest['initial'][number];

/** The rules of a whole file. Construction is expensive, so one grammar parses every file. */
export class LitmusGrammar extends ConditionGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  readonly test = this.RULE('test', (): TestBody => {
    const initial: (readonly Initial[])[] = [];
    const processes: Span[] = [];
    const locations: (readonly Observed[])[] = [];
    let filter: Proposition | null = null;
    this.CONSUME(t.LeftBrace);
    this.MANY(() => initial.push(this.SUBRULE(this.initialItem)));
    this.CONSUME(t.RightBrace);
    this.OPTION1(() => {
      // Declarations and includes for a compiler, which no process needs.
      this.CONSUME1(t.LeftBrace);
      this.MANY2(() => this.SUBRULE(this.anything));
      this.CONSUME1(t.RightBrace);
    });
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

  /** A token, or a block in braces. */
  readonly anything = this.RULE('anything', (): void => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LeftBrace);
          this.MANY(() => this.SUBRULE(this.anything));
          this.CONSUME(t.RightBrace);
        },
      },
      ...this.#tokensBut(t.LeftBrace, t.RightBrace),
    ]);
  });

  #tokensBut(...excluded: readonly TokenType[]) {
    return t.tokens
      .filter((type) => type !== t.Blank && !excluded.includes(type))
      .map((type) => ({ ALT: () => void this.consume(1, type) }));
  }

  /** `int x = 1;`, `x = 1;`, `[x] = 1;`, `int *p = &x;`, `0:r1 = 1;`, `spinlock_t l;` or nothing. */
  readonly initialItem = this.RULE('initialItem', (): readonly Initial[] =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Semicolon);
          return [];
        },
      },
      { ALT: () => this.SUBRULE(this.initialValue) },
    ]),
  );

  readonly initialValue = this.RULE('initialValue', (): readonly Initial[] => {
    let values: readonly LitmusValue[] = [0];
    const type = this.SUBRULE(this.anyType);
    const observed = this.SUBRULE(this.observed);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      values = this.SUBRULE(this.initializer);
    });
    const { image, tokenType, startLine } = this.LA(1);
    // The last one needs no semicolon.
    this.OPTION1(() => this.CONSUME(t.Semicolon));
    return this.ACTION(() => {
      if (tokenType !== t.Semicolon && tokenType !== t.RightBrace)
        throw new LitmusError(startLine!, `';' is missing before '${image}'`);
      return initialsOf(observed, type, values);
    });
  });

  /** The words and stars of a type, or null. */
  readonly anyType = this.RULE('anyType', (): CType | null => {
    const words: string[] = [];
    let stars = 0;
    this.MANY(() =>
      this.OR([
        { ALT: () => words.push(this.CONSUME(t.TypeWord).image) },
        { ALT: () => (this.CONSUME(t.Star), (stars += 1)) },
      ]),
    );
    return this.ACTION(() => (words.length + stars === 0 ? null : typeOf(words.join(' '), stars)));
  });

  /** A value, `ATOMIC_INIT(value)`, or `{1, 2}`. */
  readonly initializer = this.RULE('initializer', (): readonly LitmusValue[] =>
    this.OR([
      { ALT: () => [this.SUBRULE(this.value)] },
      {
        ALT: () => {
          const values: LitmusValue[] = [];
          this.CONSUME(t.LeftBrace);
          this.MANY_SEP({ SEP: t.Comma, DEF: () => values.push(this.SUBRULE2(this.value)) });
          this.CONSUME(t.RightBrace);
          return values;
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.AtomicInit);
          this.CONSUME(t.LeftParen);
          const value = this.SUBRULE1(this.value);
          this.CONSUME(t.RightParen);
          return [value];
        },
      },
    ]),
  );

  /** `P0(int *x) { ... }`, which the grammar of C reads later. */
  readonly processText = this.RULE('processText', (): Span => {
    const { startOffset } = this.CONSUME(t.Identifier);
    this.CONSUME(t.LeftParen);
    this.MANY(() => this.OR(this.#tokensBut(t.LeftParen, t.RightParen, t.LeftBrace, t.RightBrace)));
    this.CONSUME(t.RightParen);
    this.CONSUME(t.LeftBrace);
    this.MANY1(() => this.SUBRULE(this.anything));
    const { endOffset } = this.CONSUME(t.RightBrace);
    return { from: startOffset, to: endOffset! + 1 };
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

/** The type that words such as `unsigned long` name; pointers and unknown types get the widest type. */
function typeOf(words: string, stars: number): CType {
  if (stars > 0) return { bits: 64, isSigned: true };
  const isSigned = !/\bunsigned\b|\bu(?:int)?\d|__u|\bsize_t|\buintptr_t|\bbool\b/.test(words);
  const bits = /(?:[us]|int)(8|16|32|64)/.exec(words)?.[1];
  if (bits !== undefined) return { bits: Number(bits) as CType['bits'], isSigned };
  if (/long|intptr_t|size_t|64/.test(words)) return { bits: 64, isSigned };
  if (/\bchar\b/.test(words)) return { bits: 8, isSigned };
  return { bits: /\bshort\b/.test(words) ? 16 : 32, isSigned };
}

/** The length of an array is the number in brackets, or the number of its values; the other elements are 0. */
function initialsOf(
  { owner, name }: Observed,
  type: CType | null,
  values: readonly LitmusValue[],
): readonly Initial[] {
  const [, array, size] = type === null || owner !== null ? [] : (/^(\w+)\[(\d+)\]$/.exec(name) ?? []);
  const base = array ?? name;
  return Array.from({ length: Math.max(values.length, array === undefined ? 1 : Number(size)) }, (_, at) => ({
    observed: { owner, name: cellAt(base, at) },
    value: values[at] ?? 0,
    type,
  }));
}
