import { afterAll, beforeAll, describe } from 'vitest';
import { describeComponent } from './component.ts';
import { describeCredentials } from './credentials.ts';
import { describeImporting } from './importing.ts';
import { describeLifecycle } from './lifecycle.ts';
import { Listening } from './mlflow-server.ts';
import { Python } from './python.ts';
import { describeTracking } from './tracking.ts';
import type { World } from './world.ts';

const MINUTES = 60_000;

/** Against the real server and the real Python client: one of each for the whole file. */
describe('MLflow', () => {
  let world: World | undefined;

  beforeAll(async () => {
    const python = await Python.install();
    world = { python, server: await Listening.server(python) };
  }, 8 * MINUTES);

  afterAll(() => world?.server.stop());

  describeTracking(() => world as World);
  describeImporting(() => world as World);
  describeCredentials(() => world as World);
  describeComponent(() => world as World);
  describeLifecycle(() => world as World);
});
