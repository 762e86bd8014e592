import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { until } from '../conformance/until.ts';
import { freePort } from '../free-port.ts';
import type { RuleFile } from './component.ts';

export interface Sample {
  metric: Record<string, string>;
  /** Time in seconds, and the value as text. */
  value: [number, string];
}

interface Answer {
  status: 'success' | 'error';
  error?: string;
  data?: unknown;
}

/** A Prometheus of the test's own, that scrapes every second. */
export class Prometheus {
  readonly #url: string;
  readonly #child: ChildProcess;
  readonly #dir: string;
  #log = '';

  private constructor(child: ChildProcess, url: string, dir: string) {
    this.#child = child;
    this.#url = url;
    this.#dir = dir;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  static async start(scrapes: readonly object[], rules: RuleFile): Promise<Prometheus> {
    const dir = await mkdtemp(join(tmpdir(), 'stockout-prometheus-'));
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: scrapes,
    };
    await writeFile(join(dir, 'rules.yaml'), stringify(rules));
    await writeFile(join(dir, 'prometheus.yaml'), stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const flags = [`--config.file=${dir}/prometheus.yaml`, `--storage.tsdb.path=${dir}/data`];
    const child = spawn('prometheus', [...flags, `--web.listen-address=${address}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const prometheus = new Prometheus(child, `http://${address}`, dir);
    await until('Prometheus is ready', () => prometheus.#isReady(), 60);
    return prometheus;
  }

  /** @param path below /api/v1/ @throws Error with what Prometheus says when it refuses the query */
  async get<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, error, data } = (await response.json()) as Answer;
    if (status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`);
    return data as T;
  }

  async query(expr: string): Promise<Sample[]> {
    return (await this.get<{ result: Sample[] }>('query', { query: expr })).result;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`Prometheus ended:\n${this.#log}`);
    return fetch(`${this.#url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
