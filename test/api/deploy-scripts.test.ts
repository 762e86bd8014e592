import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { connect, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { applyForeignDefinitions } from './foreign-definitions.ts';
import { HollowNode } from './hollow-node.ts';
import { apply, kubectl, kustomize } from './kubectl.ts';
import { PlayedModel } from './played-model.ts';
import { type Ran, runSteps } from './workflow-steps.ts';

const NAMESPACES = ['stockout-system', 'stockout'];
const PARTS = ['operator', 'pipeline', 'predictor'] as const;
const KEY = 'one of the keys';
const POD_ADDRESS = '10.244.7.1';
const SCORE = { status: 200, body: { stockout_risk_score: 0.97, stockout_risk_label: 1 } };

/** A build: its images' digests, made of one digit each. */
const digestsOf = (digit: string): Record<(typeof PARTS)[number], string> => ({
  operator: `sha256:${digit.repeat(63)}1`,
  pipeline: `sha256:${digit.repeat(63)}2`,
  predictor: `sha256:${digit.repeat(63)}3`,
});
const GOOD = digestsOf('a');
const BETTER = digestsOf('b');
const NO_OPERATOR = digestsOf('c');
const NO_SCORES = digestsOf('d');
const NO_NUMBERS = digestsOf('e');

describe('deploy-aks.yml, its own steps on a real API server', () => {
  let folder: string;
  let client: KubeClient;
  let node: HollowNode;
  const model = new PlayedModel(POD_ADDRESS, KEY, (image) => {
    if (image.endsWith(NO_SCORES.predictor)) return { status: 500, body: { title: 'broken' } };
    if (image.endsWith(NO_NUMBERS.predictor)) return { status: 200, body: { stockout_risk_score: null } };
    return SCORE;
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stockout-deploy-'));
    client = await connect(process.env.KUBECONFIG ?? '', 'deploy-test');
    node = new HollowNode(client, {
      name: 'aks-system-1',
      labels: { 'kubernetes.azure.com/mode': 'system' },
      namespaces: NAMESPACES,
      isBroken: (image) => image.endsWith(NO_OPERATOR.operator),
      podAddress: POD_ADDRESS,
      onTick: () => model.reconcile(),
    });
    await kubectl(['delete', 'namespace', '--ignore-not-found', ...NAMESPACES]);
    await applyForeignDefinitions();
    await model.start();
    await node.start();
  }, 600_000);

  afterAll(async () => {
    await kubectl(['delete', 'stockoutmodels', '--all', '--namespace', 'stockout']);
    await kubectl(['delete', 'namespace', '--ignore-not-found', ...NAMESPACES]);
    await node.stop();
    model.stop();
    client.close();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it('a first deployment says that all is new; with no model to test, it fails and has nothing to go back to', async () => {
    const { steps, summary } = await deploy(GOOD);
    expect(namesOf(steps)).toEqual(['Render', 'Diff', 'Apply', 'Wait ✗', 'Roll back ✗']);
    expect(summary).toMatch(/### First installation[^]*- deployment\.apps\/stockout-operator\n/);
    expect(steps.at(-2)?.output).toContain('apply config/overlays/aks/models');
    expect(steps.at(-1)?.output).toContain('rollout undo deployment/stockout-operator');
  });

  it('all three images run by their digests, the revision is noted, and the model has scored', async () => {
    await installModel();
    const { steps, summary } = await deploy(GOOD, { revision: 'f'.repeat(40) });
    expect(namesOf(steps)).toEqual(['Render', 'Diff', 'Apply', 'Wait', 'Smoke test', 'Record']);
    expect(await deployed()).toEqual(GOOD);
    expect(summary).toContain(`stockout.dev/revision: ${'f'.repeat(40)}`);
    const [health, predict, version] = steps[4]?.output.trim().split('\n') ?? [];
    expect(health).toBe('health 200: {"status":"ok"}');
    expect(predict).toMatch(/^predict 200: .*"stockout_risk_score":0\.97/);
    expect(version).toBe('version: v1');
  });

  it('deployed again, nothing changes', async () => {
    const { steps, summary } = await deploy(GOOD, { revision: 'f'.repeat(40) });
    expect(steps.some(({ failed }) => failed)).toBe(false);
    expect(summary).toBe('### No changes\n');
  });

  it('a new build is shown as a diff and takes over', async () => {
    const { steps, summary } = await deploy(BETTER);
    expect(steps.some(({ failed }) => failed)).toBe(false);
    for (const part of PARTS) {
      expect(summary).toMatch(new RegExp(`\n-.*@${GOOD[part]}\n\\+.*@${BETTER[part]}\n`));
    }
    expect(await deployed()).toEqual(BETTER);
  });

  it.each([
    ['whose predictor fails', NO_SCORES, 'predict 500: {"title":"broken"}'],
    ['whose predictor gives no number', NO_NUMBERS, 'stockout/retail gives no score for'],
  ])('a build %s is rolled back to the digests before', async (_, digests, reason) => {
    const { steps, summary } = await deploy(digests);
    expect(namesOf(steps)).toEqual(['Render', 'Diff', 'Apply', 'Wait', 'Smoke test ✗', 'Roll back']);
    expect(steps[4]?.output).toContain(reason);
    expect(summary).toMatch(new RegExp(`rolled back to\n.*stockout-operator@${BETTER.operator}\n`));
    expect(await deployed()).toEqual(BETTER);
  });

  it('a build whose operator does not start is rolled back', async () => {
    const { steps } = await deploy(NO_OPERATOR, { seconds: 15 });
    expect(namesOf(steps)).toEqual(['Render', 'Diff', 'Apply', 'Wait ✗', 'Roll back']);
    expect(await deployed()).toEqual(BETTER);
  });

  it('the kinds are not rolled back: what is kept for it holds none', async () => {
    const kept = await kubectl([
      'get',
      '-n',
      'stockout-system',
      'configmap/stockout-last-deployed',
      '-o',
      'json',
    ]);
    const { data } = JSON.parse(kept) as { data: Record<string, string> };
    const kinds = [...(data['manifests.yaml'] ?? '').matchAll(/^kind: (.*)$/gm)].map(([, kind]) => kind);
    expect(kinds).toContain('Deployment');
    expect(kinds).not.toContain('CustomResourceDefinition');
  });

  it('a field that someone else has taken stops it before anything is applied', async () => {
    await kubectl(['scale', '-n', 'stockout-system', 'deployment/stockout-operator', '--replicas=3']);
    const { steps } = await deploy(GOOD);
    expect(namesOf(steps)).toEqual(['Render', 'Diff ✗']);
    expect(steps[1]?.output).toMatch(/conflict.*\.spec\.replicas/s);
    expect(await deployed()).toEqual(BETTER);
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', join(folder, 'rendered.yaml')]);
  });

  it('without a digest nothing is rendered', async () => {
    const { steps } = await deploy({ ...GOOD, pipeline: '' });
    expect(namesOf(steps)).toEqual(['Render ✗']);
    expect(steps[0]?.output).toContain("PIPELINE_DIGEST is ''");
  });

  it('SMOKE_MODEL none deploys an operator without a model', async () => {
    const { steps } = await deploy(GOOD, { smokeModel: 'none' });
    expect(steps.some(({ failed }) => failed)).toBe(false);
    expect(steps[4]?.output).toContain('no predictor was asked');
  });

  interface DeployOptions {
    revision?: string;
    smokeModel?: string;
    seconds?: number;
  }

  async function deploy(
    digests: typeof GOOD,
    { revision = 'r', smokeModel = 'stockout/retail', seconds = 90 }: DeployOptions = {},
  ): Promise<{ steps: Ran[]; summary: string }> {
    const summary = join(folder, 'summary.md');
    await writeFile(summary, '');
    const outputs = PARTS.map((part) => [`needs.images.outputs.${part}`, digests[part]]);
    const steps = await runSteps({
      workflow: 'deploy-aks.yml',
      job: 'deploy',
      only: /^scripts\/deploy\/(?!connect-aks)/,
      expressions: {
        ...Object.fromEntries(outputs),
        'github.sha': revision,
        'vars.ACR_LOGIN_SERVER || needs.images.outputs.registry': 'registry.example/team',
        "vars.SMOKE_MODEL || 'stockout/retail'": smokeModel,
      },
      env: { RUNNER_TEMP: folder, GITHUB_STEP_SUMMARY: summary, WAIT_SECONDS: String(seconds) },
    });
    return { steps, summary: await readFile(summary, 'utf8') };
  }

  async function installModel(): Promise<void> {
    const objects = await kustomize('config/overlays/aks/models');
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'stockout-api-key', namespace: 'stockout' },
      stringData: { default: KEY },
    };
    await apply([...objects.filter(({ kind }) => kind === 'StockoutModel'), secret]);
    await model.serve('retail', 'stockout');
  }
});

it('the workflow does what these steps do, and no other step of its touches the cluster', async () => {
  const text = await readFile('.github/workflows/deploy-aks.yml', 'utf8');
  const { jobs } = parse(text) as { jobs: Record<string, { steps?: { run?: string }[] }> };
  const runs = (jobs.deploy?.steps ?? []).flatMap(({ run }) => (run === undefined ? [] : [run]));
  expect(runs.filter((run) => /kubectl|helm/.test(run))).toEqual([]);
  expect(runs.length).toBe(9);
});

function namesOf(steps: readonly Ran[]): string[] {
  return steps.map(({ name, failed }) => (failed ? `${name} ✗` : name));
}

/** The digests of the operator that runs, and of what it is told to run. */
async function deployed(): Promise<Record<string, string>> {
  const text = await kubectl(['get', '-n', 'stockout-system', 'deployment/stockout-operator', '-o', 'json']);
  const found = [...text.matchAll(/registry\.example\/team\/stockout-([a-z]+)@(sha256:[0-9a-f]{64})/g)];
  return Object.fromEntries(found.map(([, part, digest]) => [part ?? '', digest ?? '']));
}
