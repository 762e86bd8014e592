import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupsCarrying, killGroup, startTime } from './process-identity.ts';

interface ProcessRecord {
  /** Undefined while it is being started. */
  pid?: number;
  startTime?: string;
  /** In the environment of the process and its children. */
  marker: string;
}

/**
 * Which processes are ours, on disk: after a kill -9 the next agent ends those that are left. One is ended only when
 * its id and start time are those written down, or its group still carries our marker.
 */
export class ProcessRecords {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'processes');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Starts a process and writes it down. Of an agent that is killed in between, the next one finds it by its marker. */
  start<T extends { pid?: number | undefined }>(marker: string, start: () => T): T {
    const starting = this.#file(randomUUID());
    this.#write(starting, { marker });
    try {
      const started = start();
      const { pid } = started;
      if (pid !== undefined) this.#write(this.#file(pid), { pid, startTime: startTime(pid) ?? '', marker });
      return started;
    } finally {
      rmSync(starting, { force: true });
    }
  }

  remove(pid: number): void {
    rmSync(this.#file(pid), { force: true });
  }

  /** Kills what an agent before us left running. @returns the processes that were killed, which may take a moment */
  reap(): number[] {
    const reaped: number[] = [];
    for (const name of readdirSync(this.#folder)) {
      for (const group of ours(read(join(this.#folder, name)))) {
        killGroup(group, 'SIGKILL');
        reaped.push(group);
      }
      rmSync(join(this.#folder, name), { force: true });
    }
    return reaped;
  }

  #file(name: number | string): string {
    return join(this.#folder, `${name}.json`);
  }

  #write(file: string, record: ProcessRecord): void {
    writeFileSync(file, JSON.stringify(record));
  }
}

function read(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    // Half written when the agent was killed: the one without an id is still there.
    return undefined;
  }
}

/** The process groups of a record that are left. */
function ours(record: ProcessRecord | undefined): number[] {
  if (record === undefined) return [];
  const { pid, startTime: recorded, marker } = record;
  if (pid === undefined) return groupsCarrying(marker);
  const now = startTime(pid);
  if (now !== undefined) return recorded !== '' && now === recorded ? [pid] : [];
  return groupsCarrying(marker).filter((group) => group === pid);
}
