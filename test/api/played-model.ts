import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { StockoutModel } from '@stockout/crds';
import { buildPredictorDeployment } from '../../operator/src/resources/predictor-deployment.ts';
import { buildService } from '../../operator/src/resources/service.ts';
import { apply, kubectl } from './kubectl.ts';

const PORT = 8000;
const COLOR = 'blue';
const VERSION = { version: 'v1', uri: 'abfss://c@a.dfs.core.windows.net/v1', digest: 'sha256:0' };

/** A predictor of this image: what it answers to POST /predict. */
export type Predictor = (image: string) => { status: number; body: object };

/**
 * A model that is served, without what it takes to train one: the objects are those that the operator makes, and this makes
 * them when the operator would; the HTTP server behind the Service answers as the predictor of the deployed image does.
 */
export class PlayedModel {
  readonly #address: string;
  readonly #key: string;
  readonly #predictor: Predictor;
  readonly #server: Server;
  #model: StockoutModel | undefined;
  #image = '';

  /** @param address of its pods: made local to this machine by run.sh */
  constructor(address: string, key: string, predictor: Predictor) {
    this.#address = address;
    this.#key = key;
    this.#predictor = predictor;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<void> {
    this.#server.listen(PORT, this.#address);
    await once(this.#server, 'listening');
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** From now on the model is served, by the predictor that the operator is told to run. */
  async serve(name: string, namespace: string): Promise<void> {
    const text = await kubectl(['get', '-n', namespace, `stockoutmodel/${name}`, '-o', 'json']);
    const model = JSON.parse(text) as StockoutModel;
    const condition = { type: 'Ready', status: 'True', reason: 'Serving', message: 'v1 serves' };
    const status = {
      conditions: [{ ...condition, lastTransitionTime: '2026-11-24T00:00:00Z', observedGeneration: 1 }],
    };
    const patch = ['patch', '-n', namespace, `stockoutmodel/${name}`, '--subresource=status', '--type=merge'];
    await kubectl([...patch, '-p', JSON.stringify({ status })]);
    await apply([buildService({ model, color: COLOR })]);
    this.#model = model;
  }

  /** What the operator does when its new pods are up and tell of another image. */
  async reconcile(): Promise<void> {
    const model = this.#model;
    const image = model && (await toldImage());
    if (model === undefined || image === undefined || image === this.#image) return;
    // Before: whoever sees the Deployment may ask at once.
    this.#image = image;
    const { replicas } = model.spec.serving;
    await apply([buildPredictorDeployment({ model, color: COLOR, version: VERSION, image, replicas })]);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-model-version': VERSION.version });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === '/health') return send(200, { status: 'ok' });
    if (request.method !== 'POST' || request.url !== '/predict') return send(404, {});
    if (request.headers['x-api-key'] !== this.#key) return send(401, { title: 'Unauthorized' });
    const { status, body } = this.#predictor(this.#image);
    // Read first: an answer that comes before its request is whole breaks the connection to the proxy.
    request.resume().on('end', () => send(status, body));
  }
}

interface OperatorDeployment {
  metadata: { generation: number };
  spec: {
    replicas: number;
    template: { spec: { containers: { env: { name: string; value: string }[] }[] } };
  };
  status: { observedGeneration?: number; updatedReplicas?: number; availableReplicas?: number };
}

/** The predictor that the operator is told to run, once its rollout is done. */
async function toldImage(): Promise<string | undefined> {
  const operator = ['-n', 'stockout-system', 'deployment/stockout-operator', '--ignore-not-found'];
  const text = await kubectl(['get', ...operator, '-o', 'json']);
  if (text === '') return undefined;
  const { metadata, spec, status } = JSON.parse(text) as OperatorDeployment;
  const done =
    status.observedGeneration === metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas;
  if (!done) return undefined;
  const [container] = spec.template.spec.containers;
  return container?.env.find(({ name }) => name === 'STOCKOUT_PREDICTOR_IMAGE')?.value;
}
