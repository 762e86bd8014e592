import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { conformance } from '../../test/conformance/conformance.ts';
import { type LocalCluster, startLocalCluster } from './index.ts';

let cluster: LocalCluster;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stockout-conformance-'));
  cluster = await startLocalCluster({ stateDir });
});

afterAll(async () => {
  await cluster.stop();
  await rm(stateDir, { recursive: true, force: true });
});

conformance(() => cluster.kubeconfigPath);
