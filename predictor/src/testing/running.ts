import type { Problem } from '@stockout/contracts';
import { expect } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Limits, ServeOptions } from '../options.ts';
import { type PredictorServer, serve } from '../serve.ts';
import { TINY_URI } from './fixture.ts';

export interface LogLine {
  level: string;
  message: string;
  fields?: Record<string, unknown> | undefined;
}

/** A predictor on free loopback ports, stopped when the test ends. */
export class RunningPredictor implements AsyncDisposable {
  readonly server: PredictorServer;
  readonly log: LogLine[];

  private constructor(server: PredictorServer, log: LogLine[]) {
    this.server = server;
    this.log = log;
  }

  static async start(
    options: Partial<ServeOptions> = {},
    limits: Partial<Limits> = {},
  ): Promise<RunningPredictor> {
    const log: LogLine[] = [];
    const server = await serve({
      model: TINY_URI,
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      grpcPort: 0,
      log: (level, message, fields) => log.push({ level, message, fields }),
      limits: { drainMs: 0, closeMs: 2_000, ...limits },
      ...options,
    });
    return new RunningPredictor(server, log);
  }

  static async ready(
    options: Partial<ServeOptions> = {},
    limits: Partial<Limits> = {},
  ): Promise<RunningPredictor> {
    const running = await RunningPredictor.start(options, limits);
    await running.server.ready;
    return running;
  }

  get(path: string, admin = false): Promise<Response> {
    return fetch((admin ? this.server.adminUrl : this.server.url) + path);
  }

  /** @param body sent as it is when it is a string, else as JSON */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = { 'content-type': 'application/json', ...headers };
    return fetch(this.server.url + path, { method: 'POST', body: text, headers: all });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
  }
}

/** The problem that an answer is. */
export async function refused(answer: Promise<Response>): Promise<Problem> {
  const response = await answer;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  return problem;
}

/** Tries until it holds; fails when it does not within the time. */
export async function eventually(check: () => Promise<boolean> | boolean, within = 30_000): Promise<void> {
  await until(check.toString(), check, within / 1000);
}
