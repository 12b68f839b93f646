/** Traces as files: saved by `check --save-trace`, read by `replay`. */
import { savedTrace, type SavedTrace } from '../../checker/report/saved-trace.ts';
import { dirname, relative, resolve } from 'node:path';
import type { Report } from './check-text.ts';
import { readJson } from '../terminal/read-file.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { writeWhole } from '../terminal/write-file.ts';

/** Throws  OutputError when the file cannot be written. */
export function saveTrace({ source, chosen, system, outcome }: Report, path: string): void {
  if (!('schedule' in outcome)) return;
  const file = source.file === null ? null : relative(dirname(resolve(path)), source.file);
  const saved = savedTrace({ definition: source.definition, chosen, file }, system, outcome);
  writeWhole(path, `${JSON.stringify(saved, null, 2)}\n`);
}

/**
 * The trace in a file.
 *
 * Throws  UsageError if it is unreadable or not a trace.
 */
export async function readTrace(path: string): Promise<SavedTrace> {
  const { traceFile } = await import('./trace-schema.ts');
  const { z } = await import('zod');
  const content = readJson(path, 'a racewalk trace');
  const { format, version } = (content ?? {}) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'racewalk-trace')
    throw new UsageError(`${path} is not a racewalk trace: "racewalk check --save-trace FILE" writes one`);
  if (version !== 1)
    throw new UsageError(`${path} has trace version ${String(version)}: this program reads version 1`);
  const result = traceFile.safeParse(content);
  if (result.success) return result.data;
  throw new UsageError(
    `${path} is damaged:\n${z.prettifyError(result.error).split('\n').slice(0, 6).join('\n')}`,
  );
}
