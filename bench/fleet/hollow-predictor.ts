import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { GoldenReport, GoldenRequest } from '@stockout/contracts';

/** Of every predictor's pod: made local to this machine by test/api/with-control-plane.sh. */
export const PREDICTOR_ADDRESS = '10.244.200.1';
const ADMIN_PORT = 9090;

/** The admin port of all predictors: golden predictions come back as they should, and no comparison is under way. */
export async function startPredictor(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/golden') {
      response.writeHead(404).end();
      return;
    }
    void json(request).then((asked) => response.end(JSON.stringify(reproduced(asked as GoldenRequest))));
  });
  server.listen(ADMIN_PORT, PREDICTOR_ADDRESS);
  await once(server, 'listening');
  return server;
}

function reproduced({ url }: GoldenRequest): GoldenReport {
  const rows = 20;
  return {
    model: 'default/any',
    version: 'v1',
    url,
    rows,
    reproduced: rows,
    different: 0,
    unanswered: 0,
    message: null,
  };
}
