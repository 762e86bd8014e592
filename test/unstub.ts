import { afterEach, vi } from 'vitest';

// Files share their modules and globals: what a test stubs, neither the next one nor the next file sees. Vitest's own options
// for that act before a test, and so not before a file that reads as it is loaded.
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
