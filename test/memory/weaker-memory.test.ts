/** What a memory model breaks, every weaker one breaks too: each has all the runs of the one before it. */
import { expect, test } from 'vitest';
import { memoryModelNames } from '../../checker/language/memory-name.ts';
import type { AnyDefinition, Scenario } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';
import { registry } from '../../models/registry.ts';
import { long } from '../depth.ts';

/** Larger models break in the same way, and take longer. */
const smallEnough = 2_000;

const broken = registry.flatMap((definition) =>
  definition.scenarios
    .filter(({ verdict, states = Infinity }) => verdict === 'violated' && states < smallEnough)
    .map((scenario) => [`${definition.name}/${scenario.name}`, definition, scenario] as const),
);

/** Its scenarios take six times as long as those of all other models. */
const isLong = ({ name }: AnyDefinition) => name === 'gup-fast-checks';

const alsoBreaks = (_: string, definition: AnyDefinition, { options, memory = 'sc' }: Scenario) => {
  const weaker = memoryModelNames.slice(memoryModelNames.indexOf(memory) + 1);
  const verdicts = weaker.map((name) => {
    const { outcome } = check(memoryModels[name](definition.build(options), defaultSettings));
    return [name, outcome.verdict];
  });
  expect(verdicts).toEqual(weaker.map((name) => [name, 'violated']));
};

test.each(broken.filter(([, definition]) => !isLong(definition)))('%s', alsoBreaks);
test.each(broken.filter(([, definition]) => isLong(definition)))('%s', long, alsoBreaks);
