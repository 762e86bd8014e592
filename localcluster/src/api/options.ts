import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeleteOptions, WriteOptions } from '../registry/options.ts';
import type { Resource } from '../registry/resource.ts';
import { badRequest } from './api-error.ts';
import { duplicateFields, parseObject } from './parse-body.ts';
import { isTrue, mediaType, numberParameter, readBody } from './request.ts';
import { addWarning } from './respond.ts';

/** A request for a write, and where its warnings go. */
interface Asked {
  resource: Resource;
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Field validation is of the JSON text too: a field given twice is told, or refused. */
export function writeOptions({ query, request, response, resource }: Asked, text: string): WriteOptions {
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const fieldValidation = (query.get('fieldValidation') || 'Warn') as NonNullable<
    WriteOptions['fieldValidation']
  >;
  const duplicates =
    mediaType(request).endsWith('json') && fieldValidation !== 'Ignore' ? duplicateFields(text) : [];
  const sentences = duplicates.map((path) => `duplicate field "${path}"`);
  if (sentences.length > 0 && fieldValidation === 'Strict') {
    const { kind, version } = resource;
    const what = `${kind} in version "${version}" cannot be handled as a ${kind}`;
    throw badRequest(`${what}: strict decoding error: ${sentences.join(', ')}`);
  }
  for (const sentence of sentences) addWarning(response, sentence);
  return {
    manager: query.get('fieldManager') || agent,
    dryRun: query.getAll('dryRun').includes('All'),
    fieldValidation,
    force: isTrue(query, 'force'),
    warn: (sentence) => addWarning(response, sentence),
  };
}

export async function deleteOptions({ query, request }: Omit<Asked, 'response'>): Promise<DeleteOptions> {
  const text = await readBody(request);
  const body = (text === '' ? {} : parseObject(text, 'DeleteOptions')) as DeleteOptions & {
    dryRun?: unknown;
  };
  const gracePeriodSeconds = body.gracePeriodSeconds ?? numberParameter(query, 'gracePeriodSeconds');
  const propagationPolicy =
    body.propagationPolicy ?? (query.get('propagationPolicy') as DeleteOptions['propagationPolicy']);
  const dryRun =
    query.getAll('dryRun').includes('All') || (Array.isArray(body.dryRun) && body.dryRun.includes('All'));
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy ? { propagationPolicy } : {}),
    ...(body.preconditions ? { preconditions: body.preconditions } : {}),
    dryRun,
  };
}
