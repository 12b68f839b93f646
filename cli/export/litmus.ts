/** Exports an execution of a litmus test under the kernel's memory model: the one that `litmus --explain` shows. */
import type { ExportFormat } from '../../checker/export/formats.ts';
import { executionDot } from '../../checker/export/litmus/execution-dot.ts';
import { executionSvg } from '../../checker/export/litmus/execution-svg.ts';
import { LitmusError } from '../../checker/litmus/litmus-test.ts';
import { pictureOf } from '../../checker/litmus/lkmm/picture.ts';
import { showOf } from '../../checker/litmus/lkmm/why.ts';
import { observation } from '../../checker/litmus/print.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { readable } from '../litmus/files.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** The text of the export, or null where no execution, not even a forbidden one, is as the condition asks. */
export function exportedLitmus(path: string, to: ExportFormat): string | null {
  if (to !== 'dot' && to !== 'svg')
    throw new UsageError(`an execution of a litmus test is exported as dot or svg, and not as ${to}`);
  try {
    const result = runLitmus(readable(path), 'lkmm');
    const { test, observed, states } = result;
    const shown = showOf(test, observed, states);
    if (shown === null) return null;
    const verdict = shown.broken === null ? 'allowed' : `forbidden by ${shown.broken.axiom}`;
    const title = `${test.name}: ${test.conditionText} is ${observation(result)}; this execution is ${verdict}`;
    return (to === 'dot' ? executionDot : executionSvg)(pictureOf(shown), title);
  } catch (error) {
    if (!(error instanceof LitmusError)) throw error;
    throw new UsageError(error.message.replace(/^line (\d+)/, `${path}:$1`));
  }
}
