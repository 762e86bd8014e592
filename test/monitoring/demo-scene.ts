import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Pod,
} from '@kubernetes/client-node';
import { DemoProcess } from '../demo/demo-process.ts';
import { discovered, type Monitor, type Target } from './scrape-configs.ts';

const SAMPLE = new URL('../../config/samples/predict.json', import.meta.url);
/** Drift is told from 500 rows on. */
const BATCH = 600;
const JSON_TYPE = { 'content-type': 'application/json' };

/** The demo after its story is told, with callers and somebody who changes a manifest. */
export class DemoScene {
  readonly #demo: DemoProcess;
  readonly #objects: KubernetesObjectApi;
  readonly #core: CoreV1Api;
  readonly #stateDir: string;
  #beats = 0;

  private constructor(demo: DemoProcess, stateDir: string) {
    this.#demo = demo;
    this.#stateDir = stateDir;
    const config = new KubeConfig();
    config.loadFromFile(join(stateDir, 'kubeconfig'));
    this.#objects = KubernetesObjectApi.makeApiClient(config);
    this.#core = config.makeApiClient(CoreV1Api);
  }

  /** @throws Error with all that the demo said when it does not get to its end */
  static async start(stateDir: string): Promise<DemoScene> {
    const demo = new DemoProcess(stateDir, '--keep');
    await demo.says('Ctrl-C ends it.');
    return new DemoScene(demo, stateDir);
  }

  /** The operator, as if it were a pod of stockout-system. */
  operator(): Target {
    const { host } = new URL(this.#told(/metrics +(\S+), of the operator/));
    return { address: host, labels: { namespace: 'stockout-system', pod: 'stockout-operator-demo' } };
  }

  /** The predictors' pods that a PodMonitor selects. */
  async predictors(monitor: Monitor): Promise<Target[]> {
    const pods = await this.#pods(monitor);
    return pods.map((pod) => {
      const { namespace = '', name = '', labels = {} } = pod.metadata ?? {};
      const address = addressOf(pod, monitor.endpoint.port);
      return { address, labels: { namespace, pod: name, ...discovered(labels) } };
    });
  }

  /** Each predictor shows the next one its rows, as it would a candidate. */
  async shadow(monitor: Monitor): Promise<void> {
    const pods = await this.#pods(monitor);
    for (const [index, pod] of pods.entries()) {
      const url = `http://${addressOf(pods[(index + 1) % pods.length] as V1Pod, 'http')}`;
      const response = await fetch(`http://${addressOf(pod, monitor.endpoint.port)}/shadow`, {
        method: 'PUT',
        headers: JSON_TYPE,
        // What the other is shown it shows on: less than all of it, so that it comes to an end.
        body: JSON.stringify({ id: 'demo', url, percent: 40 }),
      });
      if (!response.ok) throw new Error(`PUT /shadow answers ${response.status}: ${await response.text()}`);
    }
  }

  async #pods({ selector }: Monitor): Promise<V1Pod[]> {
    const chosen = Object.entries(selector.matchLabels).map(([name, value]) => `${name}=${value}`);
    const pods = await this.#objects.list<V1Pod>(
      'v1',
      'Pod',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      chosen.join(','),
    );
    return pods.items;
  }

  /** One moment of a working day: a row and a batch that drift can be told from are scored, a row is wrong, a manifest changes. */
  async beat(): Promise<void> {
    const row = await readFile(SAMPLE, 'utf8');
    await this.#post('/predict', row, 200);
    await this.#post('/predict/batch', `[${Array.from({ length: BATCH }, () => row).join()}]`, 200);
    await this.#post('/predict', '{}', 422);
    const annotations = { 'example.com/beat': String(++this.#beats) };
    for (const [kind, name] of [
      ['StockoutModel', 'retail'],
      ['ScoringJob', 'nightly'],
    ]) {
      const change = {
        apiVersion: 'stockout.dev/v1alpha1',
        kind,
        metadata: { name, namespace: 'default', annotations },
      };
      await this.#objects.patch(change, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    }
  }

  /** What the operator and every pod have logged so far, by name. */
  async logs(): Promise<Map<string, string>> {
    const logs = new Map([['operator', await readFile(join(this.#stateDir, 'operator.log'), 'utf8')]]);
    const pods = await this.#objects.list<V1Pod>('v1', 'Pod', 'default');
    for (const { metadata } of pods.items) {
      const { name = '', namespace = '' } = metadata ?? {};
      logs.set(name, await this.#core.readNamespacedPodLog({ name, namespace }));
    }
    return logs;
  }

  async stop(): Promise<void> {
    this.#demo.kill('SIGTERM');
    await this.#demo.ended();
  }

  async #post(path: string, body: string, expected: number): Promise<void> {
    const headers = { ...JSON_TYPE, 'x-api-key': this.#told(/X-API-Key +(\S+)/) };
    const response = await fetch(this.#told(/endpoint +(\S+)/) + path, { method: 'POST', headers, body });
    const text = await response.text();
    if (response.status !== expected)
      throw new Error(`${path} answers ${response.status}, not ${expected}: ${text}`);
  }

  #told(what: RegExp): string {
    const found = what.exec(this.#demo.output)?.[1];
    if (found === undefined) throw new Error(`the demo does not say ${what}:\n${this.#demo.output}`);
    return found;
  }
}

function addressOf({ spec, status }: V1Pod, portName: string): string {
  const ports = spec?.containers.flatMap((container) => container.ports ?? []);
  return `${status?.podIP}:${ports?.find(({ name }) => name === portName)?.containerPort}`;
}
