/**
 * `racewalk confirm`: other model checkers agree, and whatever they say beyond a whole search confirms nothing.
 *
 * @module-tag process
 */
import { describe, expect, test } from 'vitest';
import { confirming } from '../../cli/confirm/confirm.ts';
import { engines, type Ended, type Engine, type Found } from '../../cli/confirm/engines.ts';
import { missingCommands } from '../../cli/engines/commands.ts';
import { confirmOutput } from '../../cli/confirm/schema.ts';
import { catalogue } from '../../cli/model-files/catalogue.ts';
import { findModel } from '../../cli/model-files/models.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { noLimits } from '../../checker/search/check.ts';
import { defaultSettings as settings } from '../../checker/search/settings.ts';
import { mapTrace } from '../../checker/trace/map-trace.ts';
import { model as peterson } from '../../models/mutual-exclusion/peterson.ts';
import { protocol } from '../c/protocol.ts';
import { long } from '../depth.ts';
import { expectWrongUse, racewalk } from './run.ts';

const { rumur, spin } = engines;
const isMissing = (engine: Engine) =>
  missingCommands(engine.needs) !== null && process.env['CI'] === undefined;
const email = 'gup-fast-vs-collapse';

describe('with both installed', () => {
  test.skipIf(isMissing(rumur))('Rumur confirms a race, whose trace is replayed, as JSON', async () => {
    const { code, out } = await racewalk(['confirm', email, '--by', 'rumur', '--json']);
    expect(code).toBe(0);
    expect(confirmOutput.parse(JSON.parse(out))).toMatchObject({
      result: 'confirmed',
      verdict: 'violated',
      racewalk: { steps: 21, states: null },
      other: { states: null },
    });
  });

  test.skipIf(isMissing(spin))('Spin confirms a proof, state for state', long, async () => {
    const { code, out } = await racewalk(['confirm', email, '--sync-ipi', '--by', 'spin']);
    expect(code).toBe(0);
    expect(out).toMatch(/^gup-fast-vs-collapse: confirmed by spin 6/);
    expect(out).toMatch(/\nstates +171 +171\n/);
  });

  test.skipIf(isMissing(spin))('Spin confirms a race', long, async () => {
    const { code, out } = await racewalk(['confirm', email, '--by', 'spin']);
    expect(code).toBe(0);
    expect(out).toMatch(/\ntrace, in steps +21 +\d+\n/);
  });

  test.skipIf(isMissing(rumur))(
    'what cannot be exported is refused; with --all it is listed',
    long,
    async () => {
      expectWrongUse(await racewalk(['confirm', 'peterson', '--memory', 'arm64', '--by', 'rumur']), /arm64/);
      const { code, out } = await racewalk(['confirm', '--all', 'zap-vs-writeback', '--by', 'rumur']);
      expect(code).toBe(0);
      expect(out).toMatch(/\n\d+ scenarios: \d+ confirmed(?:, \d+ refused)?\n$/);
    },
  );

  test.skipIf(isMissing(rumur))('a limit is reached: nothing is confirmed', async () => {
    const { code, out } = await racewalk(['confirm', email, '--by', 'rumur', '--max-states', '9']);
    expect(code).toBe(3);
    expect(out).toContain('inconclusive: not confirmed by rumur');
  });

  test.skipIf(isMissing(rumur))('without room for files nothing is confirmed, nor refused', async () => {
    const { TMPDIR: before } = process.env;
    process.env['TMPDIR'] = '/dev/null';
    const { code, out } = await racewalk(['confirm', '--all', 'madv-free-vs-direct-io', '--by', 'rumur']);
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    expect(code).toBe(3);
    expect(out).toMatch(/\n {6}rumur: cannot write \/dev\/null: /);
    expect(out).toMatch(/\n8 scenarios: 0 confirmed, 6 inconclusive, 2 refused\n$/);
  });

  test('an engine must be named', async () => {
    expectWrongUse(await racewalk(['confirm', email]), /--by/);
    expectWrongUse(await racewalk(['confirm', email, '--by', 'tlc']), /Allowed choices are spin, rumur/);
  });
});

/** The smallest scenario of each model of the catalogue; by hand, `confirm --all` takes all of them. */
const smallest = (await catalogue()).flatMap(({ name, scenarios }) =>
  scenarios
    .filter(({ options, memory }) => (options['memory'] ?? memory) !== 'arm64')
    .toSorted((a, b) => (a.states ?? 0) - (b.states ?? 0))
    .slice(0, 1)
    .map((scenario) => `${name}/${scenario.name}`),
);

test.skipIf(isMissing(rumur)).each(smallest)('Rumur confirms %s', long, async (name) => {
  const source = await findModel(name);
  const work = { engine: rumur, settings, timeout: 60 };
  const found = finish(confirming(source, source.scenario!.options, work, noLimits));
  expect(found).toMatchObject({ result: 'confirmed', reasons: [] });
});

