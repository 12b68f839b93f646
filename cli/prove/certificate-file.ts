/** Proofs as files: written by `prove --certificate`, verified by `verify`. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { viewSetOf } from '../../checker/family/certificate.ts';
import type { CertificateFile } from './certificate-schema.ts';
import type { ProofReport } from './text.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { writeWhole } from '../terminal/write-file.ts';

/**
 * Writes the proof; where there is none the file stays as it is, and this returns false.
 *
 * Throws  OutputError when the file cannot be written.
 */
export function writeCertificate({ source, proved }: ProofReport, path: string): boolean {
  const { result, claim } = proved;
  if (result.verdict !== 'holds') return false;
  const { definition, file } = source;
  const certificate: CertificateFile = {
    format: 'racewalk-certificate',
    version: 1,
    model: definition.name,
    file: file === null ? null : relative(dirname(resolve(path)), file),
    options: claim.given,
    any: [...claim.any],
    proofs: result.proofs.map(({ claim: part, from, element, size, most, machine, views }) =>
      viewSetOf({ options: part.given, any: part.any, from, element, size, most }, machine.roles, views),
    ),
  };
  writeWhole(path, `${JSON.stringify(certificate)}\n`);
  return true;
}

/**
 * What a file holds.
 *
 * Throws  UsageError when it is unreadable or no certificate.
 */
export async function readCertificate(path: string): Promise<CertificateFile> {
  const { certificateFile } = await import('./certificate-schema.ts');
  const { z } = await import('zod');
  const result = certificateFile.safeParse(parsed(path));
  if (result.success) return result.data;
  throw new UsageError(
    `${path} is no certificate of racewalk, as "racewalk prove --certificate FILE" writes them:\n` +
      z.prettifyError(result.error).split('\n').slice(0, 4).join('\n'),
  );
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(code)})`}`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is no certificate of racewalk: it is not JSON`);
  }
}
