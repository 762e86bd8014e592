import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/upgrade/**/*.test.ts'],
    // One control plane for all.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
