import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { FieldError } from '../features.ts';
import { parseJson } from '../parse-json.ts';
import { candidateUrl } from '../shadow/candidate-url.ts';
import { type Administration, servingOf } from './administration.ts';
import { notJson, tooLarge, wrongFields, wrongType } from './problem.ts';
import { readBody } from './read-body.ts';

/** Several times what the longest names take. */
const MOST_BYTES = 4096;

/** The URL of the candidate's /predict. @throws {ProblemError} 422 for any other than its own Service's */
export function candidateOf(given: string, of: Administration): URL {
  const url = candidateUrl(given, servingOf(of).model.manifest, of.host, of.podNetwork, of.tls);
  if (typeof url === 'string') throw wrongFields([{ field: 'url', message: url }]);
  return url;
}

/** The JSON body of what the admin port is told. @throws {ProblemError} 400, 413, 415, 422 with the field */
export async function readRequest<T>(req: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const type = req.headers['content-type'];
  // No page of a browser sends this type to another origin unasked.
  if (!/^application\/json\b/i.test(type ?? '')) throw wrongType(type, ['application/json']);
  const parsed = schema.safeParse(parse(await readText(req)));
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = parsed.error.issues.map(({ path, message }) => ({
    field: path.join('.') || '(body)',
    message,
  }));
  throw wrongFields(errors);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw notJson((error as Error).message, []);
  }
}

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    req.once('error', reject);
    readBody(req, {
      keep: (_, total) => {
        if (total > MOST_BYTES) reject(tooLarge(MOST_BYTES));
        return total <= MOST_BYTES;
      },
      done: (body) => resolve(body.toString()),
    });
  });
}
