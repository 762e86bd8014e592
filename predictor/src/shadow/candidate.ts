import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as TlsAgent, request as requestByTls } from 'node:https';
import { type Prediction, predictionSchema, type ShadowError } from '@stockout/contracts';
import { GOLDEN_KEY_HEADER } from '../auth/golden-key.ts';

/** More than any prediction takes. */
const MOST_BYTES = 64 * 1024;

export interface CandidateOptions {
  /** Of its /predict. */
  url: URL;
  /** Features in model order. */
  names: readonly string[];
  /** The only version whose answers count; undefined for any. */
  version: string | undefined;
  sockets: number;
  deadlineMs: number;
  /** A key that it takes; undefined where it asks for none. */
  key(): Promise<string | undefined>;
  /** That its version's golden predictions make; undefined where these are not known, or callers' own key is to do. */
  goldenKey: string | undefined;
  /** The certificate that it shows, PEM; undefined where there is none to be trusted. */
  certificate(): Promise<string | undefined>;
}

export type CandidateAnswer = { milliseconds: number; version: string | undefined } & (
  { error: ShadowError } | { error: undefined; prediction: Prediction }
);

type Outcome = CandidateAnswer extends infer A
  ? A extends unknown
    ? Omit<A, 'milliseconds'>
    : never
  : never;

/** Asks a candidate for the score of a row, through a few connections of its own. */
export class Candidate {
  readonly #options: CandidateOptions;
  readonly #agent: Agent;
  #key: Promise<string | undefined> | undefined;
  #certificate: Promise<string | undefined> | undefined;

  constructor(options: CandidateOptions) {
    this.#options = options;
    const AgentOf = options.url.protocol === 'https:' ? TlsAgent : Agent;
    this.#agent = new AgentOf({ keepAlive: true, maxSockets: options.sockets });
  }

  /** Never rejects: what goes wrong is an answer too. @param row features in model order, NaN where one is missing */
  async ask(row: Float32Array): Promise<CandidateAnswer> {
    const key = await (this.#key ??= this.#options.key());
    const certificate = await (this.#certificate ??= this.#options.certificate());
    const started = performance.now();
    // What throws at once is a key that no header can hold.
    const outcome = await this.#send(this.#render(row), key, certificate).catch(() => failed('unauthorized'));
    // Both are renewed: the next request goes by what is there then.
    if (outcome.error === 'unauthorized') this.#key = undefined;
    if (outcome.error === 'connection') this.#certificate = undefined;
    return { ...outcome, milliseconds: performance.now() - started };
  }

  close(): void {
    this.#agent.destroy();
  }

  #render(row: Float32Array): string {
    const { names } = this.#options;
    return JSON.stringify(
      Object.fromEntries(names.map((name, index) => [name, Number.isNaN(row[index]) ? null : row[index]])),
    );
  }

  async #send(body: string, key: string | undefined, certificate: string | undefined): Promise<Outcome> {
    const { url, deadlineMs, goldenKey } = this.#options;
    const secure = url.protocol === 'https:';
    if (secure && certificate === undefined) return failed('connection');
    const headers = {
      'content-type': 'application/json',
      ...(key !== undefined && { 'x-api-key': key }),
      ...(goldenKey !== undefined && { [GOLDEN_KEY_HEADER]: goldenKey }),
    };
    return new Promise((resolve) => {
      const fail = (error: ShadowError): void => resolve(failed(error));
      const options = { method: 'POST', agent: this.#agent, headers };
      const sent = secure
        ? requestByTls(url, { ...options, ...trusting(certificate) })
        : request(url, options);
      const timer = setTimeout(() => {
        fail('timeout');
        sent.destroy();
      }, deadlineMs);
      sent.on('error', () => fail('connection'));
      sent.on('close', () => clearTimeout(timer));
      sent.on('response', (response) => {
        read(response).then(
          (text) => resolve(this.#judge(response, text)),
          () => fail('connection'),
        );
      });
      sent.end(body);
    });
  }

  #judge({ statusCode, headers }: IncomingMessage, text: string | undefined): Outcome {
    const found = headers['x-model-version'];
    // It may be anything that answers there: more than a version's name is told to nobody.
    const version = typeof found === 'string' ? found.slice(0, 64) : undefined;
    if (statusCode !== 200) return { error: errorOf(statusCode), version };
    const prediction = text === undefined ? undefined : parse(text);
    if (prediction === undefined) return { error: 'answer', version };
    const expected = this.#options.version;
    if (expected !== undefined && version !== expected) return { error: 'version', version };
    return { error: undefined, prediction, version };
  }
}

/** By this very certificate, whatever names are in it: a Service of ours has none of them. */
function trusting(certificate: string | undefined): object {
  return { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}

function failed(error: ShadowError): Outcome {
  return { error, version: undefined };
}

/** @returns undefined for more than a prediction takes. @throws when the connection breaks off */
async function read(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function errorOf(status = 0): ShadowError {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 400 || status === 422) return 'row';
  return status === 429 || status === 503 ? 'busy' : 'status';
}

function parse(text: string): Prediction | undefined {
  try {
    return predictionSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
