/**
 * `check --engine dask` on two workers of the loopback interface; one is killed in the middle.
 *
 * @module-tag process
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checking } from '../../checker/search/check.ts';
import type { EngineSettings } from '../../checker/search/level-engine.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { openOnDask, pythonWithDask, type DaskOptions } from '../../cli/engines/dask.ts';
import { runWithin } from '../../cli/options/limits.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { model as dirty } from '../../models/pmdp-invalidate-vs-dirty.ts';
import { long } from '../depth.ts';
import { expectWrongUse, racewalk } from '../cli/run.ts';
import { startCluster, type Cluster } from './dask-cluster.ts';

interface Subject {
  readonly definition: AnyDefinition;
  readonly options: Choices;
  /** The same for the workers. */
  readonly asked: readonly string[];
}

const onDask = (options: DaskOptions): EngineSettings => ({
  place: 'on Dask',
  open: (search) => Promise.resolve(openOnDask(options, search)),
});

const python = pythonWithDask();
const isMissing = python === null && process.env['CI'] === undefined;

describe.skipIf(isMissing)(
  'with python3-distributed and python3-numpy',
  { ...long, timeout: 300_000 },
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster(python!);
    }, 60_000);
    afterAll(() => {
      cluster.close();
    });

    test('a race: verdict, counts and trace of the search in memory', async () => {
      const words = ['check', 'pmdp-invalidate-vs-dirty', '--no-symmetry', '--json'];
      const [here, there] = await Promise.all([
        racewalk([...words, '--no-reduce']),
        racewalk([...words, '--engine', 'dask', '--scheduler', cluster.scheduler]),
      ]);
      const told = ({ code, out }: typeof here) => {
        const { statistics, ...result } = JSON.parse(out) as { readonly statistics: Record<string, unknown> };
        const { states, transitions, depth } = statistics;
        return { code, result, states, transitions, depth };
      };
      expect(there.out).toContain('on Dask');
      expect(told(there)).toEqual(told(here));
    });

    /** The outcome of a check whose levels are all dealt to both workers; `look` is called before each level. */
    async function checked(
      { definition, options, asked }: Subject,
      look: (depth: number) => void = () => undefined,
    ) {
      const elsewhere = onDask({
        scheduler: cluster.scheduler,
        asked: [...asked, '--no-symmetry'],
        small: 1,
      });
      const { result } = await runWithin({}, (limits) =>
        checking(
          definition.build(options),
          {
            ...limits,
            onProgress: ({ depth }) => {
              look(depth);
            },
          },
          { ...defaultSettings, symmetry: false, elsewhere },
        ),
      );
      return result.outcome;
    }

    test('a proof by both workers', async () => {
      const asked = ['pmdp-invalidate-vs-dirty', '--exchange', '--cpus', '2'];
      const subject = { definition: dirty, options: { exchange: true, cpus: 2 }, asked };
      expect(await checked(subject)).toMatchObject({
        verdict: 'holds',
        statistics: { states: 24, transitions: 27 },
      });
    });

    test('a worker that is killed in the middle ends the search without a verdict', async () => {
      const subject = {
        definition: email,
        options: { syncIpi: true },
        asked: ['gup-fast-vs-collapse', '--sync-ipi'],
      };
      const outcome = await checked(subject, (depth) => {
        if (depth === 4) cluster.workers[0]!.kill('SIGKILL');
      });
      expect(outcome).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringMatching(/^Dask: .*(?:lost the worker|KilledWorker)/) as string,
      });
      expect(outcome.statistics.states).toBeLessThan(171);
    });

    test('a model that the workers have with other options is refused', async () => {
      const elsewhere = onDask({ scheduler: cluster.scheduler, asked: ['gup-fast-vs-collapse'] });
      const { result } = await runWithin({}, (limits) =>
        checking(email.build({ syncIpi: true }), limits, { ...defaultSettings, elsewhere }),
      );
      expect(result.outcome).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringMatching(/^Dask: .*another version of racewalk/) as string,
      });
    });
  },
);

test.skipIf(isMissing)('a scheduler that is not there is no verdict', long, async () => {
  const { code, out } = await racewalk([
    ...['check', 'dirty-cow', '--engine', 'dask', '--scheduler', 'tcp://127.0.0.1:1', '--quiet'],
  ]);
  expect(code).toBe(3);
  expect(out).toMatch(/inconclusive: Dask: /);
});

test('the scheduler must be named, and only there', async () => {
  expectWrongUse(await racewalk(['check', 'dirty-cow', '--engine', 'dask']), /with --scheduler ADDRESS/);
  expectWrongUse(
    await racewalk(['check', 'dirty-cow', '--scheduler', 'tcp://127.0.0.1:1']),
    /--scheduler requires --engine dask/,
  );
});
