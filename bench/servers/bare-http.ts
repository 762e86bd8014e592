// The least that node:http does for a JSON request: read the body, parse it, answer a score.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from './serve-parent.ts';

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const row = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { price: number };
    const body = `{"stockout_risk_score":${row.price / 1000},"stockout_risk_label":1}`;
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
serveParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}/predict`);
