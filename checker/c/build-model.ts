/** Builds a model from a C file and values of its options. */
import { walk, type AnyExpr, type Binder } from '../language/expression.ts';
import { eventually, leadsTo, type Liveness } from '../language/liveness.ts';
import { cost } from '../language/cost.ts';
import type { Parts } from '../language/model.ts';
import type { Property } from '../language/property.ts';
import type { Block } from '../language/statement.ts';
import { thread as buildThread, type AnyThread } from '../language/thread.ts';
import { shared, type AnyDeclaration } from '../language/variable.ts';
import { addressesIn } from './addresses.ts';
import { checkNames, poolsOf, threadsOf } from './clauses.ts';
import type { Constant } from './syntax/constant.ts';
import { leakClaims } from './leaks.ts';
import { initialiseMemory } from './initial-values.ts';
import { ClaimEvaluator } from './lower/claims.ts';
import { cpusOf, Kernel } from './lower/kernel.ts';
import {
  handlers,
  heldByHandlers,
  interruptController,
  quiescentStates,
  rcuBarriers,
  rcuCallbacks,
  type KernelThread,
} from './lower/kernel-threads.ts';
import { primitiveOf } from './lower/primitives.ts';
import type { Program, ThreadDefinition } from './lower/program.ts';
import { ThreadLowering } from './lower/thread.ts';
import { watchRaces } from './lower/watch-races.ts';
import { Memory, typeKey } from './memory.ts';
import { sourceText } from './lower/emitter.ts';
import { stubsOf } from './stubs.ts';
import {
  addressedFunctions,
  initialisersOf,
  calledNames,
  namesIn,
  namesOfCounts,
  pointedTypes,
  reachableFunctions,
} from './pointed-types.ts';
import { maybeUnset } from './syntax/definite-assignment.ts';
import { attempt, positionOf, textOf, type Mistakes, type SourceFile } from './syntax/source.ts';
import type { Clause, Declaration, FunctionDefinition, Statement, Unit } from './syntax/syntax.ts';
import { declarationsIn } from './syntax/walk.ts';
import { integerType, printType } from './syntax/types.ts';

/** The parts of the model of a file that has been read, or null if it has mistakes, which are reported. */
export function buildParts(file: SourceFile, unit: Unit, mistakes: Mistakes): Parts | null {
  checkNames(unit.clauses, mistakes);
  const constants = unit.enumerators as ReadonlyMap<string, Constant>;
  const definitions = threadsOf(unit, constants, mistakes);
  const program = programOf(file, unit, definitions, mistakes);
  initialiseMemory(program);
  const lowered = definitions
    .filter(({ on }) => on === null)
    .map((definition) => lowerThread(program, definition));
  const agents = [
    ...handlers(program, definitions),
    ...interruptController(program),
    ...rcuCallbacks(program),
    ...rcuBarriers(program),
    ...quiescentStates(program),
  ];
  const properties = [...program.claims.map(({ property }) => property), ...claimsOf(program, unit.clauses)];
  const leaks = leakClaims(program);
  if (definitions.length === 0)
    mistakes.report({ file, offset: 0, length: 1 }, 'no THREAD(name) { } runs anything');
  const all = [...lowered, ...agents];
  const declared = declarationsOf(program);
  const watched = watchRaces(all, (thread) => heldByHandlers(program, thread), declared);
  const threads = threadsOfModel(all, watched.blocks);
  const liveness = livenessOf(program, unit.clauses, threads);
  reportUnknownTypes(program);
  if (mistakes.any) return null;
  const bodies = definitions.map(({ body }) => body);
  const stubs = stubsOf(file.name, bodies, reachableFunctions(unit, bodies));
  return {
    shared: shared({ ...observed(declared, properties), ...watched.cells }),
    threads,
    ...(stubs.length === 0 ? {} : { stubs }),
    properties: [...withWitness(properties, lowered), ...leaks, ...liveness],
    costs: countedEvents(reachableFunctions(unit, bodies), bodies).map((name) =>
      cost(name, { effect: name }),
    ),
  };
}

/** A number in a `void *` does not say which type its object has: pointers of one type alone become such numbers. */
function reportUnknownTypes({ conversions, mistakes }: Program): void {
  for (const { place, type } of conversions.filter(({ isBack }) => isBack)) {
    const other = conversions.find((one) => !one.isBack && typeKey(one.type) !== typeKey(type));
    if (other !== undefined)
      mistakes.report(
        place,
        `line ${positionOf(other.place).line} converts a pointer to ${printType(other.type)} to void *: racewalk keeps no type with it, so this may be that one`,
      );
  }
}

/** What the text counts, whichever options leave it out: the events of COUNT(), and the IPIs of calls of other CPUs. */
function countedEvents(
  functions: readonly FunctionDefinition[],
  threads: readonly (readonly Statement[])[],
): readonly string[] {
  const bodies = [...threads, ...functions.map(({ body }) => body)];
  const sendsIpis = [...calledNames(bodies)].some((name) => /^(smp_call_function|on_each_cpu)/.test(name));
  return [...new Set([...(sendsIpis ? ['IPIs'] : []), ...namesOfCounts(bodies)])];
}

