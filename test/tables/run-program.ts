import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of this folder, or a command, to its end. */
export async function runProgram(command: string, ...args: string[]): Promise<Ended> {
  const program = command.endsWith('.ts') ? fileURLToPath(new URL(command, import.meta.url)) : undefined;
  const child = program === undefined ? spawn(command, args) : spawn(process.execPath, [program, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}
