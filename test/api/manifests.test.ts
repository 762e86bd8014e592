import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import { applyForeignDefinitions } from './foreign-definitions.ts';
import { apply, kubectl, kustomize, type Manifest } from './kubectl.ts';
import { COMPONENTS, KUSTOMIZATIONS, withComponent } from './manifests.ts';
import { podTemplatesOf, refusedPods, RestrictedNamespace } from './pod-security.ts';

const AKS = 'config/overlays/aks';
const SETTINGS = `${AKS}/settings`;
const DRY_RUN = ['--dry-run=server', '--validate=strict'];
/** Of what the overlays put there and what others' controllers live in. */
const NAMESPACES = ['stockout-system', 'stockout', 'argocd', 'flux-system'];

interface PodSummary {
  spec: { containers: { image: string; env?: { name: string; value?: string }[] }[] };
}

describe('config/', () => {
  const restricted = new RestrictedNamespace('stockout-manifests');

  beforeAll(async () => {
    await kubectl(['apply', '--server-side', '-k', 'crds']);
    await applyForeignDefinitions();
    await apply(NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    await restricted.create();
  }, 600_000);

  afterAll(async () => {
    await kubectl(['delete', 'namespace', '--ignore-not-found', restricted.name, ...NAMESPACES]);
  }, 120_000);

  it.each(KUSTOMIZATIONS.filter((folder) => folder !== SETTINGS))(
    '%s is taken as it is by a real API server',
    async (folder) => {
      const objects = await kustomize(folder);
      expect(objects).not.toEqual([]);
      await apply(objects, DRY_RUN);
    },
  );

  it('the settings of AKS reach what they are for, and are no object of the cluster', async () => {
    expect(await kustomize(SETTINGS)).toEqual([]);
    const { data } = parse(await readFile(`${SETTINGS}/settings.yaml`, 'utf8')) as { data: object };
    const overlay = [...(await kustomize(AKS)), ...(await kustomize(`${AKS}/models`))];
    const text = JSON.stringify(overlay);
    expect(Object.values(data).filter((value) => !text.includes(`"${value}"`))).toEqual([]);
    expect(text).not.toContain('aks-settings');
  });

  it.each(COMPONENTS)('%s is taken with the base and the samples', async (component) => {
    await apply(await withComponent(component), DRY_RUN);
  });

  it('a field that no schema knows is refused: what is taken holds none', async () => {
    const objects = await kustomize('config/base');
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as Manifest & { spec: object };
    Object.assign(deployment.spec, { replica: 2 });
    await expect(apply([deployment], DRY_RUN)).rejects.toThrow(/replica/);
  });

  it('pods of every Deployment are admitted under the restricted Pod Security Standard', async () => {
    const templates = new Map(
      (await all()).flatMap(podTemplatesOf).map((each) => [JSON.stringify(each), each]),
    );
    const found = [...templates.values()];
    expect(found.map(({ of }) => of)).toContain('Deployment stockout-operator');
    expect(await refusedPods(restricted, found)).toEqual([]);
  });

  it.each(['kind', 'aks'])(
    'the overlay %s says of all three images where they come from',
    async (overlay) => {
      const file = await readFile(`config/overlays/${overlay}/kustomization.yaml`, 'utf8');
      const { images } = parse(file) as { images: { name: string }[] };
      const before = imagesOf(await kustomize('config/base'));
      expect(images.map(({ name }) => name)).toEqual(before.map((image) => image.split(':')[0]));
    },
  );

  it('on kind all three are those that were built here, the two that the operator is told too', async () => {
    expect(imagesOf(await kustomize('config/overlays/kind'))).toEqual([
      'stockout-operator:dev',
      'stockout-pipeline:dev',
      'stockout-predictor:dev',
    ]);
  });

  it('what several pods mount is ReadWriteMany', async () => {
    const claims = (await all()).filter(({ kind, metadata }) => {
      return kind === 'PersistentVolumeClaim' && metadata.name === 'stockout-data';
    }) as (Manifest & { spec: { accessModes: string[] } })[];
    expect(claims.length).toBeGreaterThan(0);
    expect(claims.map(({ spec }) => spec.accessModes)).toEqual(claims.map(() => ['ReadWriteMany']));
  });

  it('on kind the sample claim gets the folder of cluster.yaml, whatever the default class is', async () => {
    const volume = (await kustomize('config/overlays/kind')).filter(
      ({ kind }) => kind === 'PersistentVolume',
    );
    const claim = (await kustomize('config/samples')).filter(({ kind }) => kind === 'PersistentVolumeClaim');
    const asOnKind = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'standard',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
    };
    try {
      await apply([asOnKind, ...volume, ...claim]);
      await kubectl(['wait', 'pvc/stockout-data', '--for=jsonpath={.status.phase}=Bound', '--timeout=30s']);
      const bound = await kubectl(['get', 'pvc/stockout-data', '-o', 'jsonpath={.spec.volumeName}']);
      expect(bound).toBe('stockout-data');
    } finally {
      await kubectl([
        'delete',
        'pvc/stockout-data',
        'pv/stockout-data',
        'storageclass/standard',
        '--wait=false',
      ]);
    }
  });

  it('applied for real, two operators are on their way, and a drained node leaves one of them', async () => {
    await kubectl(['apply', '--server-side', '-k', 'config/base']);
    const deployment = 'deployment/stockout-operator';
    await until('two pods', async () => (await read(deployment, '.status.replicas')) === '2', 60);
    await until(
      'the budget counts them',
      async () => (await read('pdb/stockout-operator', '.status.expectedPods')) === '2',
      60,
    );
    expect(await read('pdb/stockout-operator', '.status.desiredHealthy')).toBe('1');
    const [name] = (await read('pods', '.items[*].metadata.name')).split(' ');
    const [pod] = (await read(`pod/${name}`, '.spec.containers[*].image')).split(' ');
    expect(pod).toBe(imagesOf(await kustomize('config/base'))[0]);
  }, 120_000);
});

let built: Promise<Manifest[][]> | undefined;

/** Every object of config/, some many times. */
async function all(): Promise<Manifest[]> {
  built ??= Promise.all([...KUSTOMIZATIONS.map(kustomize), ...COMPONENTS.map(withComponent)]);
  return (await built).flat();
}

function read(what: string, path: string): Promise<string> {
  return kubectl(['get', what, '--namespace', 'stockout-system', '-o', `jsonpath={${path}}`]);
}

/** What the operator's container is, and what it is told to run. */
function imagesOf(objects: readonly Manifest[]): string[] {
  const deployment = objects.find(({ kind, metadata }) => {
    return kind === 'Deployment' && metadata.name === 'stockout-operator';
  }) as (Manifest & { spec: { template: PodSummary } }) | undefined;
  const [container] = deployment?.spec.template.spec.containers ?? [];
  const told = container?.env?.filter(({ name }) => name.endsWith('_IMAGE')) ?? [];
  return [container?.image ?? '', ...told.map(({ value = '' }) => value)];
}