/** The program of these threads. */
export function programOf(
  file: SourceFile,
  read: Unit,
  definitions: readonly ThreadDefinition[],
  mistakes: Mistakes,
): Program {
  const bodies = definitions.map(({ body }) => body);
  const unit = withoutUnusedVariables(read, bodies);
  const functions = reachableFunctions(unit, bodies);
  const statics = staticVariables([...definitions, ...functions]);
  const hosts = definitions.filter(({ on, mayBlockForever }) => on === null && !mayBlockForever);
  const cpuCount = cpusOf(hosts);
  const variables = [...unit.variables, ...statics.values()].map((variable) => ofEachCpu(variable, cpuCount));
  const pools = poolsOf(unit, mistakes);
  const pointed = pointedTypes(
    { ...unit, variables },
    functions,
    bodies,
    pools.map(({ type }) => type),
  );
  const called = calledNames([...bodies, ...functions.map(({ body }) => body)]);
  // RCU keeps pointers to the rcu_heads that it is given.
  const queues = [...called].some((name) => /^(call_rcu|kv?free_rcu)$/.test(name));
  const head = unit.structs.find(({ tag }) => tag === 'rcu_head')!;
  const texts = [...bodies, ...functions.map(({ body }) => body)];
  const memory = new Memory({
    variables,
    pools,
    pointed: queues ? new Set([...pointed, typeKey(head)]) : pointed,
    functions: addressedFunctions(unit, texts),
    addresses: addressesIn([...texts, initialisersOf(unit)], (name) => unit.enumerators.get(name) ?? null),
  });
  const kernel = new Kernel(
    hosts,
    called,
    definitions.some(({ on }) => on !== null),
    queues ? (memory.space(head)?.names.length ?? null) : null,
  );
  const constants = new Map(unit.enumerators).set('nr_cpu_ids', {
    value: BigInt(cpuCount),
    type: integerType(32, false),
  });
  return {
    name: file.name,
    unit,
    variables: new Map(variables.map((variable) => [variable.name, variable])),
    statics: new Map([...statics].map(([declared, { name }]) => [declared, name])),
    memory,
    constants,
    functions: unit.functions,
    maybeUnset: new Set([...bodies, ...functions.map(({ body }) => body)].flatMap(maybeUnset)),
    threads: definitions,
    kernel,
    claims: [],
    conversions: [],
    mistakes,
  };
}

/** A per-CPU variable as an array, with an element for each CPU. */
function ofEachCpu(variable: Declaration, cpus: number): Declaration {
  if (!variable.isPerCpu) return variable;
  const { type, initial, place } = variable;
  // No name of C, so that it hides none.
  const cpu = { kind: 'name', place, name: '#cpu' } as const;
  return {
    ...variable,
    type: { kind: 'array', of: type, length: Math.max(1, cpus) },
    initial: initial === null ? null : { kind: 'call', place, name: 'INIT_EACH', arguments: [cpu, initial] },
  };
}

/** The `static` variables inside of functions as variables of the file, by their declarations, under names that C lacks. */
function staticVariables(
  functions: readonly Pick<ThreadDefinition, 'name' | 'body'>[],
): ReadonlyMap<Declaration, Declaration> {
  return new Map(
    functions.flatMap(({ name, body }) =>
      declarationsIn(body)
        .filter(({ isStatic }) => isStatic)
        .map((one, at) => [one, { ...one, name: `${name}.${one.name}.${at}` }] as const),
    ),
  );
}

/** The file without what only shipped headers define and nothing names. */
function withoutUnusedVariables(unit: Unit, bodies: readonly (readonly Statement[])[]): Unit {
  const named = namesIn(unit, bodies);
  const variables = unit.variables.filter(({ name }) => !name.startsWith('__cpu_') || named.has(name));
  return { ...unit, variables };
}

/** The thread's statements; mistakes are reported to the program's. */
export function lowerThread(program: Program, definition: ThreadDefinition): KernelThread {
  const lowering = new ThreadLowering(program, definition, primitiveOf);
  attempt(() => lowering.lower());
  const { emitter } = lowering;
  return {
    name: definition.name,
    cpus: definition.cpus,
    on: null,
    mayBlockForever: definition.mayBlockForever,
    emitter,
    isLongHandler: false,
  };
}

/** The threads of the language; a handler names the thread whose CPUs it runs on, which comes before it. */
function threadsOfModel(
  threads: readonly KernelThread[],
  blocks: ReadonlyMap<KernelThread, Block>,
): readonly AnyThread[] {
  const made = new Map<string, AnyThread>();
  for (const thread of threads) {
    const { name, cpus, on, mayBlockForever, emitter } = thread;
    const body = blocks.get(thread)!;
    const host = on === null ? {} : { on: made.get(on)! };
    made.set(
      name,
      buildThread(name, { cpus, locals: emitter.locals, mayBlockForever, ...host }, () => [body]),
    );
  }
  return [...made.values()];
}

