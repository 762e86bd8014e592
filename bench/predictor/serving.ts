import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/free-port.ts';
import { cpuOf, cpuOfAll, forgetPeak, memoryOf } from '../figures/process-usage.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/bin/stockout.js', import.meta.url));

/** A server that was started as a command, and answered. Dispose of it to end it. */
export interface Served extends AsyncDisposable {
  url: string;
  /** From the start of the process to the first answer that says ready. */
  startMs: number;
  /** CPU that it took for that, user and system, in milliseconds: what a busy machine disturbs less. */
  startCpuMs: number;
  /** CPU of its process and of those that it has started, so far, in seconds. */
  cpu(): Promise<number>;
  /** Resident memory of its process, in MB. */
  resident(): Promise<number>;
  /** The most that was resident while `work` went on, in MB. */
  peakDuring(work: () => Promise<void>): Promise<number>;
}

/** `stockout serve`, started and ready. @param more options of the command */
export async function serveVersion(uri: string, more: readonly string[] = []): Promise<Served> {
  const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  const ports = ['--port', port, '--admin-port', adminPort, '--grpc-port', grpcPort].map(String);
  const args = [PROGRAM, 'serve', '--model', uri, '--host', '127.0.0.1', ...ports, ...more];
  return await started(
    process.execPath,
    args,
    `http://127.0.0.1:${port}`,
    `http://127.0.0.1:${adminPort}/readyz`,
  );
}

/** Python's server of the original program. */
export async function serveOriginal(python: string, env: NodeJS.ProcessEnv, folder: string): Promise<Served> {
  const port = await freePort();
  const program = fileURLToPath(new URL('original.py', import.meta.url));
  const url = `http://127.0.0.1:${port}`;
  return await started(python, [program, folder, String(port)], url, `${url}/health`, env);
}

async function started(
  command: string,
  args: string[],
  url: string,
  readyUrl: string,
  env = process.env,
): Promise<Served> {
  const began = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!(await isReady(readyUrl))) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended: ${said}`);
    await delay(2);
  }
  const startMs = performance.now() - began;
  return {
    url,
    startMs,
    startCpuMs: 1000 * (await cpuOf(child.pid as number)),
    cpu: () => cpuOfAll(child.pid as number),
    resident: async () => (await memoryOf(child.pid as number)).now,
    peakDuring: async (work) => {
      await forgetPeak(child.pid as number);
      await work();
      return (await memoryOf(child.pid as number)).peak;
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      // Not harder: its compiled sources are kept for the next start.
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
