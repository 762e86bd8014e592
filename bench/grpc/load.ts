// Calls ModelInfer from a process of its own: so many at a time, for so many milliseconds; tells how many ended.
import process from 'node:process';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

const [address, apiKey, encoded, atATime, milliseconds] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const asItIs = (message: Buffer): Buffer => message;
const message = Buffer.from(encoded, 'base64');
const client = new Client(address, credentials.createInsecure());
const metadata = new Metadata();
metadata.set('x-api-key', apiKey);
const end = performance.now() + Number(milliseconds);
let done = 0;

function call(): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = '/inference.GRPCInferenceService/ModelInfer';
    client.makeUnaryRequest(path, asItIs, asItIs, message, metadata, (error) => {
      if (error !== null) return reject(error);
      done++;
      resolve();
    });
  });
}

async function caller(): Promise<void> {
  while (performance.now() < end) await call();
}

await Promise.all(Array.from({ length: Number(atATime) }, caller));
client.close();
process.send?.(done);
process.disconnect();
