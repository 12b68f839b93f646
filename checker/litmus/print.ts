/** The answer of a litmus test in herd's words. */
import type { LitmusTest, Observed } from './litmus-test.ts';
import type { LitmusResult } from './run.ts';

const kinds: Readonly<Record<LitmusTest['quantifier'], string>> = {
  exists: 'Allowed',
  '~exists': 'Forbidden',
  forall: 'Required',
};

/** The counts are of distinct final states; herd counts executions there. */
export function printLitmus(result: LitmusResult): string {
  const { test, observed, states, positive, negative, ok } = result;
  const rows = states.map((row) =>
    row.map((value, at) => `${printObserved(observed[at]!)}=${value};`).join(' '),
  );
  return [
    `Test ${test.name} ${kinds[test.quantifier]}`,
    `States ${states.length}`,
    ...rows,
    ok ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${positive} Negative: ${negative}`,
    `Condition ${test.conditionText}`,
    `Observation ${test.name} ${observation(result)} ${positive} ${negative}`,
    '',
  ].join('\n');
}

export function observation({ positive, negative }: LitmusResult): 'Never' | 'Sometimes' | 'Always' {
  if (positive === 0) return 'Never';
  return negative === 0 ? 'Always' : 'Sometimes';
}

const printObserved = ({ owner, name }: Observed) => (owner === null ? `[${name}]` : `${owner}:${name}`);
