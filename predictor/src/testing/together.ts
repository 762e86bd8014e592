import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ServeOptions } from '../options.ts';
import { TINY_URI } from './fixture.ts';
import { eventually } from './running.ts';

interface Addresses {
  url: string;
  adminUrl: string;
  grpcAddress: string;
}

/** A predictor of two processes on free loopback ports, in a process of its own. */
export class Together implements AsyncDisposable {
  readonly server: Addresses;
  readonly #child: ChildProcess;
  readonly exited: Promise<unknown[]>;

  private constructor(child: ChildProcess, server: Addresses) {
    this.#child = child;
    this.server = server;
    this.exited = once(child, 'exit');
  }

  /**
   * @param execArgv options of Node
   * @throws Error with what it failed with
   */
  static async start(
    options: Partial<ServeOptions> = {},
    drainMs = 0,
    execArgv: string[] = [],
  ): Promise<Together> {
    const all: ServeOptions = {
      model: TINY_URI,
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      grpcPort: 0,
      workers: 2,
      limits: { drainMs, closeMs: 2_000 },
      ...options,
    };
    const program = new URL('served-together.ts', import.meta.url);
    // Its processes write their log there.
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
    const child = fork(program, [JSON.stringify(all)], { stdio: [...stdio], execArgv });
    const [told] = (await once(child, 'message')) as [Addresses | { failed: string }];
    if ('failed' in told) throw new Error(told.failed);
    return new Together(child, told);
  }

  static async ready(options: Partial<ServeOptions> = {}, drainMs = 0): Promise<Together> {
    const together = await Together.start(options, drainMs);
    await eventually(async () => (await fetch(`${together.server.adminUrl}/readyz`)).ok);
    return together;
  }

  /** POST on a connection of its own, so that the processes take turns. */
  async post(path: string, body: unknown): Promise<{ status: number; text: string }> {
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, agent: new Agent({ keepAlive: false }) };
    const sent = request(this.server.url + path, options);
    sent.end(JSON.stringify(body));
    const [response] = await once(sent, 'response');
    return { status: response.statusCode, text: await text(response) };
  }

  async admin(path: string): Promise<string> {
    return (await fetch(this.server.adminUrl + path)).text();
  }

  /** The numbers of the processes that serve now. */
  async pids(): Promise<number[]> {
    this.#child.send('pids');
    const [pids] = (await once(this.#child, 'message')) as [number[]];
    return pids;
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate();
    await this.exited;
  }
}
