import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Operator, startOperator } from '../start-operator.ts';
import { ApiServer } from './api-server.ts';
import { aGoldenReport } from './played-answers.ts';

/** An API server of its own for each test of a file, and operators beside it, which are stopped after the test. */
export interface TestOperators {
  readonly server: ApiServer;
  readonly start: (options?: Parameters<typeof startOperator>[0]) => Promise<Operator>;
}

const askPod = () => Promise.resolve(aGoldenReport());

export function testOperators(): TestOperators {
  let server: ApiServer;
  let folder: string;
  let kubeconfigPath: string;
  let operators: Operator[];
  beforeEach(async () => {
    server = new ApiServer();
    await server.start();
    folder = await mkdtemp(join(tmpdir(), 'stockout-operator-'));
    kubeconfigPath = join(folder, 'kubeconfig');
    await writeFile(kubeconfigPath, server.kubeConfig().exportConfig());
    operators = [];
  });
  afterEach(async () => {
    await Promise.all(operators.map((operator) => operator.stop()));
    await server.stop();
    await rm(folder, { recursive: true });
  });
  return {
    get server() {
      return server;
    },
    start: async (options = {}) => {
      const usual = { kubeconfigPath, adminPort: 0, log: () => {}, askPod };
      const operator = await startOperator({ ...usual, ...options });
      operators.push(operator);
      return operator;
    },
  };
}
