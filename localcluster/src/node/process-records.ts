import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupCarries, killGroup, startTime } from './process-identity.ts';

interface ProcessRecord {
  pid: number;
  startTime: string;
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

  add(pid: number, marker: string): void {
    const record: ProcessRecord = { pid, startTime: startTime(pid) ?? '', marker };
    writeFileSync(this.#file(pid), JSON.stringify(record));
  }

  remove(pid: number): void {
    rmSync(this.#file(pid), { force: true });
  }

  /** Kills what an agent before us left running. @returns the processes that were killed, which may take a moment */
  reap(): number[] {
    const reaped: number[] = [];
    for (const name of readdirSync(this.#folder)) {
      const record = read(join(this.#folder, name));
      if (record && isOurs(record)) {
        killGroup(record.pid, 'SIGKILL');
        reaped.push(record.pid);
      }
      rmSync(join(this.#folder, name), { force: true });
    }
    return reaped;
  }

  #file(pid: number): string {
    return join(this.#folder, `${pid}.json`);
  }
}

function read(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    // Half written when the agent was killed: the process carries its marker, but its id is not known.
    return undefined;
  }
}

function isOurs({ pid, startTime: recorded, marker }: ProcessRecord): boolean {
  const now = startTime(pid);
  if (now !== undefined) return recorded !== '' && now === recorded;
  return groupCarries(pid, marker);
}
