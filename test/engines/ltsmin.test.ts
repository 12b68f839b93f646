/**
 * `check --engine ltsmin`: what LTSmin prints is a verdict only after a whole search, or with a trace that replays.
 *
 * The texts are those of LTSmin 3.1 for `ltsmin/counter.ts`, whose plug-in is built as by `check`: `holds.txt` of one
 * process with `--atomic`, `violated.txt` and `trace.csv` of two without.
 *
 * @module-tag process
 */
import fc from 'fast-check';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ModelError } from '../../checker/language/model-error.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { check, checking, noLimits, type Checked } from '../../checker/search/check.ts';
import type { ForeignChecker } from '../../checker/search/foreign-checker.ts';
import { EngineError } from '../../checker/search/level-engine.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { mapTrace } from '../../checker/trace/map-trace.ts';
import { missingCommands } from '../../cli/engines/commands.ts';
import { searchInLtsmin } from '../../cli/engines/ltsmin.ts';
import { LtsminOutput, readTrace, type Ended } from '../../cli/engines/ltsmin-output.ts';
import { runWithin } from '../../cli/options/limits.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { expectWrongUse, racewalk } from '../cli/run.ts';
import { law, runs } from '../depth.ts';
import { allStates, judgementOf } from '../laws/judgement.ts';
import { randomModel } from '../laws/random-model.ts';
import { model as counter } from './ltsmin/counter.ts';

const recorded = (name: string) =>
  readFileSync(fileURLToPath(new URL(`ltsmin/${name}`, import.meta.url)), 'utf8');
const [holds, violated, csv] = [recorded('holds.txt'), recorded('violated.txt'), recorded('trace.csv')];
const atomic = transitionSystem(counter.build({ atomic: true }));
const split = transitionSystem(counter.build({}));
const well: Ended = { code: 0, signal: null };

function explored(text: string, ended: Ended = well, processes = 1) {
  const output = new LtsminOutput(processes, () => undefined);
  for (const line of text.split('\n')) output.read(line);
  return output.explored(processes === 1 ? atomic : split, ended);
}

describe('the recorded texts', () => {
  test('a whole search', () => {
    expect(explored(holds)).toEqual({
      ...{ violations: 0, states: 4, transitions: 4, depth: 2 },
      ...{ fired: [true], reached: new Set([1]) },
    });
  });

  test('a violation, with exit code 0 and no state left to explore', () => {
    expect(explored(violated, well, 2)).toMatchObject({ violations: 1, depth: 4, reached: new Set([1]) });
    const mapped = mapTrace(split, readTrace(csv, split));
    expect(mapped).toMatchObject({ answer: { verdict: 'violated', kind: 'invariant' } });
    expect(mapped).toHaveProperty('trace.steps.length', 4);
  });

  const without = (text: RegExp) =>
    holds
      .split('\n')
      .filter((line) => !text.test(line))
      .join('\n');
  const error = 'pins2lts-dist, ** error **: out of memory trying to resize to 3681280';
  const killed = 'mpirun noticed that process rank 1 with PID 0 on node vm exited on signal 9 (Killed).';
  test.each<[string, string, Ended, RegExp]>([
    ['killed', holds, { code: null, signal: 'SIGKILL' }, /ended by SIGKILL/],
    ['a process killed', `${holds}\n${killed}`, { code: 137, signal: null }, /exit code 137: mpirun noticed/],
    ['out of memory', `${holds}\n${error}`, { code: 255, signal: null }, /exit code 255: .*out of memory/],
    ['a violation without a trace', holds, { code: 1, signal: null }, /exit code 1/],
    ['an error with exit code 0', `${error}\n${holds}`, well, /out of memory/],
    ['a full table', `pins2lts-dist: hash table is full\n${holds}`, well, /table is full/],
    ['timed out', `pins2lts-dist: TIMED OUT (3 seconds)!\n${holds}`, well, /TIMED OUT/],
    ['without totals', without(/state space has/), well, /totals/],
    ['other totals', holds.replace('4 levels 5 states', '4 levels 6 states'), well, /totals/],
    ['fewer levels', without(/: level 3/), well, /totals/],
    ['a level missing', without(/: level 1/), well, /level 2 follows level 0/],
    ['targets that are no transitions', holds.replace(/(space has .*)/, '$1 7 targets'), well, /totals/],
    ['states left', holds.replace('unexplored 0 states', 'unexplored 1 states'), well, /1 states are not/],
    ['without the number of bad states', without(/Invariant violations/), well, /how many states are bad/],
    ['twice that number', `${holds}\nInvariant violations: 0\n`, well, /how many states are bad/],
    ['without what was reached', without(/racewalk: fired/), well, /0 of 1 processes/],
    ['what was reached is torn', holds.replace('reached 01', 'reached 0'), well, /1 of 1 processes/],
    ['nothing', '', well, /totals/],
  ])('%s: no result', (_, text, ended, reason) => {
    expect(() => explored(text, ended)).toThrow(EngineError);
    expect(() => explored(text, ended)).toThrow(reason);
  });

  test('of another number of processes: no result', () => {
    expect(() => explored(holds, well, 2)).toThrow(EngineError);
    expect(() => explored(violated, well, 1)).toThrow(EngineError);
    expect(() => explored(violated.replace(/racewalk: fired .*\n/, ''), well, 2)).toThrow(/1 of 2 processes/);
    // mpirun without --mpi starts searches that know nothing of each other.
    expect(() => explored(holds + holds, well, 1)).toThrow(EngineError);
  });

  test.each([
    ['another header', csv.replace('half_0', 'half_9')],
    ['nothing', ''],
    ['the header alone', csv.split('\n').slice(0, 1).join('\n')],
    ['without the state before the first', csv.replace(',0,0,0,0\n', '')],
    ['no state of the model', csv.split('\n').slice(0, 2).join('\n')],
  ])('a trace with %s is none', (_, text) => {
    expect(() => readTrace(text, split)).toThrow(EngineError);
  });

  test('a trace that leaves a step out is no run', () => {
    const trace = readTrace(csv.replace(/\n,272.*/, ''), split);
    expect(mapTrace(split, trace)).toMatch(/is none of the model/);
  });
});

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

