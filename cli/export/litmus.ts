/** Exports an execution of a litmus test under the kernel's memory model: the one that `litmus --explain` shows. */
import { eitherOf } from '../../checker/language/option.ts';
import { formatOf, formatsWith, type ExportFormat } from '../../checker/export/formats.ts';
import { LitmusError } from '../../checker/litmus/litmus-test.ts';
import { pictureOf } from '../../checker/litmus/lkmm/picture.ts';
import { showOf } from '../../checker/litmus/lkmm/why.ts';
import { observation } from '../../checker/litmus/print.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { loadGrammar } from '../model-files/load-grammar.ts';
import { placedMessage, readable } from '../litmus/files.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** The exported text; null: no execution, allowed or forbidden, satisfies the condition. */
export async function exportedLitmus(path: string, to: ExportFormat): Promise<string | null> {
  const { ofExecution } = formatOf(to);
  if (ofExecution === undefined)
    throw new UsageError(
      `invalid --to '${to}' for a litmus test: expected ${eitherOf(formatsWith('ofExecution'))}`,
    );
  try {
    await loadGrammar();
    const result = runLitmus(readable(path), 'lkmm');
    const { test, observed, states } = result;
    const shown = showOf(test, observed, states);
    if (shown === null) return null;
    const verdict = shown.broken === null ? 'allowed' : `forbidden by ${shown.broken.axiom}`;
    const title = `${test.name}: ${test.conditionText} is ${observation(result)}; the execution shown is ${verdict}`;
    return await ofExecution(pictureOf(shown), title);
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    throw new UsageError(placedMessage(error, path));
  }
}
