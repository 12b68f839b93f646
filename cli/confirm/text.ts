/** A confirmation as text: both verdicts side by side. */
import { count } from '../../checker/report/numbers.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { styled } from '../terminal/output.ts';
import { tableText } from '../terminal/table.ts';
import type { Confirmation } from './schema.ts';

const colours = { confirmed: 'green', differs: 'red', inconclusive: 'yellow', refused: 'yellow' } as const;

/** Shape:  lines of at most `width` characters, unless a word is longer. */
export function confirmationText(found: Confirmation, width: number): string {
  const { model, by, result, reasons, racewalk, other } = found;
  const number = (value: number | null) => (value === null ? '-' : count(value));
  const rows = [
    ['states', number(racewalk.states), number(other.states)],
    ['transitions', number(racewalk.transitions), number(other.transitions)],
    ['trace, in steps', number(racewalk.steps), number(other.steps)],
  ];
  return [
    `${model}: ${styled(['bold', colours[result]], wordOf(found))}`,
    ...reasons.flatMap((reason) => wrap(`  ${reason}`, width, 4)),
    '',
    ...wrap(`racewalk: ${racewalk.summary}`, width, 2),
    ...wrap(`${by}: ${other.summary}`, width, 2),
    '',
    tableText(rows, { head: ['', 'racewalk', by], aligns: ['left', 'right', 'right'], gap: '  ' }),
    '',
    ...wrap(asked, width),
  ].join('\n');
}

const asked =
  'Both search every state for violated invariants, failed assertions, deadlocks and values outside of their domains. ' +
  'Witnesses and claims about runs are not asked. A trace of the other is mapped back and replayed. ' +
  'Both read one transition table: this does not confirm how statements are fused (docs/soundness).';

const wordOf = ({ result, by }: Confirmation): string => {
  switch (result) {
    case 'confirmed':
      return `confirmed by ${by}`;
    case 'differs':
      return `differs from ${by}`;
    case 'inconclusive':
    case 'refused':
      return `${result}: not confirmed by ${by}`;
  }
};

/** One scenario on one line. */
export function confirmationLine(found: Confirmation): string {
  const { model, scenario, result, reasons, verdict, racewalk } = found;
  const states = racewalk.states === null ? '' : `, ${count(racewalk.states)} states`;
  const what = result === 'refused' ? '' : ` (${verdict}${states})`;
  const head = `${model}/${scenario!}${what}: ${styled(colours[result], result)}`;
  return [head, ...reasons.map((reason) => `      ${reason}`)].join('\n');
}

export function summary(rows: readonly Confirmation[]): string {
  const of = (result: Confirmation['result']) => rows.filter((row) => row.result === result).length;
  const more = (['differs', 'inconclusive', 'refused'] as const).flatMap((result) =>
    of(result) === 0 ? [] : [`${of(result)} ${result === 'differs' ? 'different' : result}`],
  );
  return [
    `${rows.length} ${rows.length === 1 ? 'scenario' : 'scenarios'}: ${of('confirmed')} confirmed`,
    ...more,
  ].join(', ');
}
