// Sends one request again and again over so many connections, each as soon as the last is answered, for so many
// milliseconds or until so many are done. It is told what by a message, and tells how it went as `Measured`.
//
// A client on bare sockets: in front of one that does more, a server that is this quick would have to wait.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import type { Load, Measured } from './load-process.ts';

const [load] = (await once(process, 'message')) as [Load];
const { url, body, headers, connections, milliseconds, requests } = load;
const { hostname, port, pathname, search, host } = new URL(url);
const request = Buffer.from(
  [
    `POST ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n'),
);
const began = performance.now();
const taken: number[] = [];
let refused = 0;

function over(): boolean {
  return performance.now() - began >= milliseconds || taken.length >= requests;
}

/** The length of the answer that `text` begins with, once its head is there. */
function lengthOf(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head + 2))?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, head)}`);
  return head + 4 + Number(length);
}

function converse(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = performance.now();
    let text = '';
    const next = (): void => {
      if (over()) return void socket.end();
      text = '';
      sent = performance.now();
      socket.write(request);
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const length = lengthOf(text);
      if (length === undefined || text.length < length) return;
      taken.push(performance.now() - sent);
      if (!text.startsWith('HTTP/1.1 200')) refused++;
      next();
    });
    socket.on('error', reject);
    socket.on('close', resolve);
    socket.on('connect', next);
  });
}

const sockets = Array.from({ length: connections }, () =>
  connect({ host: hostname, port: Number(port), noDelay: true }),
);
await Promise.all(sockets.map(converse));
const seconds = (performance.now() - began) / 1000;
const sorted = Float64Array.from(taken).sort();
const at = (share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
const measured: Measured = {
  done: taken.length,
  refused,
  rate: taken.length / seconds,
  p50: at(0.5),
  p99: at(0.99),
};
process.send?.(measured);
process.disconnect();
