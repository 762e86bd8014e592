import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TableLocation } from '../../pipeline/src/tables/log.ts';
import { VirtualEnvironment } from '../virtual-environment.ts';
import { runProgram } from './run-program.ts';

const REQUIREMENTS = new URL('./requirements.txt', import.meta.url);
const PROGRAM = fileURLToPath(new URL('./delta_rs.py', import.meta.url));

/** What delta-rs says of a version of a table. */
export interface SeenVersion {
  version: number;
  /** Rows by the log's statistics. */
  logged: number;
  /** Rows, and the total of an expression over them, by reading them; not of every version where that takes too long. */
  n?: number;
  total?: number;
}

/** delta-rs in a virtual environment of the cache folder, made at its first use. */
export class DeltaRs {
  /** The interpreter that has it. */
  readonly python: string;
  private constructor(python: string) {
    this.python = python;
  }

  static async install(): Promise<DeltaRs> {
    const { bin } = await VirtualEnvironment.install('venv-deltalake', REQUIREMENTS);
    return new DeltaRs(join(bin, 'python'));
  }

  async read(
    table: TableLocation,
    expression: string,
    { every = 1, first = 0 } = {},
  ): Promise<SeenVersion[]> {
    const args = [pathOf(table), expression, String(every), String(first)];
    return JSON.parse(await run(this.python, PROGRAM, 'read', ...args)) as SeenVersion[];
  }

  /** So many commits, each of the rows of a SELECT in which {i} is its number. */
  async append(table: TableLocation, commits: number, select: string): Promise<void> {
    await run(this.python, PROGRAM, 'append', pathOf(table), String(commits), select);
  }

  /** `checkpoint`, `compact` (and delete the rows where a = 1), `constrain` or `partition` (the rows of a SELECT by date). */
  async change(
    table: TableLocation,
    how: 'checkpoint' | 'compact' | 'constrain' | 'partition',
    ...args: string[]
  ): Promise<void> {
    await run(this.python, PROGRAM, how, pathOf(table), ...args);
  }
}

/** Of a table in a folder. */
export function pathOf({ storage, path }: TableLocation): string {
  return join(fileURLToPath(storage.uri), path);
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { code, signal, stdout, stderr } = await runProgram(command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${stderr}`);
  return stdout;
}
