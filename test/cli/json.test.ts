/**
 * What other programs read: the JSON of a check and a saved trace, and the schemas in docs.
 *
 * @module-tag process
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { barriersResult } from '../../cli/barriers/schema.ts';
import { checkOutput } from '../../cli/report/check-schema.ts';
import { confirmOutput } from '../../cli/confirm/schema.ts';
import { compareResult } from '../../cli/compare/schema.ts';
import { versionsResult } from '../../cli/compare/versions/schema.ts';
import { certificateFile } from '../../cli/prove/certificate-schema.ts';
import { proveOutput } from '../../cli/prove/schema.ts';
import { mutateResult } from '../../cli/mutate/schema.ts';
import { shardFile } from '../../cli/sweep/shard-file.ts';
import { traceFile } from '../../cli/report/trace-schema.ts';
import { expectWrongUse, file, folder, racewalk, smallModel } from './run.ts';

const email = 'gup-fast-vs-collapse';

/** `vitest -u` writes the files anew. */
test.each([
  ['check-output', checkOutput],
  ['compare-output', compareResult],
  ['compare-versions-output', versionsResult],
  ['mutate-output', mutateResult],
  ['barriers-output', barriersResult],
  ['prove-output', proveOutput],
  ['certificate', certificateFile],
  ['trace', traceFile],
  ['shard', shardFile],
  ['confirm-output', confirmOutput],
])(
  'docs/reference/%s.schema.json is the schema that the program is written against',
  async (name, schema) => {
    const text = `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../docs/reference/${name}.schema.json`);
  },
);

describe.concurrent('check --json prints what the schema says', () => {
  test('a violation with its trace', async () => {
    const { code, out } = await racewalk(['check', `${email}/email`, '--json', '--save-trace', 'json.json']);
    expect(code).toBe(1);
    const result = checkOutput.parse(JSON.parse(out));
    expect(result).toMatchObject({ kind: 'check', verdict: 'violated', scenario: 'email', minimal: true });
    const saved = traceFile.parse(JSON.parse(readFileSync(join(folder, 'json.json'), 'utf8')));
    expect(saved.steps).toHaveLength(21);
  });

  test('a proof', async () => {
    const { code, out } = await racewalk(['check', email, '--flush', 'ipi', '--json']);
    expect(code).toBe(0);
    expect(checkOutput.parse(JSON.parse(out))).toMatchObject({ verdict: 'holds', trace: null, races: [] });
  });

  test('a run that was cut short', async () => {
    const { code, out } = await racewalk(['check', email, '--max-states', '9', '--json']);
    expect(code).toBe(3);
    expect(checkOutput.parse(JSON.parse(out))).toMatchObject({ verdict: 'inconclusive' });
  });

  test('all scenarios', async () => {
    const statements = `step('x = 1', set(mem.x, true))`;
    const scenarios = `{ name: 'right', options: {}, verdict: 'holds' }`;
    const name = file('all.ts', smallModel({ statements, scenarios }));
    const { code, out } = await racewalk(['check', name, '--all', '--json']);
    expect(code).toBe(0);
    expect(checkOutput.parse(JSON.parse(out))).toMatchObject({
      kind: 'all',
      scenarios: [{ scenario: 'right', mismatches: [] }],
    });
  });

  test('all scenarios for CI, as tests', async () => {
    const statements = `step('x = 1', set(mem.x, true))`;
    const scenarios = `{ name: 'right', options: {}, verdict: 'holds' },
      { name: 'wrong', options: {}, verdict: 'violated' }, { name: 'open', options: {}, verdict: 'holds' }`;
    const name = file('tests.ts', smallModel({ statements, scenarios }));
    const { code, out } = await racewalk(['check', name, '--all', '--reporter', 'junit']);
    expect(code).toBe(1);
    const cases = [...new DOMParser().parseFromString(out, 'text/xml').getElementsByTagName('testcase')];
    expect(cases.map((one) => [one.getAttribute('name'), one.textContent])).toEqual([
      ['right', ''],
      [
        'wrong',
        expect.stringMatching(
          /^verdict: declared violated, found holds\nreproduce: racewalk check small\/wrong$/,
        ),
      ],
      ['open', ''],
    ]);
    const cut = await racewalk(['check', name, '--all', '--reporter', 'junit', '--max-states', '1']);
    expect({ code: cut.code, errors: cut.out.match(/errors="3"/g)?.length }).toEqual({ code: 3, errors: 2 });
  });

  test('a reporter of one check is refused', async () => {
    const run = await racewalk(['check', email, '--reporter', 'junit']);
    expectWrongUse(run, /--reporter requires --all/);
  });
});
