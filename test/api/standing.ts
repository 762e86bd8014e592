import { readFile } from 'node:fs/promises';
import type { StockoutModel } from '@stockout/crds';
import type { KubeClient, List } from '@stockout/localcluster/client';
import type { Manifest } from './kubectl.ts';
import { PREVIOUS_RELEASE } from './recording.ts';
import { objectsOf } from './release.ts';

const OURS = 'app.kubernetes.io/managed-by=stockout-operator';
const COLOR = 'stockout.dev/color';
const SCORING_JOBS = '/apis/stockout.dev/v1alpha1/namespaces/default/scoringjobs';

interface Stored extends Manifest {
  metadata: Manifest['metadata'] & { uid: string; generation?: number; resourceVersion: string };
}

interface Deployment extends Stored {
  spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
}

interface Service extends Stored {
  spec: { selector: Record<string, string> };
}

/** What there is of a model, as far as an upgrade could change it; everything by its uid and what was last written. */
export interface Standing {
  model: StockoutModel;
  scoringJobs: string[];
  /** Whatever is written to it, its resourceVersion tells. */
  service: { color: string; resourceVersion: string } | undefined;
  deployments: { name: string; uid: string; generation: number | undefined; images: string[] }[];
  pods: string[];
  jobs: string[];
  /** ConfigMaps of versions, which nobody writes twice. */
  records: string[];
}

export async function standing(client: KubeClient, name: string): Promise<Standing> {
  const models = '/apis/stockout.dev/v1alpha1/namespaces/default/stockoutmodels';
  const { items } = await client.get<List<StockoutModel>>(models);
  const list = async <T extends Stored>(path: string): Promise<T[]> => {
    const query = `labelSelector=${encodeURIComponent(OURS)}`;
    return (await client.get<List<T>>(`${path}?${query}`)).items;
  };
  const [service] = await list<Service>('/api/v1/namespaces/default/services');
  const deployments = await list<Deployment>('/apis/apps/v1/namespaces/default/deployments');
  return {
    scoringJobs: uidsOf((await client.get<List<Stored>>(SCORING_JOBS)).items),
    model: items.find(({ metadata }) => metadata.name === name) as StockoutModel,
    service: service && {
      color: service.spec.selector[COLOR] ?? '',
      resourceVersion: service.metadata.resourceVersion,
    },
    deployments: deployments.map(({ metadata: { name: of, uid, generation }, spec }) => ({
      name: of,
      uid,
      generation,
      images: spec.template.spec.containers.map(({ image }) => image),
    })),
    pods: uidsOf(await list('/api/v1/namespaces/default/pods')),
    jobs: uidsOf(await list('/apis/batch/v1/namespaces/default/jobs')),
    records: uidsOf(await list('/api/v1/namespaces/default/configmaps')),
  };
}

function uidsOf(objects: readonly Stored[]): string[] {
  return objects.map(({ metadata: { name, uid } }) => `${name} ${uid}`).sort();
}

/** What the release before installs. */
export async function readInstalled(): Promise<Manifest[]> {
  return objectsOf(await readFile(`${PREVIOUS_RELEASE}install.yaml`, 'utf8'));
}
