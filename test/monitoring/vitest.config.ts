import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The demo and Prometheus take both cores: one file after the other.
  test: { include: ['test/monitoring/**/*.test.ts'], fileParallelism: false, testTimeout: 60_000 },
});
