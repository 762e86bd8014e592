import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { freePort } from '../../free-port.ts';
import type { Python } from './python.ts';

const START_MS = 120_000;
const ADMIN = 'admin';

export interface ServerOptions {
  /** Basic auth with an administrator of this password. */
  password?: string;
}

/** A program of MLflow's that listens on a port of this machine, `mlflow server` say. */
export class Listening {
  readonly uri: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = '';

  private constructor(uri: string, child: ChildProcess, folder: string) {
    this.uri = uri;
    this.#child = child;
    this.#folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
  }

  /** A tracking server with its own SQLite and its own artifacts, which it hands out itself. */
  static async server(python: Python, { password }: ServerOptions = {}): Promise<Listening> {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-mlflow-'));
    const stores = [
      '--backend-store-uri',
      `sqlite:///${folder}/mlflow.db`,
      '--artifacts-destination',
      join(folder, 'artifacts'),
    ];
    const auth = password === undefined ? [] : ['--app-name', 'basic-auth'];
    const env = password === undefined ? {} : await authEnvironment(folder, password);
    return Listening.#start(python, folder, ['server', ...stores, '--workers', '1', ...auth], '/health', env);
  }

  /**
   * A tracking server as a Deployment starts it, but for its address.
   * @param mounted its folder for data, which is one of this machine here
   */
  static async deployed(
    python: Python,
    args: readonly string[],
    env: Record<string, string>,
    mounted: string,
  ): Promise<Listening> {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-mlflow-'));
    const here = (text: string): string => text.replaceAll(mounted, folder);
    const ours = args.filter((arg) => !/^--(host|port)=/.test(arg)).map(here);
    const environment = Object.entries(env).map(([name, value]) => [name, here(value)] as const);
    return Listening.#start(python, folder, ours, '/health', Object.fromEntries(environment));
  }

  /** `mlflow models serve`: scores by a registered model. */
  static async scorer(python: Python, trackingUri: string, modelUri: string): Promise<Listening> {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-mlflow-serve-'));
    const args = ['models', 'serve', '--model-uri', modelUri, '--env-manager', 'local'];
    return Listening.#start(python, folder, args, '/ping', { MLFLOW_TRACKING_URI: trackingUri });
  }

  static async #start(
    python: Python,
    folder: string,
    args: readonly string[],
    health: string,
    env: Record<string, string>,
  ): Promise<Listening> {
    const port = await freePort();
    const environment = {
      ...process.env,
      PATH: `${python.bin}:${process.env['PATH']}`,
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
      ...env,
    };
    const command = ['-m', 'mlflow', ...args, '--host', '127.0.0.1', '--port', String(port)];
    // A group of its own: the workers that it starts end with it.
    const child = spawn(join(python.bin, 'python'), command, {
      cwd: folder,
      env: environment,
      detached: true,
    });
    const started = new Listening(`http://127.0.0.1:${port}`, child, folder);
    await started.#untilAnswering(health);
    return started;
  }

  async #untilAnswering(path: string): Promise<void> {
    const until = performance.now() + START_MS;
    while (performance.now() < until && this.#child.exitCode === null) {
      const answer = await fetch(this.uri + path).catch(() => undefined);
      if (answer !== undefined && answer.status < 500) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await this.stop();
    throw new Error(`MLflow does not start:\n${this.#log}`);
  }

  async stop(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (exitCode === null && pid !== undefined) {
      process.kill(-pid, 'SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function authEnvironment(folder: string, password: string): Promise<Record<string, string>> {
  const file = join(folder, 'auth.ini');
  const lines = [
    '[mlflow]',
    'default_permission = READ',
    `database_uri = sqlite:///${folder}/auth.db`,
    `admin_username = ${ADMIN}`,
    `admin_password = ${password}`,
    'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
  ];
  await writeFile(file, lines.join('\n'));
  return { MLFLOW_AUTH_CONFIG_PATH: file, MLFLOW_FLASK_SERVER_SECRET_KEY: 'of-a-test' };
}
