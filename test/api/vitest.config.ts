import process from 'node:process';
import { defineConfig } from 'vitest/config';

const LONG = 'test/api/{leaders,lifecycle,faults,outages}.test.ts';
const EACH = {
  setupFiles: ['test/api/take-control-plane.ts'],
  testTimeout: 180_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    // A control plane for each.
    maxWorkers: (process.env.STOCKOUT_API_PLANES ?? '').trim().split(' ').length,
    projects: [
      // By its name it comes first; what is short fills what is left.
      { test: { ...EACH, name: 'long', include: [LONG] } },
      { test: { ...EACH, name: 'short', include: ['test/api/**/*.test.ts'], exclude: [LONG] } },
    ],
  },
});
