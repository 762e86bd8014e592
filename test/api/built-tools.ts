import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BINARIES = fileURLToPath(new URL('../cluster/binaries.sh', import.meta.url));

/** @returns the folder of helm, argo-health and kstatus, which are built at the first call */
export async function builtTools(): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', [BINARIES, 'tools']);
  return stdout.trim();
}
