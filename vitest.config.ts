/** Test configuration. VITEST_JSON names a file for the results as JSON. */
import { defineConfig } from 'vitest/config';

const resultsFile = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Browser tests have a separate configuration.
    exclude: ['test/browser/**', 'node_modules/**'],
    setupFiles: ['test/setup.ts'],
    // Tests share no mutable state, so threads can run several files.
    pool: 'threads',
    isolate: false,
    // One file per core; the default on two cores is one.
    maxWorkers: '100%',
    testTimeout: 120_000,
    tags: [
      { name: 'long', description: 'takes too long for npm test; npm run test:long runs it' },
      // A slow process start on a busy machine is not a failure of the program.
      { name: 'process', description: 'runs the command', retry: process.env['CI'] === undefined ? 0 : 2 },
      { name: 'law', description: 'samples models; npm run test:long samples more of them' },
    ],
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
  },
});
