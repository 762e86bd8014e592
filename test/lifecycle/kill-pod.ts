import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';

/** Ends the process that a pod with this address is, where pods are processes of this machine, as a crash does. */
export async function killPod(ip: string): Promise<void> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`HOST=${ip}`)) found.push(Number(name));
  }
  if (found.length === 0) throw new Error(`no process of this machine has the address ${ip}`);
  for (const pid of found) process.kill(pid, 'SIGKILL');
}
