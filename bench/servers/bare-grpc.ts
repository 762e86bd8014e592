// The least that @grpc/grpc-js does for a unary call: bytes in, the same bytes out.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { serveParent } from './serve-parent.ts';

const asItIs = (message: Buffer): Buffer => message;
const server = new Server();
server.register(
  '/inference.GRPCInferenceService/ModelInfer',
  (call: { request: Buffer }, callback: (error: null, answer: Buffer) => void) =>
    callback(null, call.request),
  asItIs,
  asItIs,
  'unary',
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  serveParent(`127.0.0.1:${port}`);
});
