/** How the tests in a real browser run: `npm run test:browser`; VITEST_JSON names a file that receives the results. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const resultsFile = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/browser/**/*.test.ts'],
    globalSetup: fileURLToPath(new URL('site.ts', import.meta.url)),
    // Browsers are large: one after the other.
    fileParallelism: false,
    testTimeout: 30_000,
    // A browser that is slow to start on a busy machine is no fault of the program.
    retry: process.env['CI'] === undefined ? 0 : 2,
    hookTimeout: 60_000,
    reporters: resultsFile === undefined ? ['default'] : ['default', ['json', { outputFile: resultsFile }]],
  },
});
