import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/**
 * When a process was started, in words of the system that are the same each time it is asked: with the process id
 * it tells one process from another that was given the same id later. Undefined when it does not run (any more).
 */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const fields = statFields(pid);
      return fields[0] === 'Z' ? undefined : `${bootId()} ${fields[19]}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

/** The fields of /proc/<pid>/stat after the command, which may hold spaces: state is field 0, start time 19. */
function statFields(pid: number | string): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The process groups of which a member carries the marker in its environment. Linux only: elsewhere none is found. */
export function groupsCarrying(marker: string): number[] {
  if (process.platform !== 'linux') return [];
  const groups = readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker)
        ? [Number(statFields(pid)[2])]
        : [];
    } catch {
      return [];
    }
  });
  return [...new Set(groups)];
}

/** Ends a process and all it started that stayed in its group. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
