import process from 'node:process';

/**
 * Process 1 of a container ignores a signal that it has no handler for, and would then be waited for until the grace period
 * is over: from the first moment on it ends at once. When a command has begun, its own handler is the one that counts.
 */
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  });
}
