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
    [['check'], /which model\?/],
    [['chek'], /unknown command 'chek'[^]*Did you mean check\?/],
    [
      ['check', 'gup-fast-vs-colapse'],
      /there is no model[^]*did you mean 'gup-fast-vs-collapse'\?[^]*the models: /,
    ],
    [
      ['check', `${email}/emial`],
      /has no scenario 'emial': did you mean 'email'\?[^]*its scenarios: email, /,
    ],
    [
      ['check', email, '--flsh', 'ipi'],
      /no option '--flsh': did you mean 'flush'\?[^]*--flush broadcast\|ipi/,
    ],
    [
      ['check', email, '--flush', 'broadcst'],
      /--flush takes one of broadcast, ipi, .*did you mean 'broadcast'\?/,
    ],
    [['check', email, '--flush'], /--flush needs a value: one of broadcast, ipi/],
    [['check', email, '--cpus', '17'], /--cpus takes a number from 1 to 16, and not '17'/],
    [['check', email, '--no-flush'], /no option '--no-flush'/],
    [['check', email, 'email'], /'email' is one word too many/],
    [['check', email, '--max-states', '0'], /--max-states takes a whole number from 1 on/],
    [['check', email, '--timeout', 'soon'], /--timeout takes a number of seconds/],
    [['check', '.'], /^racewalk: \. is a folder: name a model file, /],
    [['check', '/'], /^racewalk: \/ is a folder: name a model file, /],
    [['check', '/nowhere/at/all'], /there is no model '\/nowhere\/at\/all'/],
    [['check', ''], /there is no model ''/],
    [['check', '/etc/passwd'], /\/etc\/passwd is no model file: the name of one ends in \.ts or \.js/],
    [['replay', '.'], /\.: it is a folder/],
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
    expectWrongUse(await racewalk(['check', ...words]), /contradict/);
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
  expect(out).not.toMatch(/Trace steps|Costs are|Each set|<=/);
  const { out: email } = await racewalk([
    'compare',
    'gup-fast-vs-collapse',
    '--flush',
    'broadcast',
    '--no-sync-ipi',
  ]);
  expect(email).toMatch(/Trace steps are those of the shortest trace\. Costs are counted/);
  expect(email).not.toContain('<=:');
});

test('list has a line for each model and each scenario with its verdict', async () => {
  const { code, out } = await racewalk(['list']);
  expect(code).toBe(0);
  expect(out).toMatch(/^gup-fast-vs-collapse {2}\S.*\n {2}email +violated\n/m);
});

test('show has both columns of every thread', async () => {
  const { code, out } = await racewalk(['show', email, '--sync-ipi']);
  expect(code).toBe(0);
  expect(out).toMatch(/^ +\d+ {2}if \(pmd_none\(pmd\)\) +if \(pmd == none\)\n +\d+ {4}goto out;$/m);
  expect(out).toMatch(/^ +\d+ {4}kick_all_cpus_sync\(\) +for all i: mem\.ipiPending\[i\] = true/m);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
