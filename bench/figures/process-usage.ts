import { readFile, writeFile } from 'node:fs/promises';

/** CPU that a process has taken so far, in seconds; of other people's processes it says nothing. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // In hundredths: user and system.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same of a process and its children together. */
export async function cpuOfAll(pid: number): Promise<number> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean);
  const each = await Promise.all([cpuOf(pid), ...children.map((child) => cpuOfAll(Number(child)))]);
  return each.reduce((sum, seconds) => sum + seconds, 0);
}

/** Megabytes of a process: resident now, and the most that were. */
export async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** Has the peak begin anew at what is resident now. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