interface Pretended {
  readonly said: string;
  readonly code?: number;
  /** What ltsmin-printtrace writes; '': it fails. */
  readonly trace?: string;
  readonly headers?: boolean;
}

/** Puts tools on the PATH that print what LTSmin has printed. */
function pretend({ said, code = 0, trace = csv, headers = true }: Pretended): void {
  const prefix = mkdtempSync(join(tmpdir(), 'racewalk-fake-'));
  const bin = join(prefix, 'bin');
  mkdirSync(bin);
  if (headers)
    symlinkSync(fileURLToPath(new URL('../export/pins', import.meta.url)), join(prefix, 'include'));
  writeFileSync(join(prefix, 'said'), said);
  writeFileSync(join(prefix, 'trace'), trace);
  const tool = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const search = `[ -f model.so ] || exit 9\ncat '${prefix}/said' >&2\nexit ${code}`;
  tool('pins2lts-dist', `[ "$1" = --version ] && { echo v3.1.0-07f9bf8a; exit 255; }\n${search}`);
  tool('mpirun', search);
  tool('ltsmin-convert', 'exit 0');
  tool('ltsmin-printtrace', `[ -s '${prefix}/trace' ] && cp '${prefix}/trace' "$2"`);
  process.env['PATH'] = `${bin}${delimiter}${path!}`;
}

const inLtsmin = (processes: number) => ({ directory: undefined, processes, hostfile: undefined });

async function checked(model: Model, processes: number): Promise<Checked> {
  const search: ForeignChecker['search'] = (...asked) => searchInLtsmin(inLtsmin(processes), ...asked);
  const foreign = { place: 'in LTSmin', search };
  return (await runWithin({}, (limits) => checking(model, limits, { ...defaultSettings, foreign }))).result;
}

const file = fileURLToPath(new URL('ltsmin/counter.ts', import.meta.url));
const asked = (...words: readonly string[]) => racewalk(['check', file, '--engine', 'ltsmin', ...words]);

const missing = (...commands: readonly string[]) =>
  missingCommands(Object.fromEntries(commands.map((command) => [command, null]))) !== null;

