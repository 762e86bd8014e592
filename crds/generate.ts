// Writes src/generated/*.ts and docs/reference.md from the CRDs, docs/reference/conditions.md from the operator's reasons, rules
// and dashboards from scripts/monitoring, the predictor's kernel from predictor/wasm; with --check, only says which of them are stale
// (exit 1).
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';
import { parse } from 'yaml';
import { buildConditionsReference } from '../scripts/conditions/build.ts';
import { buildMonitoring } from '../scripts/monitoring/index.ts';
import { buildBlockKernel } from '../scripts/wasm/build.ts';
import { buildReference } from './reference.ts';
import { toTypeSchema } from './type-schema.ts';
import type { CustomResourceDefinition } from './src/definition.ts';

const FILES = { stockoutmodels: 'stockout-model', scoringjobs: 'scoring-job' };

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [plural, name] of Object.entries(FILES)) {
  await keep(`src/generated/${name}.ts`, await generate(plural));
}
await keep('../docs/reference.md', buildReference(Object.keys(FILES)));
await keep('../docs/reference/conditions.md', buildConditionsReference());
for (const [name, text] of Object.entries(buildMonitoring())) {
  await keep(`../config/components/monitoring/generated/${name}`, text);
}
await keep('../predictor/src/trees/generated/block-kernel.wasm', await buildBlockKernel());
if (check && stale.length > 0) {
  console.error(`stale, run \`npm run generate\`:\n${stale.join('\n')}`);
  process.exitCode = 1;
}

async function keep(path: string, content: string | Uint8Array): Promise<void> {
  const target = new URL(path, import.meta.url);
  const standing = await readFile(target).catch(() => undefined);
  if (standing?.equals(Buffer.from(content)) === true) return;
  stale.push(target.pathname);
  if (check) return;
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, content);
}

async function generate(plural: string): Promise<string> {
  const text = await readFile(new URL(`${plural}.yaml`, import.meta.url), 'utf8');
  const crd = parse(text) as CustomResourceDefinition;
  const { kind } = crd.spec.names;
  const properties = crd.spec.versions[0]?.schema.openAPIV3Schema.properties ?? {};
  const parts = ['spec', 'status'].map((part) =>
    compile(toTypeSchema(properties[part] ?? {}), kind + part[0]?.toUpperCase() + part.slice(1), {
      additionalProperties: false,
      bannerComment: '',
      format: true,
      style: { printWidth: 110, singleQuote: true, trailingComma: 'all' },
    }),
  );
  return `// Generated from crds/${plural}.yaml by \`npm run generate\`: change that file instead.\n\n${(await Promise.all(parts)).join('\n')}`;
}
