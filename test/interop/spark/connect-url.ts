import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { SparkStart } from './one-server.ts';

/** Of the server of this run of tests, which answers. @throws Error why it did not start */
export function sparkConnectUrl(): string {
  const start = JSON.parse(readFileSync(inject('sparkStart'), 'utf8')) as SparkStart;
  if ('failure' in start) throw new Error(`Spark did not start: ${start.failure}`);
  return start.connectUrl;
}
