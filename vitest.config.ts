import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// A machine that is busy with other things fails no test.
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };

export default defineConfig({
  test: {
    // Two cores are the target machine; suites that wait, for pods and for windows to end, leave room for one more file.
    maxWorkers: 3,
    // Of programs that tests start: each would strip types and compile anew, for half a second of CPU.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    projects: [
      {
        // By its name it comes first: these take longest, and the short files fill what is left.
        test: {
          ...PATIENT,
          name: 'across workspaces',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/{api,browser,clients,cluster,demo,images,interop,monitoring,robustness,tables,upgrade}/**',
          ],
        },
      },
      {
        test: {
          ...PATIENT,
          name: 'units',
          include: ['{*/src,scripts}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          // To load the modules anew for each of 300 files takes half a second of CPU each.
          isolate: false,
          setupFiles: ['test/unstub.ts'],
        },
      },
    ],
  },
});
