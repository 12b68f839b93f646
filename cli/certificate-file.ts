/** Proofs as files: written by `prove --certificate`, verified by `verify`. */
import { writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { viewSetOf } from '../checker/family/certificate.ts';
import type { CertificateFile } from './certificate-schema.ts';
import type { ProofReport } from './prove-report.ts';
import { UsageError } from './usage-error.ts';

/** Throws  UsageError when there is no proof, and when the file cannot be written. */
export function writeCertificate({ source, proved }: ProofReport, path: string): void {
  const { result, claim } = proved;
  if (result.verdict !== 'holds') return;
  const { definition, file } = source;
  const certificate: CertificateFile = {
    format: 'racewalk-certificate',
    version: 1,
    model: definition.name,
    file: file === null ? null : relative(dirname(resolve(path)), file),
    options: claim.given,
    any: [...claim.any],
    proofs: result.proofs.map(({ claim: part, element, size, most, machine, views }) =>
      viewSetOf({ options: part.given, any: part.any, element, size, most }, machine.roles, views),
    ),
  };
  try {
    writeFileSync(path, `${JSON.stringify(certificate)}\n`);
  } catch (error) {
    throw new UsageError(
      `${path}: the certificate cannot be written (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
