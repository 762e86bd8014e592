import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzFailure } from './campaign.ts';
import type { FuzzRequest } from './fuzz-request.ts';
import { PORTS } from '../served-predictor.ts';

/**
 * Writes what was sent into a folder.
 * @returns how to send it again to a predictor on its usual ports
 */
export async function writeRepeat({ request }: FuzzFailure, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'request.bin');
  await writeFile(file, bytesOf(request));
  if (request.kind === 'grpc') return `the message of ${request.path} is ${file}`;
  if (request.kind === 'raw') return `nc -N 127.0.0.1 ${PORTS[request.port]} < ${quoted(file)}`;
  const { method, path, headers, how, port } = request;
  const chunked = how === 'chunked' ? { 'transfer-encoding': 'chunked' } : {};
  const fields = Object.entries({ ...headers, ...chunked }).map(
    ([name, value]) => `-H ${quoted(`${name}: ${value}`)}`,
  );
  const url = quoted(`http://127.0.0.1:${PORTS[port]}${path}`);
  return ['curl -isS --path-as-is -X', method, ...fields, '--data-binary', quoted(`@${file}`), url].join(' ');
}

function bytesOf(request: FuzzRequest): Buffer {
  if (request.kind === 'http') return request.body;
  return request.kind === 'raw' ? request.bytes : request.message;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
