/** Law: a place that a claim is about is no step of its own, and no verdict depends on it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullyGrown } from '../../checker/language/growing.ts';
import type { Model } from '../../checker/language/model.ts';
import { copied } from '../../checker/language/copied.ts';
import type { Statement } from '../../checker/language/statement.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, runs } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { found } from '../laws/found.ts';
import { protocol } from './protocol.ts';

const withoutMarks = (statement: Statement): Statement =>
  copied(statement, (_, inner) => {
    const { isMark, ...rest } = inner() as Partial<Statement>;
    return isMark === true ? rest : inner();
  });

/** The model in which the place of a claim is a step. */
const withSteps = (model: Model): Model => ({
  ...model,
  threads: model.threads.map((one) => ({ ...one, body: one.body.map(withoutMarks) })),
});

/** The verdict of each property, and the number of states. */
function explored(model: Model) {
  const space = explore(interpretedSpace(transitionSystem(model)), 20_000)!;
  const { reached, violated, deadlock } = found(space);
  return { count: space.count, verdicts: { reached, violated, deadlock } };
}

const cell = fc.constantFrom('x', 'y', 'z');
const number = fc.nat(2);
const statements = (thread: number): fc.Arbitrary<string> => {
  const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
    block: fc
      .array(tie('statement'), { minLength: 1, maxLength: 3, depthIdentifier: 'c' })
      .map((all) => all.join('\n\t\t')),
    statement: fc.oneof(
      { depthIdentifier: 'c', maxDepth: 2 },
      fc.tuple(cell, number).map(([at, value]) => `WRITE_ONCE(${at}, ${value});`),
      cell.map((at) => `r = READ_ONCE(${at});`),
      fc.tuple(cell, number).map(([at, value]) => `HOLDS_HERE(${at} != ${value} || r == 0, "r is %d", r);`),
      cell.map((at) => `HOLDS_HERE(${at} == r);`),
      fc.constant('REACHED(NAME);'),
      fc.tuple(number, tie('block')).map(([value, body]) => `if (r == ${value}) { ${body} }`),
    ),
  }));
  return fc.array(statement, { minLength: 2, maxLength: 4 }).map((all) => {
    let marks = 0;
    return all.join('\n\t').replaceAll('NAME', () => `"${thread}.${(marks += 1)}"`);
  });
};

const program = fc
  .tuple(statements(0), statements(1))
  .map(
    (bodies) =>
      `#include <racewalk.h>\nint x, y, z;\n${bodies
        .map((body, at) => `THREAD(p${at})\n{\n\tint r = 0;\n\t${body}\n}`)
        .join('\n')}\n`,
  );

test('a random protocol has the same verdict of each claim', law, () => {
  let smaller = 0;
  let violated = 0;
  const same = fc.property(program, (text) => {
    const model = fullyGrown(protocol(text).build());
    const [less, full] = [explored(model), explored(withSteps(model))];
    expect(less.verdicts).toEqual(full.verdicts);
    if (less.count < full.count) smaller += 1;
    if (full.verdicts.violated.length > 0) violated += 1;
  });
  fc.assert(same, { numRuns: runs(400), seed: 1936 });
  expect(smaller).toBeGreaterThan(runs(400) / 10);
  expect(violated).toBeGreaterThan(runs(400) / 10);
});
