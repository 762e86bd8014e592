import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import { parse } from 'yaml';

export interface Reply {
  status: number;
  warnings: string[];
  body: Record<string, unknown>;
}

/** A JSON client of the API server that a kubeconfig (a file with certificates inside) names. */
export function connect(kubeconfig: string | undefined) {
  if (!kubeconfig)
    throw new Error('set KUBECONFIG to that of a Kubernetes API server that may be written to');
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  const agent = new Agent({ ca: decode(ca), cert: decode(cert), key: decode(key) });
  return (method: string, path: string, body?: unknown, type = 'application/json') =>
    send(new URL(path, server), { method, agent, headers: { 'content-type': type } }, body);
}
export type Client = ReturnType<typeof connect>;

function decode(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function send(url: URL, options: RequestOptions, body: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request(url, options, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({
        status: response.statusCode ?? 0,
        warnings: warningsIn(String(response.headers.warning ?? '')),
        body: text.startsWith('{') ? JSON.parse(text) : { message: text },
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** RFC 7234 warnings: `299 - "text"`, joined by commas. */
function warningsIn(header: string): string[] {
  return [...header.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map((match) => JSON.parse(match[1] ?? '""'));
}
