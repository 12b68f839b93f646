/** The result of a litmus test in the format of herd. */
import { modelTitle } from './litmus-model.ts';
import type { LitmusTest, LitmusValue, Observed, Proposition } from './litmus-test.ts';
import type { LitmusResult } from './run.ts';

const kinds: Readonly<Record<LitmusTest['quantifier'], string>> = {
  exists: 'Allowed',
  '~exists': 'Forbidden',
  forall: 'Required',
};

/** The number of states printed from an incomplete list. */
const fewStates = 64;

/**
 * The result and its memory model. Counts are distinct final states, whereas herd counts executions.
 *
 * `asHerd`: exactly herd's lines, without time and hash, for a result that counts executions.
 */
export function printLitmus(result: LitmusResult, { asHerd } = { asHerd: false }): string {
  const { test, memory, states, isComplete, positive, negative, ok, flags, notes } = result;
  return [
    `Test ${test.name} ${kinds[test.quantifier]}`,
    ...(asHerd ? [] : [`Memory ${modelTitle(memory)}`]),
    ...(asHerd ? [] : notes.map((note) => `Note ${note}`)),
    isComplete ? `States ${states.length}` : `States ${states.length} or more: --all-states searches for all`,
    ...(isComplete ? states : states.slice(0, fewStates)).map((row) => printState(result, row)),
    ...(isComplete || states.length <= fewStates ? [] : [`(${states.length - fewStates} more were found)`]),
    ok ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${positive} Negative: ${negative}`,
    ...flags.map((flag) => `Flag ${flag}`),
    `Condition ${asHerd ? printCondition(test) : test.conditionText}`,
    `Observation ${test.name} ${observation(result)} ${positive} ${negative}`,
    '',
  ].join('\n');
}

/** A final state: `0:r0=1; [x]=2;`. */
export const printState = ({ observed }: LitmusResult, row: readonly LitmusValue[]): string =>
  row.map((value, at) => `${printObserved(observed[at]!)}=${value};`).join(' ');

/** The condition in herd's format. */
const printCondition = ({ quantifier, condition }: LitmusTest): string =>
  `${quantifier} (${printProposition(condition, 0)})`;

/** `binding`: 0 at the top, 1 inside `\\/`, 2 inside `/\\`. */
function printProposition(proposition: Proposition, binding: number): string {
  switch (proposition.kind) {
    case 'constant':
      return String(proposition.value);
    case 'equals':
      return `${printObserved(proposition.observed)}=${proposition.value}`;
    case 'same':
      return `${printObserved(proposition.left)}=${printObserved(proposition.right)}`;
    case 'not':
      return `not (${printProposition(proposition.operand, 0)})`;
    case 'and':
    case 'or': {
      const [sign, own] = proposition.kind === 'and' ? (['/\\', 2] as const) : (['\\/', 1] as const);
      const text = [proposition.left, proposition.right]
        .map((part) => printProposition(part, own))
        .join(` ${sign} `);
      return own < binding ? `(${text})` : text;
    }
  }
}

export function observation({ positive, negative }: LitmusResult): 'Never' | 'Sometimes' | 'Always' {
  if (positive === 0) return 'Never';
  return negative === 0 ? 'Always' : 'Sometimes';
}

const printObserved = ({ owner, name }: Observed) => (owner === null ? `[${name}]` : `${owner}:${name}`);
