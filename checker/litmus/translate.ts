/** A litmus test as a model: a shared variable for each location, a thread for each process. */
import { and } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import { ended, reachable } from '../language/property.ts';
import { thread, type AnyThread } from '../language/thread.ts';
import { validate } from '../language/validate.ts';
import { init, shared, type Declarations } from '../language/variable.ts';
import { domainsOf, initialOf, type Domains } from './domains.ts';
import { domainFor, encodingOf, type Encoding } from './encoding.ts';
import { LitmusError, type LitmusTest, type LitmusValue, type Observed } from './litmus-test.ts';
import { withGracePeriods } from './grace-periods.ts';
import { lower, type LoweredCode } from './lower.ts';
import { observedIn } from './proposition.ts';
import { typesIn } from './types.ts';
import { statementsFor } from './statements.ts';

export interface Translation {
  readonly model: Model;
  readonly encoding: Encoding;
  readonly locations: ReadonlySet<string>;
  /** By process number. */
  readonly registers: ReadonlyMap<number, ReadonlySet<string>>;
}

export const processName = (number: number): string => `P${number}`;

/** Throws  LitmusError for unsupported constructs. */
export function translate(test: LitmusTest): Translation {
  const locations = locationsOf(test);
  const { codes, added } = withGracePeriods(
    test.processes.map((one) => lower(one, { locations, initial: initialRegisters(test, one.number) })),
  );
  const domains = domainsOf(test, codes, [...locations, ...added]);
  refuseBelowZero(test, domains);
  const encoding = encodingOf(domains);
  const declare = (values: ReadonlySet<LitmusValue>, initial: LitmusValue) =>
    init(domainFor(values, encoding), encoding.encode(initial));
  const memory: Declarations = Object.fromEntries(
    [...domains.locations].map(([name, values]) => [name, declare(values, initialOf(test, null, name))]),
  );
  const mayBlockForever = added.length > 0;
  const threads = codes.map((code) =>
    threadOf(code, { test, domains, encoding, memory, declare, mayBlockForever }),
  );
  const model: Model = {
    name: test.name,
    shared: memory,
    threads,
    properties: [reachable('all processes end', and(...threads.map((one) => ended(one))))],
    costs: [],
  };
  const registers = new Map(codes.map(({ from, registers: own }) => [from.number, new Set(own)]));
  return { model: validate(model), encoding, locations, registers };
}

/** Throws  LitmusError if an unsigned variable may become negative: the machines treat all variables as signed. */
function refuseBelowZero(test: LitmusTest, { locations, registers }: Domains): void {
  const typeOf = typesIn(test);
  const variables = [
    ...[...locations].map(([name, values]) => ({ owner: null, name, values })),
    ...[...registers].flatMap(([owner, own]) => [...own].map(([name, values]) => ({ owner, name, values }))),
  ];
  for (const { owner, name, values } of variables)
    if (typeOf({ owner, name })?.isSigned === false && [...values].some((value) => Number(value) < 0))
      throw new LitmusError(
        1,
        `'${name}' is unsigned and goes below zero: --memory lkmm alone supports that`,
      );
}

const initialRegisters = ({ initial }: LitmusTest, owner: number) =>
  initial.flatMap(({ observed }) => (observed.owner === owner ? [observed.name] : []));

interface LitmusWorld {
  readonly test: LitmusTest;
  readonly domains: Domains;
  readonly encoding: Encoding;
  readonly memory: Declarations;
  readonly declare: (values: ReadonlySet<LitmusValue>, initial: LitmusValue) => Declarations[string];
  /** A wrong guess about a grace period blocks forever. */
  readonly mayBlockForever: boolean;
}

function threadOf({ from, instructions }: LoweredCode, world: LitmusWorld): AnyThread {
  const { test, domains, encoding, memory, declare, mayBlockForever } = world;
  const registers = domains.registers.get(from.number)!;
  const locals: Declarations = Object.fromEntries(
    [...registers].map(([name, values]) => [name, declare(values, initialOf(test, from.number, name))]),
  );
  return thread(processName(from.number), { locals, mayBlockForever }, (references) =>
    statementsFor(instructions, {
      encoding,
      registers,
      locations: domains.locations,
      locals: references,
      memory: shared(memory),
    }),
  );
}

/** All location names: from the initial state, the parameters and the condition. */
function locationsOf({ initial, processes, locations, filter, condition }: LitmusTest): ReadonlySet<string> {
  const observed = [...locations, ...observedIn(condition), ...(filter === null ? [] : observedIn(filter))];
  const pointedTo = initial.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  const named = [...initial.map((one) => one.observed), ...observed]
    .filter(({ owner }) => owner === null)
    .map(({ name }) => name);
  return new Set([...processes.flatMap(({ parameters }) => parameters), ...named, ...pointedTo]);
}

/** Throws  LitmusError for an observed register that no process has. */
export function checkObserved(observed: readonly Observed[], { registers }: Translation, line: number): void {
  for (const { owner, name } of observed)
    if (owner !== null && registers.get(owner)?.has(name) !== true)
      throw new LitmusError(line, `process ${owner} has no register '${name}'`);
}
