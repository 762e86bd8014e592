import { readGrpcRequest } from './read-grpc.ts';
import type { Opened, ServedModel } from './infer.ts';
import { readMatrix } from './read-matrix.ts';
import { writeGrpcAnswer } from './write-grpc.ts';

/**
 * Reads a ModelInferRequest.
 * @throws {InferenceError}
 */
export function openGrpc(message: Uint8Array, served: ServedModel): Opened {
  const request = readGrpcRequest(message, served);
  const rows = readMatrix(request.inputs, served.features);
  const write: Opened['write'] = (predictions) => ({
    body: writeGrpcAnswer(predictions, request, served),
    headerLength: undefined,
  });
  return { rows, write };
}
