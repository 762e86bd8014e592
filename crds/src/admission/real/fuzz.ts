// Sends generated objects to a real API server and to the engine and prints every difference (then exit 1):
//   KUBECONFIG=... node crds/src/admission/real/fuzz.ts [objects for each definition] [seed]
// The definitions must be there: run record.ts first.
import { isDeepStrictEqual } from 'node:util';
import { sample } from 'fast-check';
import type { CustomResourceDefinition } from '../../definition.ts';
import { comparable } from './answer.ts';
import { type Client, connect } from './api-server.ts';
import { askEngine } from './ask-engine.ts';
import { askServer } from './ask-server.ts';
import type { Case } from './case.ts';
import { DEFINITIONS } from './cases.ts';
import { objectsOf } from './objects.ts';

const numRuns = Number(process.argv[2] ?? 300);
const seed = Number(process.argv[3] ?? Date.now());
let differences = 0;
for (const definition of DEFINITIONS)
  differences += await fuzz(connect(process.env['KUBECONFIG']), definition);
console.log(`seed ${seed}: ${numRuns * DEFINITIONS.length} objects, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;

async function fuzz(client: Client, definition: CustomResourceDefinition): Promise<number> {
  let count = 0;
  for (const object of sample(objectsOf(definition), { numRuns, seed })) {
    const one: Case = { name: 'fuzz', plural: definition.spec.names.plural, object };
    const real = comparable(await askServer(client, one));
    const ours = comparable(askEngine(one));
    if (isDeepStrictEqual(real, ours)) continue;
    count += 1;
    console.log(JSON.stringify({ object, real, ours }, null, 2));
  }
  return count;
}
