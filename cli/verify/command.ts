/** `racewalk verify`: verifies a certificate. */
import type { VerifyOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds } from '../options/limits.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function verifyCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('verify')
        .description(
          'verify a proof written by "racewalk prove --certificate FILE", with code independent of the prover',
        )
        .argument('[file]', 'the certificate')
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .action(async (file: string | undefined, options: VerifyOptions) => {
          if (file === undefined)
            throw new UsageError('missing certificate: "racewalk prove MODEL --certificate FILE" writes one');
          const { verifyFile } = await import('./run.ts');
          await verifyFile(file, options);
        }),
      {
        0: 'verified',
        1: 'not a proof of the model as it is now',
        3: 'the time limit was reached',
      },
    ),
    [['racewalk verify proof.json', 'a file written by "prove --certificate proof.json"']],
  );
}
