import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/demo/**/*.test.ts'], testTimeout: 300_000 } });
