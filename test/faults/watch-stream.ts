import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** As a real API server ends a watch whose history is gone. */
const EXPIRED = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'too old resource version: 1 (2)',
    reason: 'Expired',
    code: 410,
  },
};

/** Passes a watch on, event by event, each as the fault has it. Within one watch events stay in their order. */
export async function passWatch(
  answer: IncomingMessage,
  response: ServerResponse,
  fault: Fault,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  for await (const line of linesOf(answer)) {
    const treatment = fault.treatEvent?.() ?? { do: 'pass', afterMs: 0, times: 1 };
    if (treatment.do === 'drop') {
      await delay(treatment.expireAfterMs);
      response.end(`${JSON.stringify(EXPIRED)}\n`);
      answer.destroy();
      return;
    }
    if (treatment.afterMs > 0) await delay(treatment.afterMs);
    response.write(`${line}\n`.repeat(treatment.times));
  }
  response.end();
}

async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
