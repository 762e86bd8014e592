import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findHelm } from './helm.ts';
import { apply, kubectl, kustomize, type Manifest } from './kubectl.ts';

const NAMESPACES = ['stockout-system', 'shop', 'other'];
const KEEP = { 'helm.sh/resource-policy': 'keep' };

describe('the Helm chart', () => {
  let dir: string;
  let helm: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-chart-'));
    helm = await findHelm();
    const script = spawn(process.execPath, ['scripts/chart/build.ts', join(dir, 'chart'), '0.1.0']);
    script.stdin.end(await kubectl(['kustomize', 'config/base']));
    const code = await new Promise((resolve) => script.on('close', resolve));
    expect(code).toBe(0);
  }, 900_000);

  afterAll(async () => {
    await kubectl(['delete', 'namespace', '--ignore-not-found', ...NAMESPACES]);
    await rm(dir, { recursive: true, force: true });
  });

  it('makes what config/base makes, object by object', async () => {
    const expected = (await kustomize('config/base')).filter(({ kind }) => kind !== 'Namespace');
    expect(byName((await template()).map(withoutKeep))).toEqual(byName(expected));
  });

  it('is taken by a real API server, and by helm lint', async () => {
    await promisify(execFile)(helm, ['lint', '--strict', join(dir, 'chart')]);
    await apply(NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    await apply(await template(...ALL_VALUES), ['--dry-run=server', '--validate=strict']);
  });

  it('puts every value where it belongs', async () => {
    const objects = await template(...ALL_VALUES);
    expect(objects.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
    expect(objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      spec: {
        replicas: 3,
        template: {
          spec: {
            imagePullSecrets: [{ name: 'pull' }],
            nodeSelector: { pool: 'system' },
            tolerations: [{ key: 'system', operator: 'Exists' }],
            affinity: { podAntiAffinity: {} },
            containers: [
              {
                image: 'r.example/stockout-operator:2.0.0',
                args: ['operator', '--namespaces', 'shop', 'other'],
                resources: { limits: { memory: '1Gi' } },
                env: [
                  { value: 'r.example/stockout-pipeline@sha256:abc' },
                  { value: 'r.example/stockout-predictor:2.0.0' },
                  { value: 'stockout-*,retail-*' },
                ],
              },
            ],
          },
        },
      },
    });
  });

  it('gives rights in the namespaces that it is to see, and in no others', async () => {
    const objects = await template('--set', 'namespaces={shop,other}');
    const bindings = objects.filter(({ kind }) => kind.endsWith('RoleBinding'));
    expect(
      bindings.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`).sort(),
    ).toEqual([
      'RoleBinding other stockout-operator',
      'RoleBinding shop stockout-operator',
      'RoleBinding stockout-system stockout-operator-leader-election',
    ]);
  });

  async function template(...flags: string[]): Promise<Manifest[]> {
    const where = ['--namespace', 'stockout-system', '--kube-version', '1.35.0'];
    const { stdout } = await promisify(execFile)(
      helm,
      ['template', 'stockout', join(dir, 'chart'), ...where, ...flags],
      { maxBuffer: 16e6 },
    );
    return parseAllDocuments(stdout)
      .map((document) => document.toJS() as Manifest | null)
      .filter((object) => object !== null);
  }
});

const ALL_VALUES = [
  'registry=r.example',
  'tag=2.0.0',
  'digests.pipeline=sha256:abc',
  'replicas=3',
  'networkPolicy=false',
  'imagePullSecrets[0].name=pull',
  'namespaces={shop,other}',
  'allowedNames={stockout-*,retail-*}',
  'nodeSelector.pool=system',
  'tolerations[0].key=system',
  'tolerations[0].operator=Exists',
  'resources.limits.memory=1Gi',
]
  .flatMap((value) => ['--set', value])
  .concat('--set-json', 'affinity={"podAntiAffinity":{}}');

/** The one thing that the chart says besides: an uninstalled chart leaves the kinds. */
function withoutKeep(object: Manifest): Manifest {
  const { annotations, ...metadata } = object.metadata as Manifest['metadata'] & { annotations?: object };
  if (object.kind !== 'CustomResourceDefinition') return object;
  expect(annotations).toMatchObject(KEEP);
  const others = Object.entries(annotations ?? {}).filter(([key]) => !(key in KEEP));
  return {
    ...object,
    metadata: { ...metadata, ...(others.length > 0 && { annotations: Object.fromEntries(others) }) },
  };
}

function byName(objects: readonly Manifest[]): Record<string, Manifest> {
  return Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}
