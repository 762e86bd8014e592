import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 240_000,
    // The servers are installed at their first use.
    hookTimeout: 600_000,
  },
});
