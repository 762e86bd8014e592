import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { cpuOf } from '../figures/process-usage.ts';

/** Seconds of CPU that the others have taken so far, with whom the operator shares the machine. */
export async function cpuOfOthers(stateDir: string): Promise<Record<string, number>> {
  const ofControlPlane = async (name: string): Promise<number> =>
    cpuOf(Number(await readFile(join(stateDir, 'pid', name), 'utf8')));
  return {
    'API server': await ofControlPlane('apiserver'),
    etcd: await ofControlPlane('etcd'),
    'played nodes': await cpuOf(process.pid),
  };
}