/** All cells with the initial values of the file. */
function declarationsOf({ memory, kernel }: Program): Readonly<Record<string, AnyDeclaration>> {
  const cells = [...memory.cells.values()].map(
    ({ name, domain, initial, length, names, isGhost }): [string, AnyDeclaration] => [
      name,
      {
        kind: 'declaration',
        domain,
        initial,
        length,
        meaning: isGhost ? 'a variable of the proof has a value' : '',
        ...(isGhost ? { ghost: 'proof' as const } : {}),
        ...(length === null && names[0] === name ? {} : { elementNames: names }),
      },
    ],
  );
  return { ...Object.fromEntries(cells), ...kernel.cells };
}

/** Memory that claims read while threads run is seen as by another CPU, also where one thread alone accesses it. */
function observed(
  declared: Readonly<Record<string, AnyDeclaration>>,
  properties: readonly Property[],
): Readonly<Record<string, AnyDeclaration>> {
  const read = new Set(
    properties.flatMap(({ atEnd, condition }) =>
      atEnd === true
        ? []
        : [...walk(condition)].flatMap((part) => (part.kind === 'shared' ? [part.name] : [])),
    ),
  );
  return Object.fromEntries(
    Object.entries(declared).map(([name, declaration]) => [
      name,
      read.has(name) && declaration.ghost === undefined
        ? { ...declaration, isObserved: true as const }
        : declaration,
    ]),
  );
}

/** The claims about runs at file scope. */
function livenessOf(
  program: Program,
  clauses: readonly Clause[],
  threads: readonly AnyThread[],
): readonly Liveness[] {
  return clauses.flatMap((clause): readonly Liveness[] => {
    if (clause.name !== 'EVENTUALLY' && clause.name !== 'LEADS_TO') return [];
    const made = attempt(() => {
      const evaluator = new ClaimEvaluator(program);
      const [first, second] = clause.arguments;
      if (clause.name === 'LEADS_TO') {
        if (first === undefined || second === undefined)
          return evaluator.fail(clause.place, 'LEADS_TO(p, q) needs two conditions');
        const name = `${textOf(first.place)} leads to ${textOf(second.place)}`;
        return leadsTo(name, evaluator.condition(first), evaluator.condition(second));
      }
      const thread = threads.find(({ name }) => first?.kind === 'name' && name === first.name);
      return thread === undefined
        ? evaluator.fail(clause.place, 'EVENTUALLY(thread) needs a thread')
        : eventually(thread);
    });
    return made === null ? [] : [made];
  });
}

/** The claims about states at file scope. */
function claimsOf(program: Program, clauses: readonly Clause[]): readonly Property[] {
  return clauses.flatMap((clause): readonly Property[] => {
    const kind = { ALWAYS: 'always', FINALLY: 'always', REACHABLE: 'reachable' }[clause.name] as
      Property['kind'] | undefined;
    if (kind === undefined) return [];
    const made = attempt((): Property => {
      const evaluator = new ClaimEvaluator(program);
      const [name, condition, format, ...values] = clause.arguments;
      if (name?.kind !== 'string' || condition === undefined)
        return evaluator.fail(clause.place, `${clause.name}("name", condition) needs a name and a condition`);
      const claimed = evaluator.condition(condition);
      const holds = clause.name === 'FINALLY' ? program.kernel.whenIdle(claimed) : claimed;
      const harm = evaluator.sentence(format, values) ?? [`not: ${sourceText(condition.place)}`];
      return {
        kind,
        name: name.value,
        condition: kind === 'always' ? { kind: 'claim', operand: holds, harm } : holds,
        ...(clause.name === 'FINALLY' ? { atEnd: true } : {}),
      };
    });
    return made === null ? [] : [made];
  });
}

function hasEnded({ name, cpus }: KernelThread): AnyExpr {
  const binder: Binder = { level: 0, low: 0, high: cpus - 1, thread: name };
  return {
    kind: 'quantifier',
    quantifier: 'all',
    binder,
    body: { kind: 'ended', thread: name, replica: { kind: 'bound', binder } },
  };
}

/** Without a witness of its own, a model must be able to run to its end. */
function withWitness(properties: readonly Property[], threads: readonly KernelThread[]): readonly Property[] {
  if (properties.some(({ kind }) => kind === 'reachable')) return properties;
  const ends = threads.filter(({ mayBlockForever }) => !mayBlockForever).map(hasEnded);
  const condition = ends.reduce<AnyExpr>((left, right) => ({ kind: 'binary', operator: '&&', left, right }), {
    kind: 'constant',
    value: true,
  });
  return [...properties, { kind: 'reachable', name: 'every thread ends', condition }];
}
