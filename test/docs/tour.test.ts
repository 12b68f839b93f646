/** What docs/internals/README.md quotes is what the program makes of the model today. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { flowOf, type Instruction } from '../../checker/program/control-flow.ts';
import type { Code } from '../../checker/program/transition-system.ts';
import { check } from '../../checker/search/check.ts';
import { initialStates, moves } from '../../checker/interpreter/interpreter.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';
import { racewalk } from '../cli/run.ts';

const text = readFileSync(new URL('../../docs/internals/README.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, block]) => block!);
const { system, outcome, trace } = check(model.build());
const [gupFast] = system.threads;

/** Lines of all blocks that look like this, spaces made single. */
const lines = (pattern: RegExp) =>
  blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => pattern.test(line))
    .map((line) => line.replaceAll(/ +/g, ' ').trim());

function kindAndTargets(instruction: Instruction): string {
  const { kind, statement } = instruction;
  const targets =
    instruction.kind === 'branch'
      ? `then ${instruction.then} otherwise ${instruction.otherwise}`
      : 'next' in instruction
        ? String(instruction.next)
        : '';
  return `${kind} line ${statement?.line} ${targets}`;
}

test('the instructions', () => {
  const { instructions } = flowOf(gupFast!.thread);
  const quoted = lines(/^ *\d+ \w+ +line \d+/);
  expect(quoted).toHaveLength(7);
  for (const line of quoted) {
    const [, at, start, targets] = /^(\d+) (\w+ line \d+) .*-> (.*)$/.exec(line)!;
    const plain = targets!.replaceAll(/ \(.*?\)|,/g, '');
    expect(`${start} ${plain}`).toBe(kindAndTargets(instructions[Number(at)]!));
  }
});

function fused(code: Code): string {
  switch (code.kind) {
    case 'goto':
      return `@${code.location}`;
    case 'branch':
      return `${code.statement.line} ? (${fused(code.then)} : ${fused(code.otherwise)})`;
    case 'effects':
    case 'choose':
      return `${code.statement.line} ${fused(code.next)}`;
  }
}

test('where it stops, and what is fused', () => {
  const quoted = lines(/^location \d+/);
  expect(quoted).toHaveLength(4);
  for (const line of quoted) {
    const [, at, rest] = /^location (\d+) (.*)$/.exec(line)!;
    expect(rest!.startsWith(`${fused(gupFast!.locations[Number(at)]![0]!.code)} `)).toBe(true);
  }
  expect(initialStates(system)).toHaveLength(1);
});

test('the state after step 3, and its two moves', () => {
  const shown = blocks.find((block) => block.startsWith('{ shared:'))!;
  const { after } = trace!.steps[2]!;
  const plain = (words: string) => words.replaceAll(/["'\s]/g, '');
  expect(plain(shown)).toBe(plain(JSON.stringify(after)));
  expect(moves(system, after)).toHaveLength(2);
});

test('the counts of the search', () => {
  const { states, transitions, depth } = outcome.statistics;
  const flat = text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain(`At depth ${depth} the first`);
  expect(flat).toContain(`${states} states, ${transitions} transitions`);
  expect(trace!.steps).toHaveLength(depth);
});

test('the trace', async () => {
  const { out } = await racewalk(['check', model.name]);
  const quoted = blocks.at(-1)!;
  expect(out).toContain(quoted);
  const flat = out.replaceAll(/\s+/g, ' ');
  for (const [, sentence] of text.slice(text.indexOf('## 7.')).matchAll(/"([^"]+)"/g))
    expect(flat).toContain(sentence!.replaceAll(/\s+/g, ' '));
});
