/** Proofs as files: written by `prove --certificate`, verified by `verify`. */
import { readJson } from '../terminal/read-file.ts';
import { dirname, relative, resolve } from 'node:path';
import { viewSetOf } from '../../checker/family/certificate.ts';
import type { CertificateFile } from './certificate-schema.ts';
import type { ProofReport } from './text.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { writeWhole } from '../terminal/write-file.ts';

/**
 * Writes the proof; returns false, and does not change the file, if there is none.
 *
 * Throws  OutputError when the file cannot be written.
 */
export function writeCertificate({ source, proved }: ProofReport, path: string): boolean {
  const { result, claim } = proved;
  if (result.verdict !== 'holds') return false;
  const { definition, file } = source;
  const certificate: CertificateFile = {
    format: 'racewalk-certificate',
    version: 2,
    model: definition.name,
    file: file === null ? null : relative(dirname(resolve(path)), file),
    options: claim.given,
    any: [...claim.any],
    proofs: result.proofs.map(({ claim: part, from, element, size, most, upTo, machine, views }) =>
      viewSetOf(
        { options: part.given, any: part.any, from, element, size, most, upTo },
        machine.roles,
        views,
      ),
    ),
  };
  writeWhole(path, `${JSON.stringify(certificate)}\n`);
  return true;
}

/**
 * The certificate in a file.
 *
 * Throws  UsageError if it is unreadable or not a certificate.
 */
export async function readCertificate(path: string): Promise<CertificateFile> {
  const { certificateFile } = await import('./certificate-schema.ts');
  const { z } = await import('zod');
  const result = certificateFile.safeParse(readJson(path, 'a racewalk certificate'));
  if (result.success) return result.data;
  throw new UsageError(
    `${path} is not a racewalk certificate ("racewalk prove --certificate FILE" writes one):\n` +
      z.prettifyError(result.error).split('\n').slice(0, 4).join('\n'),
  );
}
