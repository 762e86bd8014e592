import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/images/**/*.test.ts'],
    globalSetup: ['test/images/built-images.ts'],
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
