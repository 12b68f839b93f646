/** Configuration of the browser tests (`npm run test:browser`). VITEST_JSON names a file for the results as JSON. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const resultsFile = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/browser/**/*.test.ts'],
    globalSetup: fileURLToPath(new URL('site.ts', import.meta.url)),
    // Browsers are large: two at a time.
    maxWorkers: 2,
    testTimeout: 30_000,
    // A slow browser start on a busy machine is not a failure of the program.
    retry: process.env['CI'] === undefined ? 0 : 2,
    hookTimeout: 60_000,
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
  },
});
