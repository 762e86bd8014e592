import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { StockoutError } from '@stockout/contracts';
import { startLocalCluster } from '@stockout/localcluster';
import { type OperatorOptions, startOperator } from '@stockout/operator';

export interface Local {
  stateDir: string;
  kubeconfigPath: string;
  stop(): Promise<void>;
}

/** A local API server with the operator in it. @throws StockoutError when one runs already in that folder */
export async function startLocal(stateDir: string, port = 0): Promise<Local> {
  const dir = resolve(stateDir);
  await mkdir(dir, { recursive: true });
  await refuseSecond(dir);
  const pidFile = join(dir, 'local.pid');
  await writeFile(pidFile, String(process.pid));
  try {
    const cluster = await startLocalCluster({ stateDir: dir, port });
    const { kubeconfigPath } = cluster;
    const log = await openLog(join(dir, 'operator.log'));
    const operator = await startOperator({ kubeconfigPath, adminPort: 0, log });
    const stop = async (): Promise<void> => {
      await operator.stop();
      await cluster.stop();
      await rm(pidFile, { force: true });
    };
    return { stateDir: dir, kubeconfigPath, stop };
  } catch (error) {
    await rm(pidFile, { force: true });
    throw error;
  }
}

/** Ends the local cluster of a folder, wherever it was started. */
export async function stopLocal(stateDir: string): Promise<string> {
  const pid = await runningPid(resolve(stateDir));
  if (pid === undefined) return `no local cluster runs in ${stateDir}`;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + 60_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new StockoutError(`the local cluster (pid ${pid}) does not end`);
    await delay(100);
  }
  return `the local cluster in ${stateDir} has ended`;
}

/** JSON lines in a file: the terminal belongs to the person who started it. */
async function openLog(file: string): Promise<NonNullable<OperatorOptions['log']>> {
  await writeFile(file, '');
  const stream = createWriteStream(file, { flags: 'a' });
  return (level, message, fields) => {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}

async function refuseSecond(dir: string): Promise<void> {
  const pid = await runningPid(dir);
  if (pid === undefined) return;
  throw new StockoutError(
    `a local cluster runs already in ${dir} (pid ${pid}): end it with stockout local down --state ${dir}`,
  );
}

async function runningPid(dir: string): Promise<number | undefined> {
  const text = await readFile(join(dir, 'local.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
