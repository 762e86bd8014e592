import type { TestProject } from 'vitest/node';
import { startSparkServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    connectUrl: string;
  }
}

/** One JVM for all files of tests; it ends with them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startSparkServer();
  project.provide('connectUrl', server.connectUrl);
  return async () => server[Symbol.asyncDispose]();
}
