import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const OVERLAY = 'config/overlays/aks';
const WORKFLOWS = '.github/workflows';

/** What infra/ makes and what config/ and the workflows name must be the same; no compiler sees across them. */
describe('infra/', async () => {
  const main = await readFile('infra/main.bicep', 'utf8');

  it('federates the ServiceAccounts that the overlay for AKS has, in its namespace', async () => {
    const { namespace } = parse(await readFile(`${OVERLAY}/namespace/kustomization.yaml`, 'utf8')) as {
      namespace: string;
    };
    expect(main).toContain(`var namespace = '${namespace}'`);
    const subjects = matches(main, /'system:serviceaccount:\$\{namespace\}:([a-z-]+)'/g);
    const files = [
      `${OVERLAY}/namespace/service-account.yaml`,
      'config/components/azure-key-vault/sync.yaml',
    ];
    const accounts = await Promise.all(files.map(serviceAccountsOf));
    expect(subjects).toEqual(accounts.flat());
  });

  it('prints every value of settings.yaml, and no other', async () => {
    const { data } = parse(await readFile(`${OVERLAY}/settings/settings.yaml`, 'utf8')) as { data: object };
    expect(keysOf(main, 'settings')).toEqual(Object.keys(data));
  });

  it('federates the GitHub environments in which workflows sign in to Azure, and no other', async () => {
    const files = await Promise.all(['deploy-aks.yml', 'release.yml'].map((file) => readWorkflow(file)));
    const jobs = files.flatMap(({ jobs: each }) => Object.values(each));
    const signingIn = jobs.filter(({ steps = [] }) =>
      steps.some(({ uses }) => uses?.startsWith('azure/login@')),
    );
    const environments = signingIn.map(({ environment }) => environment);
    expect(matches(main, /:environment:([a-z]+)'/g).sort()).toEqual([...new Set(environments)].sort());
  });

  it('prints the variables that these workflows read', async () => {
    const printed = [...keysOf(main, 'repositoryVariables'), 'AZURE_CLIENT_ID'];
    const read = new Set<string>();
    for (const file of ['deploy-aks.yml', 'release.yml']) {
      const text = await readFile(`${WORKFLOWS}/${file}`, 'utf8');
      for (const name of matches(text, /vars\.((?:AKS|ACR|AZURE)_[A-Z_]+)/g)) read.add(name);
    }
    expect([...read].sort()).toEqual(printed.sort());
  });

  it('taints and labels the training pool with what trainings and scoring runs tolerate and ask for', async () => {
    const cluster = await readFile('infra/modules/cluster.bicep', 'utf8');
    const taints = [
      ...matches(cluster, /^var trainingTaints = \['(.+)'\]$/gm),
      ...matches(cluster, /^var spotTaints = \['(.+)'\]$/gm),
    ];
    const [[key = '', value = ''] = []] = [...cluster.matchAll(/nodeLabels: \{ '(.+)': '(.+)' \}/g)].map(
      ([, ...groups]) => groups,
    );
    for (const [file, partOf] of [
      ['training', (spec: Placed) => spec.training],
      ['scoring', (spec: Placed) => spec],
    ] as const) {
      const text = await readFile(`config/components/training-pool/${file}.yaml`, 'utf8');
      const { nodeSelector, tolerations = [] } = partOf((parse(text) as { spec: Placed }).spec) ?? {};
      expect(nodeSelector).toEqual({ [key]: value });
      expect(tolerations.map((each) => `${each.key}=${each.value}:${each.effect}`)).toEqual(taints);
    }
  });

  it('taints the system pool with what the operator tolerates', async () => {
    const cluster = await readFile('infra/modules/cluster.bicep', 'utf8');
    const [key] = matches(cluster, /nodeTaints: \['(\w+)=true:NoSchedule'\]/g);
    expect(await readFile(`${OVERLAY}/system-pool.yaml`, 'utf8')).toContain(
      `{ key: ${key}, operator: Exists }`,
    );
  });
});

async function serviceAccountsOf(file: string): Promise<string[]> {
  const objects = parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS()) as {
    kind: string;
    metadata: { name: string };
  }[];
  return objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
}

interface Placed {
  nodeSelector?: Record<string, string>;
  tolerations?: { key: string; value: string; effect: string }[];
  training?: Placed;
}

interface Workflow {
  jobs: Record<string, { environment?: string; steps?: { uses?: string }[] }>;
}

async function readWorkflow(file: string): Promise<Workflow> {
  return parse(await readFile(`${WORKFLOWS}/${file}`, 'utf8')) as Workflow;
}

/** The keys of an output that is an object. */
function keysOf(bicep: string, output: string): string[] {
  const [body = ''] = matches(bicep, new RegExp(`^output ${output} object = \\{\\n([^]*?)\\n\\}$`, 'gm'));
  return matches(body, /^ {2}(\w+):/gm);
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group]) => group ?? '');
}
