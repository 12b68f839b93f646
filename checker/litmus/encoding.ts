/** Values of a litmus test as numbers of a model: addresses are encoded after the largest number. */
import { range, type Domain } from '../language/domain.ts';
import type { Domains } from './domains.ts';
import { LitmusError, type LitmusValue } from './litmus-test.ts';

export interface Encoding {
  readonly encode: (value: LitmusValue) => number;
  readonly decode: (number: number) => LitmusValue;
  /** A number outside every domain, for computations without a result: the model check reports it. */
  readonly nonsense: number;
}

/** The largest value of a model variable. */
const most = 2 ** 30 - 1;

/** Throws  LitmusError for numbers of more than 30 bits. */
export function encodingOf({ locations, registers }: Domains): Encoding {
  const values = [...locations.values(), ...[...registers.values()].flatMap((own) => [...own.values()])];
  const numbers = values.flatMap((set) => [...set]).filter((value) => typeof value === 'number');
  const low = Math.min(0, ...numbers);
  const first = Math.max(0, ...numbers) + 1;
  const names = [...locations.keys()];
  if (low <= -most || first + names.length > most)
    throw new LitmusError(
      1,
      `the values run from ${low} to ${first - 1}: numbers of more than 30 bits are not supported`,
    );
  return {
    encode: (value) => (typeof value === 'number' ? value : first + names.indexOf(value)),
    decode: (number) => names[number - first] ?? number,
    nonsense: low - 1,
  };
}

/** The smallest range that contains these values. */
export function domainFor(values: ReadonlySet<LitmusValue>, { encode }: Encoding): Domain<number> {
  const numbers = [...values].map(encode);
  return range(Math.min(...numbers), Math.max(...numbers));
}