describe('a protocol in C, whose domains grow as far as a search needs', () => {
  const counter = `#include <racewalk.h>
int x;
THREAD(reader) { CHECK(READ_ONCE(x) CONDITION, "x"); }
THREAD(writer) { for (int i = 0; i < 4; i++) WRITE_ONCE(x, x + 100); }
`;

  function confirmed(engine: Engine, condition: string) {
    const definition = withMemoryOption(protocol(counter.replace('CONDITION', condition), 'counter.c'));
    const source = { definition, file: null, scenario: null, typed: 'counter.c' };
    return finish(confirming(source, {}, { engine, settings, timeout: 60 }, noLimits));
  }

  test.skipIf(isMissing(rumur))('state for state', () => {
    expect(confirmed(rumur, '<= 400')).toMatchObject({ result: 'confirmed', verdict: 'holds' });
  });

  // Depth first, Spin writes 400 before it reads; racewalk finds the shortest run, where x is 0.
  test.skipIf(isMissing(spin))('the other may need more than the shortest race', long, () => {
    const found = confirmed(spin, '!= 0');
    expect(found).toMatchObject({ result: 'confirmed', verdict: 'violated' });
    expect(found.other.summary).not.toMatch(/>=/);
  });
});

describe.skipIf(isMissing(rumur))('an export that is wrong on purpose', () => {
  /** The confirmation by Rumur with a changed text. */
  async function confirmedWith(
    change: (text: string) => string,
    words: Readonly<Record<string, string | boolean>>,
  ) {
    const engine = { ...rumur, text: (system: Parameters<Engine['text']>[0]) => change(rumur.text(system)) };
    const source = await findModel(email);
    return finish(confirming(source, words, { engine, settings, timeout: 60 }, noLimits));
  }

  test('without its invariants: racewalk alone finds the race', async () => {
    const found = await confirmedWith((text) => text.replace(/invariant "a page that[^;]*;/, ''), {});
    expect(found).toMatchObject({
      result: 'differs',
      reasons: ['racewalk finds an error, and rumur finds none'],
    });
  });

  test('with an invariant that is false: the trace is no counterexample', async () => {
    const found = await confirmedWith((text) => `${text}invariant "never" false;\n`, { syncIpi: true });
    expect(found.result).toBe('differs');
    expect(found.reasons.join()).toMatch(
      /rumur finds an error, and racewalk finds none.*nothing is wrong after/,
    );
  });

  test('with a rule less: the counts differ', async () => {
    const found = await confirmedWith(
      (text) => text.replace(/(rule "\d+ \d+" )(.*)( ==> begin)/, '$1false$3'),
      {
        syncIpi: true,
      },
    );
    expect(found).toMatchObject({ result: 'differs' });
  });
});

describe('what is no whole search confirms nothing', () => {
  const system = transitionSystem(peterson.build());
  const read = (engine: Engine, run: Ended): Found => engine.read(run, { code: 0, output: '' }, system);

  const pan = `
State-vector 36 byte, depth reached 40, errors: 0
       10 states, stored
       21 transitions (= stored+matched)
`;
  const xml =
    '<rumur_run>\n<summary states="10" rules_fired="20" errors="0" duration_seconds="0"/>\n</rumur_run>\n';

  test.each<[string, Engine, Ended, RegExp | null]>([
    ['pan', spin, { code: 0, output: pan }, null],
    ['pan, killed', spin, { code: null, output: pan }, /killed/],
    ['pan, without a result', spin, { code: 0, output: 'State-vector' }, /no result/],
    [
      'pan, too deep',
      spin,
      { code: 0, output: `error: max search depth too small\n${pan}` },
      /depth too small/,
    ],
    ['pan, out of memory', spin, { code: 1, output: `pan: out of memory\n${pan}` }, /out of memory/],
    ['pan, cut', spin, { code: 0, output: `Warning: Search not completed\n${pan}` }, /Search not completed/],
    ['pan, another code', spin, { code: 1, output: pan }, /ended with 1/],
    ['rumur', rumur, { code: 0, output: xml }, null],
    ['rumur, killed', rumur, { code: null, output: xml }, /killed/],
    ['rumur, another code', rumur, { code: 1, output: xml }, /ended with 1/],
    ['rumur, cut', rumur, { code: 0, output: xml.replace('</rumur_run>', '') }, /ended with 0/],
    ['rumur, without a result', rumur, { code: 0, output: '<rumur_run>' }, /no result/],
  ])('%s', (_, engine, run, reason) => {
    const found = read(engine, run);
    if (reason === null) return expect(found).toEqual({ kind: 'safe', states: 10, transitions: 20 });
    expect(found.kind === 'inconclusive' ? found.reason : found.kind).toMatch(reason);
  });

  test('a trace that is none of the model', () => {
    const step = { transition: 0, replica: 0 };
    expect(mapTrace(system, { initial: 9, steps: [] })).toBe('it does not begin where the model begins');
    expect(mapTrace(system, { initial: 0, steps: [{ ...step, replica: 9 }] })).toBe(
      'step 1 of 1 is none of the model',
    );
    expect(mapTrace(system, { initial: 0, steps: [] })).toBe('nothing is wrong after its last step');
  });
});
