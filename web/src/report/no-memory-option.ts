/** The memory option in a report, whose model is built already. */
import type { AnyDefinition } from '../../../checker/language/model.ts';

export const withMemoryOption = (definition: AnyDefinition): AnyDefinition => definition;
