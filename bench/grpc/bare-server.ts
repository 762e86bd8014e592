// The least that @grpc/grpc-js does for a unary call: bytes in, the same bytes out.
import process from 'node:process';
import { Server, ServerCredentials } from '@grpc/grpc-js';

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
  process.send?.(`127.0.0.1:${port}`);
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once('disconnect', () => process.exit());
