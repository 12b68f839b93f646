/** The content of a report: model, options and result. */
import type { Model } from '../../../checker/language/model.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import type { PlainOutcome } from './messages.ts';

/** The element of the page whose text the report is: a script of type `application/json`. */
export const placeOfReport = 'racewalk-report';

export interface EmbeddedReport {
  readonly format: 'racewalk-report';
  readonly version: 1;
  readonly summary: string;
  /** All options of this variant. */
  readonly options: Choices;
  /** The model as data, which the page can walk and check without its source. */
  readonly model: Model;
  readonly outcome: PlainOutcome;
  readonly seconds: number;
}
