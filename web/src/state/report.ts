/** The report embedded in the page. */
import type { AnyDefinition } from '../../../checker/language/model.ts';
import { placeOfReport, type EmbeddedReport } from '../check/embedded-report.ts';
import { restored } from '../check/shared-json.ts';

/** The report of this page, or null. */
export const report: EmbeddedReport | null = reportIn(
  document.getElementById(placeOfReport)?.textContent ?? '',
);

/** The one variant of a report as a definition without options. */
export const reportedDefinition = ({ model, summary }: EmbeddedReport): AnyDefinition => ({
  kind: 'definition',
  name: model.name,
  summary,
  options: {},
  scenarios: [],
  survivors: [],
  build: () => model,
});

function reportIn(text: string): EmbeddedReport | null {
  if (text.trim() === '' || text.trim() === 'null') return null;
  const found = (text.startsWith('[') ? restored(text) : JSON.parse(text)) as { readonly version: number };
  if (found.version === 1) return found as EmbeddedReport;
  throw new Error(`the report has version ${found.version}: this page reads version 1`);
}
