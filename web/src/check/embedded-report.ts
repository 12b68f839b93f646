/** What a report holds: a model as data, the options that it was built from, and what was found. */
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
  /** A model is data: the page walks through it, and can check it again, without its source. */
  readonly model: Model;
  readonly outcome: PlainOutcome;
  readonly seconds: number;
}
