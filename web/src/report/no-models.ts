/** The registry of a report: it has a model of its own. */
import type { AnyDefinition } from '../../../checker/language/model.ts';

export const registry: readonly AnyDefinition[] = [];
