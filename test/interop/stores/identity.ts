// A program: node identity.ts <uri> writes and reads an object as whoever its environment says, and says what it read.
// A process of its own, for Node reads NODE_EXTRA_CA_CERTS at its start only.
import process from 'node:process';
import { openStorage } from '@stockout/storage';

const storage = openStorage(process.argv[2] ?? '');
await storage.putIfAbsent('as-an-identity', 'written');
console.log(Buffer.from(await storage.read('as-an-identity')).toString());
