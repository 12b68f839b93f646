/** Scenarios as JUnit XML. */
import { element, escapeXml } from '../../checker/export/xml.ts';
import type { AllResult } from '../report/check-schema.ts';

type ScenarioResult = AllResult['scenarios'][number];

/**
 * Shape:  a suite for each model, a test for each scenario; a difference from the declaration is a failure, a reached
 *         limit an error.
 * Units:  times are in seconds.
 */
export function junitXml(rows: readonly ScenarioResult[]): string {
  const models = [...new Set(rows.map(({ model }) => model))];
  const suites = models.map((model) => {
    const own = rows.filter((row) => row.model === model);
    return element('testsuite', { name: model, ...totals(own) }, ...own.map(testCase));
  });
  const all = element('testsuites', { name: 'racewalk', ...totals(rows) }, ...suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}`;
}

const isOpen = ({ verdict, mismatches }: ScenarioResult) =>
  verdict === 'inconclusive' && mismatches.length > 0;
const isWrong = (row: ScenarioResult) => row.mismatches.length > 0 && !isOpen(row);

const totals = (rows: readonly ScenarioResult[]) => ({
  tests: rows.length,
  failures: rows.filter(isWrong).length,
  errors: rows.filter(isOpen).length,
  time: seconds(rows.reduce((sum, { statistics }) => sum + statistics.seconds, 0)),
});

const seconds = (time: number) => time.toFixed(3);

function testCase(row: ScenarioResult): string {
  const { model, scenario, mismatches, statistics } = row;
  const attributes = { classname: model, name: scenario, time: seconds(statistics.seconds) };
  if (mismatches.length === 0) return element('testcase', attributes);
  const text = [...mismatches, `reproduce: racewalk check ${model}/${scenario}`].join('\n');
  const kind = isOpen(row) ? 'error' : 'failure';
  return element('testcase', attributes, element(kind, { message: mismatches[0]! }, escapeXml(text)));
}
