/**
 * Words on the command line that mean nothing: what is possible, and the nearest spelling.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { expectWrongUse, racewalk } from './run.ts';

const email = 'gup-fast-vs-collapse';

describe.concurrent('wrong use', () => {
  test.each<[string[], RegExp]>([
    [['check'], /missing MODEL/],
    [['chek'], /unknown command 'chek'[^]*Did you mean check\?/],
    [['check', 'gup-fast-vs-colapse'], /unknown model[^]*did you mean 'gup-fast-vs-collapse'\?[^]*models: /],
    [['check', `${email}/emial`], /has no scenario 'emial': did you mean 'email'\?[^]*scenarios: email, /],
    [
      ['check', email, '--flsh', 'ipi'],
      /no option '--flsh': did you mean 'flush'\?[^]*--flush broadcast\|ipi/,
    ],
    [
      ['check', email, '--flush', 'broadcst'],
      /invalid --flush '.*': expected broadcast or ipi: did you mean 'broadcast'\?/,
    ],
    [['check', email, '--flush'], /missing value of --flush: expected broadcast or ipi/],
    [['check', email, '--cpus', '17'], /invalid --cpus '17': expected a whole number from 1 to 16/],
    [['check', email, '--recheck-pdm'], /did you mean 'recheck-pmd'\?/],
    [['check', email, '--no-flush'], /no option '--no-flush'/],
    [['check', email, 'email'], /unexpected argument 'email'/],
    [['check', email, '--max-states', '0'], /invalid --max-states '0': expected a whole number, 1 or more/],
    [['check', email, '--timeout', 'soon'], /invalid --timeout 'soon': expected a number of seconds/],
    [['check', '.'], /^racewalk: \. is a directory: name a model file, /],
    [['check', '/'], /^racewalk: \/ is a directory: name a model file, /],
    [['check', '/nowhere/at/all'], /unknown model '\/nowhere\/at\/all'/],
    [['check', ''], /unknown model ''/],
    [
      ['check', '/etc/passwd'],
      /\/etc\/passwd is not a model file: expected a name that ends in \.ts or \.js/,
    ],
    [['replay', '.'], /\.: is a directory/],
    [['replay'], /missing required argument 'trace'/],
  ])('%j', async (words, message) => {
    expectWrongUse(await racewalk(words), message);
  });
});

describe.concurrent('options that contradict each other', () => {
  test.each<[string[]]>([
    [[email, '--recheck-pte', '--no-recheck-pte']],
    [[email, '--flush', 'ipi', '--flush', 'broadcast']],
    [[`${email}/sync-ipi`, '--no-sync-ipi']],
    [[`${email}/email`, '--flush', 'ipi']],
    [[email, '--json', '--quiet']],
    [['--all', '--save-trace', 'trace.json']],
    [['--all', email, '--flush', 'ipi']],
    [['--all', `${email}/email`]],
  ])('check %j', async (words) => {
    expectWrongUse(await racewalk(['check', ...words]), /cannot be combined|contradicts/);
  });
});

test('options of the model may come before it, and as --name=value', async () => {
  const run = await racewalk(['check', '--flush=ipi', '--recheck-pmd', email, '--quiet']);
  expect(run).toEqual({ code: 0, out: `${email}: holds\n`, err: '' });
});

test('the help of check has the options of the model that it is asked with', async () => {
  const { code, out } = await racewalk(['check', email, '--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/--max-states <number>[^]*--flush broadcast\|ipi/);
});

test('the legend of a comparison explains the signs that it has, and no others', async () => {
  const { out } = await racewalk(['compare', 'peterson']);
  expect(out).not.toMatch(/trace steps:|Costs are|Every proper|<=/);
  const { out: email } = await racewalk([
    'compare',
    'gup-fast-vs-collapse',
    '--flush',
    'broadcast',
    '--no-sync-ipi',
  ]);
  expect(email).toMatch(/trace steps: length of the shortest trace\. Costs are minima and maxima/);
  expect(email).not.toContain('<=:');
});

test('list has a line for each model and each scenario with its verdict', async () => {
  const { code, out } = await racewalk(['list']);
  expect(code).toBe(0);
  expect(out).toMatch(/^gup-fast-vs-collapse {2}\S.*\n {2}email +violated\n/m);
});

test('list and show find races by their facts', async () => {
  const found = await racewalk(['list', '--affects', 'v6.15', '--arch', 'arm64', '--about', 'huge pages']);
  expect(found.code).toBe(0);
  expect(found.out).toMatch(/^huge-pmd-unshare {2}gup_fast/m);
  expect(found.out).toMatch(/^ +CVE +CVE-2025-38085$/m);
  const shown = await racewalk(['show', '--fix', '9bbffee', '--grab-mm']);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/^vma-refcount-vs-exit: .*\n\nin the kernel\n +broken +v6\.15 to v6\.16$/m);
  const none = await racewalk(['show', '--fix', 'abcdef1']);
  expect(none).toMatchObject({ code: 1, err: '' });
  expect(none.out).toMatch(/^no race with --fix abcdef1: \d+ races were searched/);
});

test('show has both columns of every thread', async () => {
  const { code, out } = await racewalk(['show', email, '--sync-ipi']);
  expect(code).toBe(0);
  expect(out).toMatch(/^ +\d+ {2}if \(pmd_none\(pmd\)\) +if \(pmd == none\)\n +\d+ {4}goto out;$/m);
  expect(out).toMatch(/^ +\d+ {4}kick_all_cpus_sync\(\) +for all i: mem\.ipiPending\[i\] = true/m);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
