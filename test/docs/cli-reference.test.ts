/** docs/reference/cli.md is what the commands say of themselves. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliReference } from '../../cli/reference.ts';
import { racewalkProgram } from '../../cli/program.ts';

const committed = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');

test('the reference of commands is up to date: npm run docs', () => {
  expect(committed).toBe(cliReference());
});

test.each(racewalkProgram().commands.map((command) => command.name()))('%s', (name) => {
  if (name === 'complete') return;
  const section = committed.split(`## racewalk ${name}\n`)[1]!.split('\n## ')[0]!;
  expect(section).toContain('\nExamples:\n');
  const [options, search] = [section.indexOf('\nOptions:'), section.indexOf('\nSearch options:')];
  if (search >= 0) expect(search).toBeGreaterThan(options);
});
