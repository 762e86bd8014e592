import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/robustness/**/*.test.ts'],
    // Each has processes that take a core, and some take ten thousand sockets.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
