import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ShadowReport, shadowReportSchema } from '@stockout/contracts';
import { expect } from 'vitest';
import { tinyRow } from './fixture.ts';
import { eventually, type RunningPredictor } from './running.ts';

type Row = Record<string, number | null>;

/** Rows that differ, so that their scores do. */
export async function rowsOf(count: number): Promise<Row[]> {
  const row = await tinyRow();
  return Array.from({ length: count }, (_, index) => ({
    ...row,
    inventory: index % 2 === 0 ? null : 7 * index,
  }));
}

export async function score(predictor: RunningPredictor, rows: readonly Row[], key?: string): Promise<void> {
  for (const row of rows) {
    const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
    expect((await predictor.post('/predict', row, headers)).status).toBe(200);
  }
}

/** Where a predictor's admin port is, be it of one process or of several. */
interface Administered {
  server: { adminUrl: string };
}

export function tell({ server }: Administered, method: string, body?: object): Promise<Response> {
  const content = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return fetch(`${server.adminUrl}/shadow`, { method, ...content });
}

export async function report(predictor: Administered): Promise<ShadowReport> {
  return shadowReportSchema.parse(await (await tell(predictor, 'GET')).json());
}

export async function until(
  predictor: Administered,
  check: (found: ShadowReport) => boolean,
): Promise<ShadowReport> {
  await eventually(async () => check(await report(predictor)));
  return report(predictor);
}

/** Something at the candidate's place that is no predictor. */
export class Impostor implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<Impostor> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Impostor(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
