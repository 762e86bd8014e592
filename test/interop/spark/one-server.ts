import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startSparkServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that is there once Spark answers, or does not start. */
    sparkStart: string;
  }
}

/** What came of it. */
export type SparkStart = { connectUrl: string } | { failure: string };

/** One JVM for all files of tests; it ends with them. Tests that need no Spark run while it is installed. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-spark-start-'));
  const file = join(folder, 'start.json');
  const starting = startSparkServer();
  const told = starting.then(
    ({ connectUrl }) => tell(file, { connectUrl }),
    (error: Error) => tell(file, { failure: error.stack ?? error.message }),
  );
  project.provide('sparkStart', file);
  return async () => {
    await told;
    await starting.then(
      (server) => server[Symbol.asyncDispose](),
      () => undefined,
    );
    await rm(folder, { recursive: true });
  };
}

/** Whoever sees the file sees all of it. */
async function tell(file: string, start: SparkStart): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(start));
  await rename(`${file}.new`, file);
}
