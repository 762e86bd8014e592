import type { IncomingMessage, ServerResponse } from 'node:http';
import { kubernetes } from '../schema/kubernetes.ts';
import { sendJson } from './respond.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const INFO = { title: 'Kubernetes', version: kubernetes.version };

/**
 * The older form of the OpenAPI document, without a path or a definition in it: kubectl asks for it when it is given a
 * `kind: List`, and leaves what it does not find there to the server, which validates each object.
 */
export function sendOpenApiV2(request: IncomingMessage, response: ServerResponse): void {
  if (!/proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/.test(request.headers.accept ?? '')) {
    return sendJson(response, 200, { swagger: '2.0', info: INFO, paths: {} });
  }
  const body = Buffer.concat([
    field(1, Buffer.from('2.0')),
    field(2, Buffer.concat([field(1, Buffer.from(INFO.title)), field(2, Buffer.from(INFO.version))])),
  ]);
  response.writeHead(200, { 'content-type': PROTOBUF, 'content-length': body.length });
  response.end(body);
}

/** A field of a protobuf message whose value has a length, of fewer than 128 bytes. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
}
