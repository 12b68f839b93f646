/** Models that are no family, or run on a machine of their own: nothing is proved of them, and no certificate is taken. */
import { expect, test } from 'vitest';
import { viewSetOf } from '../../checker/family/certificate.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import {
  bool,
  defineModel,
  ended,
  exists,
  init,
  integer,
  not,
  reachable,
  set,
  shared,
  step,
  thread,
  always,
} from 'racewalk';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { noLimits } from '../../checker/search/check.ts';
import { provingByViews, type Proof } from '../../checker/search/prove.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { verifying } from '../../checker/verify/verify.ts';

interface Parts {
  readonly name: string;
  /** For how many copies the variable of that name is true at first, and the property false in the end. */
  readonly bad: (cpus: number) => boolean;
}

const definition = ({ name, bad }: Parts): AnyDefinition =>
  withMemoryOption(
    defineModel({
      name: 'copies',
      summary: '',
      options: { cpus: integer('CPUs', [1, 16]) },
      build: ({ cpus }) => {
        const variables: Record<string, ReturnType<typeof init<boolean>>> = { seen: init(bool, false) };
        variables[name] = init(bool, bad(cpus));
        const mem = shared(variables);
        const copy = thread('copy', { cpus, locals: { b: init(bool, false) } }, (l) => [
          step('b = first', set(l.b, mem[name]!)),
          step('seen = b', set(mem['seen']!, l.b)),
        ]);
        return {
          shared: mem,
          threads: [copy],
          properties: [
            always('never seen', not(mem['seen']!)),
            reachable(
              'the end',
              exists(copy, (_l, cpu) => ended(copy, cpu)),
            ),
          ],
        };
      },
    }),
  );

const work = { limits: noLimits, settings: defaultSettings };
const proved = (one: AnyDefinition, given = {}) =>
  finish(provingByViews({ definition: one, given, any: ['cpus'] }, work));

/** The certificate of the model that is right for all numbers. */
function certificate(name: string, given = {}) {
  const { proofs } = proved(definition({ name, bad: () => false })) as { readonly proofs: readonly Proof[] };
  const [{ claim, from, element, size, most, upTo, machine, views }] = proofs as [Proof];
  return viewSetOf(
    { options: { ...claim.given, ...given }, any: claim.any, from, element, size, most, upTo },
    machine.roles,
    views,
  );
}

// Words that the comparison of tables passes over where they are keys of its own.
const words = ['text', 'meaning', 'claim', 'harm', 'reason', 'description', 'costs', 'cellNames', 'amount'];

test.each(words)('a variable may be called %s and is compared all the same', (name) => {
  expect(proved(definition({ name, bad: () => false }))).toMatchObject({ verdict: 'holds' });
  const one = definition({ name, bad: (cpus) => cpus === 4 });
  expect(proved(one)).toMatchObject({
    verdict: 'not proved',
    reason: expect.stringContaining('not uniform') as string,
  });
  expect(finish(verifying(one, certificate(name)))).not.toEqual([]);
});

test.each([7, 9, 11, 13, 15])('that the model is another for %i copies is seen', (number) => {
  const one = definition({ name: 'first', bad: (cpus) => cpus === number });
  expect(proved(one)).toMatchObject({
    verdict: 'not proved',
    reason: expect.stringContaining('not uniform') as string,
  });
});

test('a machine of its own is refused', () => {
  const one = definition({ name: 'first', bad: () => false });
  expect(proved(one, { memory: 'arm64' })).toMatchObject({
    verdict: 'not proved',
    reason: expect.stringContaining('arm64') as string,
  });
  expect(finish(verifying(one, certificate('first', { memory: 'arm64' })))).not.toEqual([]);
});