describe.skipIf(missing('gcc') && process.env['CI'] === undefined)('the command with recorded texts', () => {
  test('a whole search holds', async () => {
    pretend({ said: holds });
    const { code, out } = await asked('--atomic', '--workers', '1', '--json', '--disk', 'ltsmin-files');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'holds',
      statistics: { states: 4, transitions: 4, depth: 2, method: 'LTSmin 3.1.0-07f9bf8a' },
      neverFired: [],
    });
  });

  test('a witness that no process reached is unreached', async () => {
    pretend({ said: holds.replace('reached 01', 'reached 00') });
    const { code, out } = await asked('--atomic', '--workers', '1', '--quiet');
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('unreached') as string });
  });

  test('a violation has the trace of check, and no file is left', async () => {
    pretend({ said: violated });
    const [there, here] = [
      await asked('--workers', '2', '--json', '--disk', 'ltsmin-files'),
      await racewalk(['check', file, '--json']),
    ];
    const traceOf = ({ code, out }: typeof here) => {
      const { verdict, minimal, trace } = JSON.parse(out) as Record<string, unknown>;
      return { code, verdict, minimal, trace };
    };
    expect(traceOf(there)).toEqual(traceOf(here));
    expect(there.out).toContain('"method": "LTSmin 3.1.0-07f9bf8a, 2 processes"');
  });

  test('a process that is killed is no verdict', async () => {
    pretend({ said: violated, code: 137 });
    const { code, out } = await asked('--workers', '2', '--quiet');
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining('exit code 137') as string });
  });

  test.each<[string, Pretended, RegExp]>([
    ['the text is cut', { said: violated.slice(0, violated.length / 2) }, /totals/],
    [
      'a trace of another model',
      { said: violated, trace: csv.replaceAll('16', '17') },
      /not a run of the model/,
    ],
    ['a trace to a good state', { said: violated, trace: csv.replace(/,545.*\n/, '') }, /nothing is wrong/],
    ['the trace is not printed', { said: violated, trace: '' }, /ltsmin-printtrace failed/],
    ['without headers', { said: violated, headers: false }, /gcc failed: .*ltsmin\/pins\.h/],
  ])('%s: inconclusive', async (_, pretended, reason) => {
    pretend(pretended);
    const { outcome, trace } = await checked(counter.build({}), 2);
    expect({ ...outcome, trace }).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(reason) as string,
      trace: null,
    });
  });

  test('a limit ends it', async () => {
    pretend({ said: holds });
    const slow = join(process.env['PATH']!.split(delimiter)[0]!, 'pins2lts-dist');
    writeFileSync(slow, '#!/bin/sh\necho "pins2lts-dist: Registering" >&2\nexec sleep 60\n');
    const { code, out } = await asked('--atomic', '--workers', '1', '--quiet', '--timeout', '1');
    expect({ code, out }).toEqual({ code: 3, out: expect.stringContaining('1 seconds') as string });
  });

  test('what cannot be run is wrong use', async () => {
    process.env['PATH'] = '/usr/bin:/bin';
    if (missingCommands({ 'pins2lts-dist': null }) !== null)
      expectWrongUse(await asked(), /pins2lts-dist .*not found on the PATH: LTSmin is in no package/);
    expectWrongUse(await asked('--hostfile', 'hosts'), /--hostfile requires --engine ltsmin and --workers/);
    expectWrongUse(await asked('--max-memory', '1'), /--max-memory cannot be combined with --engine ltsmin/);
    expectWrongUse(
      await asked('--disk', 'd', '--resume'),
      /--resume cannot be combined with --engine ltsmin/,
    );
  });

  test('claims about runs are not decided', async () => {
    pretend({ said: holds });
    const { code, out } = await racewalk(['check', 'peterson', '--ends', '--engine', 'ltsmin', '--quiet']);
    expect({ code, out }).toEqual({
      code: 3,
      out: expect.stringContaining('not decided in LTSmin') as string,
    });
  });
});

describe.skipIf(missing('pins2lts-dist', 'ltsmin-printtrace', 'ltsmin-convert', 'gcc', 'mpirun'))(
  'with LTSmin',
  () => {
    const searched = async (model: Model, processes: number) => {
      const { signal } = new AbortController();
      const system = transitionSystem(model);
      return {
        system,
        found: await searchInLtsmin(inLtsmin(processes), system, { onProgress: () => undefined, signal }),
      };
    };

    test.each([1, 2])(
      'random models have its counts, and traces as short; processes: %i',
      law,
      async (processes) => {
        const seen = new Set<string>();
        const agree = async (model: Model) => {
          const expected = check(model, noLimits, { ...allStates, symmetry: false });
          const { system, found } = await searched(model, processes).catch((error: unknown) => {
            if (error instanceof EngineError && error.cause instanceof ModelError)
              return { system: null, found: null };
            throw error;
          });
          if (found === null) return;
          const { verdict, kind, steps, states, transitions, depth } = judgementOf(expected);
          seen.add(kind ?? verdict);
          if (found.trace === null) {
            expect(verdict).toMatch(/holds|unreached/);
            expect(found).toMatchObject({ states, transitions, depth });
            return;
          }
          const mapped = mapTrace(system, found.trace);
          expect(mapped).toHaveProperty('trace.steps.length', steps);
          expect(found.depth).toBe(steps);
        };
        const models = randomModel({ errors: true, states: 400, longNumbers: false });
        await fc.assert(fc.asyncProperty(models, agree), {
          numRuns: runs(60, 5),
          seed: 2026,
          endOnFailure: true,
        });
        expect(seen.size).toBeGreaterThan(3);
      },
    );

    test('all scenarios of a model that are decided without fairness are as declared', async () => {
      const { code, out } = await racewalk([
        'check',
        'dirty-cow',
        '--all',
        '--engine',
        'ltsmin',
        '--workers',
        '1',
      ]);
      expect(code).toBe(3);
      expect(out).toContain('13 scenarios, 2 not as declared');
    });

    test('the email: a proof and a race', async () => {
      expect(judgementOf(await checked(email.build({ syncIpi: true }), 1))).toEqual(
        judgementOf(check(email.build({ syncIpi: true }))),
      );
      expect((await checked(email.build({}), 2)).trace?.steps).toHaveLength(21);
    });
  },
);
