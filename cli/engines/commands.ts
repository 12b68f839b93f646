/** The commands of other programs: which are installed, and their versions. */
import { spawnSync } from 'node:child_process';

/** A command and the Debian package that has it; null: none has. */
export type Needs = Readonly<Record<string, string | null>>;

/** Where a command lies; '' where it is not installed. */
export const pathOf = (command: string): string =>
  spawnSync('which', [command], { encoding: 'utf8' }).stdout.trim();

/** Why something cannot run for lack of a command, and how to install it; null: nothing is missing. */
export function missingCommands(needs: Needs): string | null {
  const missing = Object.keys(needs).filter((command) => pathOf(command) === '');
  if (missing.length === 0) return null;
  const packages = [...new Set(missing.flatMap((command) => needs[command] ?? []))];
  const install = packages.length === 0 ? '' : `: on Debian, apt-get install ${packages.join(' ')}`;
  return `${missing.join(' and ')} not found${install}`;
}

/** The first number with a dot that the command prints, such as '6.5.2'; '' where there is none. */
export function versionOf(command: string, words: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  return /\d+(?:\.\d+)+\S*/.exec(`${stdout}${stderr}`)?.[0] ?? '';
}
