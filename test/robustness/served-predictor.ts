import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until as untilTrue } from '../conformance/until.ts';

const STOCKOUT = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
/** A version made by Python's XGBoost: predictor/fixtures/README.md. */
export const MODEL = new URL('../../predictor/fixtures/tiny/', import.meta.url);
/** The one valid API key of a predictor that asks for one. */
export const KEY = 'of-the-test';

/** Of a predictor that is started without saying which. */
export const PORTS = { public: 8000, grpc: 8001, admin: 9090 } as const;

const KEYS = fileURLToPath(new URL('keys', import.meta.url));

/** What Node runs. */
export function serveCommand(model: string, ...args: string[]): string[] {
  return [STOCKOUT, 'serve', '--model', model, '--host', '127.0.0.1', ...args];
}

interface Listening {
  url: string;
  adminUrl: string;
  grpcAddress: string;
}

interface ServedOptions {
  /** URI of the version; default: MODEL. */
  model?: string;
  /** A port that is used again; default: any that are free. */
  port?: number;
  /** Whether scoring asks for KEY. */
  locked?: boolean;
  env?: Record<string, string>;
  /** Descriptors that the process may have; default: as many as this one. */
  descriptors?: number;
}

/** `stockout serve` in a process of its own, as in a container. */
export class ServedPredictor implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  readonly adminUrl: string;
  /** Host and port. */
  readonly grpcAddress: string;
  /** What it has logged so far, line by line. */
  readonly log: readonly string[];
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, listening: Listening, log: readonly string[]) {
    this.process = child;
    this.url = listening.url;
    this.adminUrl = listening.adminUrl;
    this.grpcAddress = listening.grpcAddress;
    this.log = log;
    this.#exited = once(child, 'exit');
  }

  /** Resolves once it is ready. */
  static async start(options: ServedOptions = {}): Promise<ServedPredictor> {
    const { model = MODEL.href, port = 0, locked = false, env = {}, descriptors } = options;
    const ports = ['--port', String(port), '--admin-port', '0', '--grpc-port', '0'];
    const key = locked ? ['--api-keys-dir', KEYS] : [];
    const serve = serveCommand(model, ...ports, ...key);
    const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors} && `;
    const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', process.execPath, ...serve], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    const log: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    const served = new ServedPredictor(child, await untilListening(child, log), log);
    await until(async () => (await fetch(`${served.adminUrl}/readyz`)).status === 200);
    return served;
  }

  /** Lines of the log that tell of a failure. */
  get errors(): string[] {
    return this.log.filter((line) => /"level":\s*("error"|"fatal"|[56]0)/.test(line));
  }

  /** The sum of a metric over its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.adminUrl}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** @returns bytes that the process has resident */
  memory(): Promise<number> {
    return this.metric('process_resident_memory_bytes');
  }

  /** Ends it by a signal. @returns its exit code, or the signal that ended it */
  async end(signal: NodeJS.Signals): Promise<unknown> {
    this.process.kill(signal);
    await this.#exited;
    return this.process.exitCode ?? this.process.signalCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.end('SIGKILL');
  }
}

async function untilListening(child: ChildProcess, log: readonly string[]): Promise<Listening> {
  const found = (): string | undefined => log.find((line) => line.includes('"adminUrl"'));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`stockout serve ended: ${log.join('\n')}`);
    return found() !== undefined;
  });
  return JSON.parse(found() as string) as Listening;
}

/** Tries until it holds; fails when it does not within half a minute. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  await untilTrue(check.toString(), check, 30);
}
