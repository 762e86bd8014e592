import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { kubectl, kustomize } from './kubectl.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

it('install.yaml is config/base with the images of a release, in one file that a server takes', async () => {
  const text = await installYaml('registry.example/stockout', '1.2.3', { PREDICTOR_DIGEST: DIGEST });
  const made = parseAllDocuments(text).map((document) => document.toJS() as object);
  const expected = JSON.stringify(await kustomize('config/base'))
    .replace(
      /ghcr\.io\/stockout\/stockout-predictor:[^"]*/,
      `registry.example/stockout/stockout-predictor@${DIGEST}`,
    )
    .replaceAll(/ghcr\.io\/stockout\/(stockout-[a-z]+):[^"]*/g, 'registry.example/stockout/$1:1.2.3');
  expect(made).toEqual(JSON.parse(expected));
  const namespace = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'stockout-system' },
  });
  await kubectl(['apply', '--server-side', '-f', '-'], namespace);
  await kubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], text);
});

async function installYaml(registry: string, tag: string, digests: Record<string, string>): Promise<string> {
  const { PATH, STOCKOUT_API_BIN } = process.env;
  const env = { ...process.env, ...digests, PATH: [STOCKOUT_API_BIN, PATH].join(delimiter) };
  const { stdout } = await promisify(execFile)('bash', ['scripts/install-yaml.sh', registry, tag], {
    env,
    maxBuffer: 16e6,
  });
  return stdout;
}
