// build.ts OUT VERSION - writes the Helm chart of a release into the folder OUT: charts/stockout, with templates made of
// config/base, whose rendered form comes on standard input:
//   kubectl kustomize config/base | node scripts/chart/build.ts OUT 0.1.0
// What it writes is not committed: a copy could fall behind. test/api/chart.test.ts renders it and compares.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Document, parseAllDocuments } from 'yaml';
import { templateOf } from './template.ts';

const SOURCE = fileURLToPath(new URL('../../charts/stockout', import.meta.url));
const [out, version] = process.argv.slice(2);
if (out === undefined || version === undefined) throw new Error('say: build.ts OUT VERSION <RENDERED');

await cp(SOURCE, out, { recursive: true });
const chart = await readFile(join(out, 'Chart.yaml'), 'utf8');
await writeFile(join(out, 'Chart.yaml'), chart.replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`));

for (const document of parseAllDocuments(await text(process.stdin)) as Document.Parsed[]) {
  const kind = String(document.get('kind'));
  // Helm makes the namespace, or finds it there.
  if (kind === 'Namespace') continue;
  const name = String(document.getIn(['metadata', 'name']));
  await writeFile(join(out, 'templates', `${kind}-${name}.yaml`.toLowerCase()), templateOf(document, kind));
}
