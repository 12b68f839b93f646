/** `racewalk verify`: is the proof in a file one? */
import type { VerifyOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds } from '../options/limits.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function verifyCommand(program: Command): void {
  withExamples(
    program
      .command('verify')
      .description(
        'verify a proof that "racewalk prove --certificate FILE" has written, by other means than found it',
      )
      .argument('[file]', 'the certificate')
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .action(async (file: string | undefined, options: VerifyOptions) => {
        if (file === undefined)
          throw new UsageError('which certificate? "racewalk prove MODEL --certificate FILE" writes one');
        const { verifyFile } = await import('./run.ts');
        await verifyFile(file, options);
      }),
    [['racewalk verify proof.json', 'what prove --certificate proof.json has written']],
  );
}
