/** A report that stands in the page itself: a model as data, the options that it was built from, and what was found. */
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import type { Choices } from '../../../checker/search/compare.ts';
import type { PlainOutcome } from '../check/messages.ts';

/** The place of the report in the page, a script of type `application/json`. */
const placeOfReport = 'racewalk-report';

export interface EmbeddedReport {
  readonly format: 'racewalk-report';
  readonly version: 1;
  readonly summary: string;
  /** All options of this variant. */
  readonly options: Choices;
  /** A model is data: the page walks through it, and can check it again, without its source. */
  readonly model: Model;
  readonly outcome: PlainOutcome;
  readonly seconds: number;
}

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
  build: () => model,
});

function reportIn(text: string): EmbeddedReport | null {
  if (text.trim() === '' || text.trim() === 'null') return null;
  const found = JSON.parse(text) as { readonly version: number };
  if (found.version === 1) return found as EmbeddedReport;
  throw new Error(`a report of version ${found.version}, and this page reads version 1`);
}
