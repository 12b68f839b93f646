/** The transitions of a thread in Promela: each is one atomic step that ends in a jump. */
import { ModelError } from '../../language/model-error.ts';
import { pathsThrough } from '../../program/code-walk.ts';
import type { Code, Transition } from '../../program/transition-system.ts';
import { sizeOf, valueAt } from '../../language/domain.ts';
import { walk, type AnyExpr, type LocalReference } from '../../language/expression.ts';
import type { Property } from '../../language/property.ts';
import type { Effect } from '../../language/statement.ts';
import { textOf } from '../../report/author-words.ts';
import { staysWithin } from '../short-numbers.ts';
import { promelaExpr, promelaReference, unrolled, type PromelaScope } from './expression.ts';
import { inComment, promelaValue } from './names.ts';

export interface CodeScope extends PromelaScope {
  /** The statements that continue a thread at a location. */
  readonly jump: (location: number) => Jump;
  readonly invariants: readonly Property[];
  /** Whether each step prints that it fires. */
  readonly announces: boolean;
}

export interface Jump {
  /** Effects before the jump, in the same step. */
  readonly effects: readonly string[];
  /** The variables that the effects write, named as in `writtenBy`. */
  readonly written: readonly string[];
  readonly goto: string;
}

/** One option at a location. */
export function promelaTransition({ id, statement, guard, code }: Transition, scope: CodeScope): string {
  const text = `/* ${statement.line}: ${inComment(textOf({ statement }))} */`;
  const first = [
    ...(guard === null ? [] : [promelaExpr(guard, scope)]),
    ...(scope.announces ? [`printf("fired %d ${id}\\n", ${scope.cpu})`] : []),
  ];
  return `:: ${text} ${sequence(code, scope, first)}`;
}

/** Ways through a step, each with a text of its own. */
const mostWays = 4_096;

/** `d_step { ... } goto L`, or an atomic sequence of them if the code chooses or branches. */
function sequence(code: Code, scope: CodeScope, first: readonly string[]): string {
  if (pathsThrough(code) > mostWays)
    throw new ModelError(
      `a step has ${pathsThrough(code)} ways through local branches, and Promela repeats what follows each: export has ${mostWays} at most`,
    );
  const straight = straightLine(code, scope, new Set());
  if (straight.rest === null) return `${deterministic([...first, ...straight.statements])} ${straight.goto}`;
  return `atomic { ${deterministic([...first, ...straight.statements])} ${split(straight.rest, scope, straight.written)} }`;
}

const deterministic = (statements: readonly string[]) =>
  `d_step { ${statements.length === 0 ? 'skip' : statements.join('; ')} };`;

interface Straight {
  readonly statements: readonly string[];
  readonly written: ReadonlySet<string>;
  /** The branch or choice that comes next, or null where the code ends in `goto`. */
  readonly rest: (Code & { kind: 'branch' | 'choose' }) | null;
  readonly goto: string;
}

/** The effects up to the next branch or choice; at the end also the invariants that they may have broken. */
function straightLine(code: Code, scope: CodeScope, before: ReadonlySet<string>): Straight {
  const statements: string[] = [];
  const written = new Set(before);
  let at = code;
  for (; at.kind === 'effects'; at = at.next) {
    statements.push(...at.effects.flatMap((effect) => promelaEffect(effect, scope)));
    for (const effect of at.effects) for (const name of writtenBy(effect)) written.add(name);
  }
  if (at.kind !== 'goto') return { statements, written, rest: at, goto: '' };
  const jump = scope.jump(at.location);
  for (const name of jump.written) written.add(name);
  return {
    statements: [...statements, ...jump.effects, ...assertions(scope, written)],
    written,
    rest: null,
    goto: jump.goto,
  };
}

/** The branches or choices of an atomic sequence, each with all that follows it. */
function split(
  code: Code & { kind: 'branch' | 'choose' },
  scope: CodeScope,
  written: ReadonlySet<string>,
): string {
  const follow = (next: Code, first: string, also: readonly string[] = []) => {
    const straight = straightLine(next, scope, new Set([...written, ...also]));
    const rest = straight.rest === null ? straight.goto : split(straight.rest, scope, straight.written);
    return `:: ${deterministic([first, ...straight.statements])} ${rest}`;
  };
  if (code.kind === 'choose') {
    const also = writtenBy({ kind: 'set', target: code.target, value: code.target });
    return `if ${choices(code.target, scope)
      .map((choice) => follow(code.next, choice, also))
      .join(' ')} fi`;
  }
  const condition = promelaExpr(code.condition, scope);
  return `if ${follow(code.then, condition)} ${follow(code.otherwise, `(!(${condition}))`)} fi`;
}

/** The assignments of all values of a local. */
export function choices(target: LocalReference, scope: PromelaScope): readonly string[] {
  const { domain } = target;
  const cell = promelaReference(target, scope);
  return Array.from(
    { length: sizeOf(domain) },
    (_, ordinal) => `${cell} = ${promelaValue(scope.names, valueAt(domain, ordinal))}`,
  );
}

/** The invariants that read a written variable; the others do not change. */
export function assertions(
  { invariants, ...scope }: CodeScope,
  written: ReadonlySet<string> | null,
): readonly string[] {
  return invariants
    .filter(
      ({ condition }) => written === null || [...walk(condition)].some((part) => written.has(keyOf(part))),
    )
    .map(({ condition }) => `assert(${promelaExpr(condition, scope)})`);
}

const keyOf = (expr: AnyExpr): string => {
  if (expr.kind === 'shared') return `.${expr.name}`;
  if (expr.kind === 'local') return `${expr.thread}.${expr.name}`;
  return expr.kind === 'ended' ? endedKey(expr.thread) : '';
};

export const endedKey = (thread: string): string => `${thread} ended`;

function writtenBy(effect: Effect): readonly string[] {
  switch (effect.kind) {
    case 'set':
      return [keyOf(effect.target)];
    case 'when':
    case 'each':
      return effect.effects.flatMap(writtenBy);
    case 'assert':
    case 'count':
      return [];
  }
}

export function promelaEffect(effect: Effect, scope: PromelaScope): readonly string[] {
  switch (effect.kind) {
    case 'set':
      return promelaSet(effect, scope);
    case 'when': {
      const effects = effect.effects.flatMap((part) => promelaEffect(part, scope));
      if (effects.length === 0) return [];
      return [`if :: ${promelaExpr(effect.condition, scope)} -> ${effects.join('; ')} :: else -> skip fi`];
    }
    case 'each':
      return unrolled(effect.binder, scope).flatMap((inner) =>
        effect.effects.flatMap((part) => promelaEffect(part, inner)),
      );
    case 'assert':
      return [`assert(${promelaExpr(effect.condition, scope)})`];
    case 'count':
      return [];
  }
}

/** An assignment, preceded by an assertion if the value may leave the domain. */
function promelaSet({ target, value }: Effect & { kind: 'set' }, scope: PromelaScope): readonly string[] {
  const { domain } = target;
  const text = promelaExpr(value, scope);
  const assignment = `${promelaReference(target, scope)} = ${text}`;
  if (domain.kind !== 'range' || staysWithin(value, domain, scope.bound)) return [assignment];
  return [
    `assert(${text} >= ${promelaValue(scope.names, domain.low)} && ${text} <= ${promelaValue(scope.names, domain.high)})`,
    assignment,
  ];
}
