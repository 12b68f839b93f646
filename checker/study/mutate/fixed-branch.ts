/** Makes a branch never taken, or always taken. */
import type { Change, StatementSite } from './site.ts';

export function fixedBranch({ statement }: StatementSite): readonly Change[] {
  if (statement.kind !== 'branch') return [];
  if ([...statement.then, ...statement.otherwise].every(({ kind }) => kind === 'note')) return [];
  const always = (value: boolean, change: string): Change => ({
    change,
    edits: new Map([[statement.line, [{ ...statement, condition: { kind: 'constant', value } }]]]),
  });
  return [always(false, 'never taken'), always(true, 'always taken')];
}
