// `npm run bench -- NAME [arguments]`: one measurement, beside its peer, in one run.
import { readdirSync } from 'node:fs';
import process from 'node:process';

const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  .map((file) => file.slice(0, -'.ts'.length));

if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME, one of: ${names.join(', ')}`);
  process.exit(2);
}
process.argv.splice(2, process.argv.length, ...rest);
await import(`./${name}.ts`);
