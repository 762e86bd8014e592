import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

/** A group of processes under one limit of memory, as a container is; needs root, and Linux with cgroups of either version. */
export interface MemoryGroup extends AsyncDisposable {
  /** What the program prints. @throws when it ends with an error, or is killed */
  run(command: string, args: readonly string[]): string;
  /** Processes that the kernel has killed for want of memory. */
  kills(): Promise<number>;
}

const VERSIONS = {
  1: { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
  2: { root: '/sys/fs/cgroup', limit: 'memory.max', events: 'memory.events' },
};

export async function createMemoryGroup(bytes: number): Promise<MemoryGroup> {
  const { root, limit, events } = existsSync(VERSIONS[1].root) ? VERSIONS[1] : VERSIONS[2];
  const group = path.join(root, `stockout-bench-${process.pid}`);
  await mkdir(group);
  await writeFile(path.join(group, limit), String(bytes));
  return {
    run: (command, args) =>
      execFileSync('sh', ['-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'sh', command, ...args], {
        encoding: 'utf8',
      }),
    kills: async () => {
      const text = await readFile(path.join(group, events), 'utf8');
      return Number(/^oom_kill (\d+)/m.exec(text)?.[1] ?? 0);
    },
    [Symbol.asyncDispose]: () => rmdir(group),
  };
}
