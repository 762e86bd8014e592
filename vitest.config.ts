import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{*/src,test,scripts}/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      'test/{api,browser,clients,cluster,demo,images,interop,monitoring,robustness,tables,upgrade}/**',
    ],
    // Two cores are the target machine; the lifecycle suites start processes of their own.
    maxWorkers: 2,
    // A machine that is busy with other things fails no test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
