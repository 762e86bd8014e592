import { defineConfig } from 'vitest/config';

// The servers are installed at their first use.
const PATIENT = { testTimeout: 240_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...PATIENT,
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          exclude: ['test/interop/spark/**'],
        },
      },
      {
        test: {
          ...PATIENT,
          name: 'spark',
          include: ['test/interop/spark/**/*.test.ts'],
          globalSetup: ['test/interop/spark/one-server.ts'],
          setupFiles: ['test/interop/spark/until-spark-answers.ts'],
        },
      },
    ],
  },
});
