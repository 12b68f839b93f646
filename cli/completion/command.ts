/** `racewalk completion`: the shell scripts, and the hidden command `complete` that they call. */
import type { Command } from 'commander';
import { eitherOf } from '../../checker/language/option.ts';
import { withExamples } from '../terminal/help.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

const scripts: Readonly<Record<string, string>> = {
  bash: `_racewalk() {
  local IFS=$'\n' word
  COMPREPLY=()
  # A value behind = is a word of its own to bash.
  while IFS= read -r word; do COMPREPLY+=("$(printf '%q' "$word")"); done \
    < <(racewalk complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
}
complete -o default -F _racewalk racewalk`,
  zsh: `#compdef racewalk
_racewalk() {
  local -a found
  found=("\${(@f)$(racewalk complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  if [[ -n "\${found[*]}" ]]; then compadd -a found; else _files; fi
}
compdef _racewalk racewalk`,
  fish: `function __racewalk_complete
  set -l words (commandline -opc) (commandline -ct)
  racewalk complete -- $words[2..-1] 2> /dev/null
end
complete -c racewalk -n '__racewalk_complete | string length -q' -f -a '(__racewalk_complete)'`,
};

export function completionCommand(program: Command): void {
  const shells = Object.keys(scripts);
  withExamples(
    program
      .command('completion')
      .description('print a shell script that completes commands, options, models and values')
      .argument('<shell>', shells.join(', '))
      .action(async (shell: string) => {
        const script = scripts[shell];
        if (script === undefined)
          throw new UsageError(
            `invalid shell '${shell}': expected ${eitherOf(shells)}${didYouMean(shell, shells)}`,
          );
        const { print } = await import('../terminal/output.ts');
        print(script);
      }),
    [
      ['source <(racewalk completion bash)', 'in ~/.bashrc'],
      ['source <(racewalk completion zsh)', 'in ~/.zshrc'],
      ['racewalk completion fish | source', 'in config.fish'],
    ],
  );
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { candidates } = await import('./candidates.ts');
      const { print } = await import('../terminal/output.ts');
      const found = await candidates(program, words);
      if (found.length > 0) print(found.join('\n'));
    });
}
