import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { endLocalCluster, startLocalCluster } from '@stockout/localcluster';
import { type OperatorOptions, startOperator } from '@stockout/operator';

export interface Local {
  stateDir: string;
  kubeconfigPath: string;
  /** Of the operator. */
  metricsUrl: string;
  stop(): Promise<void>;
}

export interface LocalOptions {
  /** Default: any that is free. */
  port?: number;
  /** Objects come back that were there when the one before in this folder was ended. */
  keepObjects?: boolean;
}

/** A local API server with the operator in it. @throws StockoutError when one runs already in that folder */
export async function startLocal(stateDir: string, options: LocalOptions = {}): Promise<Local> {
  const dir = resolve(stateDir);
  await using ends = new AsyncDisposableStack();
  const cluster = await startLocalCluster({ stateDir: dir, ...options });
  ends.defer(() => cluster.stop());
  const { kubeconfigPath } = cluster;
  const log = await openLog(join(dir, 'operator.log'));
  const operator = await startOperator({ kubeconfigPath, adminPort: 0, log });
  ends.defer(() => operator.stop());
  const running = ends.move();
  const metricsUrl = `${operator.adminUrl}/metrics`;
  return { stateDir: dir, kubeconfigPath, metricsUrl, stop: () => running.disposeAsync() };
}

/** Ends the local cluster of a folder, wherever it was started, and says what there was. */
export async function stopLocal(stateDir: string): Promise<string> {
  const { pid, leftovers } = await endLocalCluster(resolve(stateDir));
  const cluster =
    pid === undefined ? `no local cluster runs in ${stateDir}` : `the local cluster in ${stateDir} has ended`;
  return leftovers === 0 ? cluster : `${cluster}; ended ${leftovers} pods that one that was killed had left`;
}

/** JSON lines in a file: the terminal belongs to the person who started it. */
async function openLog(file: string): Promise<NonNullable<OperatorOptions['log']>> {
  await writeFile(file, '');
  const stream = createWriteStream(file, { flags: 'a' });
  return (level, message, fields) => {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}
