/** How the tests run; VITEST_JSON names a file that receives the results for a program to read. */
import { defineConfig } from 'vitest/config';

const resultsFile = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need a browser, and a configuration of their own.
    exclude: ['test/browser/**', 'node_modules/**'],
    setupFiles: ['test/setup.ts'],
    // Tests share no mutable state, so threads need not be started afresh for each file.
    pool: 'threads',
    isolate: false,
    // As many files at a time as there are cores: on two it would be one.
    maxWorkers: '100%',
    testTimeout: 120_000,
    tags: [
      { name: 'long', description: 'takes too long for npm test; npm run test:long runs it' },
      // A process that is slow to start on a busy machine is no fault of the program.
      { name: 'process', description: 'runs the command', retry: process.env['CI'] === undefined ? 0 : 2 },
      { name: 'law', description: 'samples models; npm run test:long samples more of them' },
    ],
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
  },
});
