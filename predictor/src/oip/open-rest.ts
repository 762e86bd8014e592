import type { Opened, ServedModel } from './infer.ts';
import { readJsonRequest } from './read-json.ts';
import { readMatrix } from './read-matrix.ts';
import { writeJsonAnswer } from './write-json.ts';

/**
 * Reads the body of `POST /v2/models/{model}/infer`.
 * @param headerLength bytes of the JSON where binary data follows it
 * @throws {InferenceError}
 */
export function openRest(body: Uint8Array, headerLength: number | undefined, served: ServedModel): Opened {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const request = readJsonRequest(bytes, headerLength);
  const rows = readMatrix(request.inputs, served.features);
  return { rows, write: (predictions) => writeJsonAnswer(predictions, request, served) };
}
