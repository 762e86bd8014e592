import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { GoldenReport } from '@stockout/contracts';
import { connect, isCode, type KubeClient } from '@stockout/localcluster/client';
import { type Operator, startOperator } from '@stockout/operator';
import { HollowNode } from '../api/hollow-node.ts';
import { apply, kubectl, waitForKinds } from '../api/kubectl.ts';
import { writeOperatorKubeconfig } from '../api/operator-account.ts';
import { type Moment, PREVIOUS_RELEASE, readRecording, type Recording, restore } from '../api/recording.ts';
import { operatorEnv } from '../api/release.ts';
import { readInstalled, type Standing, standing } from '../api/standing.ts';
import { until } from '../conformance/until.ts';
import { provideVolume, removeAll } from '../lifecycle/real-cluster.ts';
import { SMALL_CLAIM, volumeClaim } from '../lifecycle/small-world.ts';

export const MODEL = 'retail';
const CRDS = ['crd/stockoutmodels.stockout.dev', 'crd/scoringjobs.stockout.dev'];

interface Pieces {
  client: KubeClient;
  recording: Recording;
  node: HollowNode;
  folder: string;
}

/** What pods that are pretended to run tell of their golden predictions. */
const REPRODUCED: GoldenReport = {
  model: `default/${MODEL}`,
  version: 'v2',
  url: `http://${MODEL}-candidate.default.svc`,
  rows: 1,
  reproduced: 1,
  different: 0,
  unanswered: 0,
  message: null,
};

type Images = Record<'pipeline' | 'predictor', string>;

/** The release before as it was installed, with what its operator had made, and then the kinds of this release. */
export class RestoredCluster {
  readonly client: KubeClient;
  readonly recording: Recording;
  /** As it stood before the upgrade. */
  readonly before: Standing;
  readonly #node: HollowNode;
  readonly #folder: string;

  private constructor(given: Pieces, before: Standing) {
    this.client = given.client;
    this.recording = given.recording;
    this.#node = given.node;
    this.#folder = given.folder;
    this.before = before;
  }

  static async start(moment: Moment): Promise<RestoredCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-upgrade-'));
    const recording = await readRecording(moment);
    const client = await connect(process.env.KUBECONFIG ?? '', 'upgrade-test');
    const pieces = { client, recording, node: hollowNode(client, recording), folder };
    await pieces.node.start();
    try {
      return new RestoredCluster(pieces, await installAndUpgrade(pieces));
    } catch (error) {
      // The next one brings its own.
      await pieces.node.stop();
      client.close();
      throw error;
    }
  }

  /** This release's operator. @param images default: those of the release before */
  async startOperator(images: Partial<Images> = {}): Promise<Operator> {
    const kubeconfigPath = join(this.#folder, 'operator.kubeconfig');
    return startOperator({
      kubeconfigPath,
      adminPort: 0,
      askPod: () => Promise.resolve(REPRODUCED),
      images: { ...(await imagesOfBefore()), ...images },
    });
  }

  standing(): Promise<Standing> {
    return standing(this.client, MODEL);
  }

  async stop(): Promise<void> {
    await removeAll(this.client);
    await kubectl(['delete', '--ignore-not-found', 'namespace', 'stockout-system']);
    await this.#node.stop();
    this.client.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** @returns what stood before the kinds of this release came */
async function installAndUpgrade({ client, recording, folder }: Pieces): Promise<Standing> {
  await kubectl(['delete', '--ignore-not-found', ...CRDS]);
  await provideVolume(client, join(folder, 'volume'), SMALL_CLAIM);
  await apply([volumeClaim()]);
  await kubectl(['apply', '--server-side', '-f', `${PREVIOUS_RELEASE}install.yaml`]);
  await waitForKinds(CRDS);
  await restore(recording);
  const isThere = () => standing(client, MODEL).then((now) => isWhole(recording, now), isStarting);
  await until('the objects are there', isThere, 120);
  const before = await standing(client, MODEL);
  await kubectl(['apply', '--server-side', '-k', 'config/base']);
  await writeOperatorKubeconfig(join(folder, 'operator.kubeconfig'));
  await until('the new kinds are read', isThere, 120);
  return before;
}

/**
 * A controller that sees an owner before its pods makes others, and then takes away as many, be they the recorded ones or
 * not: what serves before the upgrade are those that are left.
 */
function isWhole({ objects }: Recording, now: Standing): boolean {
  const recorded = (kind: string): string[] =>
    objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const deployments = recorded('Deployment');
  return (
    deployments.every((name) => countOf(name, now.pods) === countOf(name, recorded('Pod'))) &&
    now.jobs.length === recorded('Job').length &&
    now.deployments.length === deployments.length &&
    now.service !== undefined &&
    now.scoringJobs.length > 0
  );
}

function countOf(deployment: string, pods: readonly string[]): number {
  return pods.filter((name) => name.startsWith(`${deployment}-`)).length;
}

/** A kind that is new is not read at once. */
function isStarting(error: unknown): false {
  if (isCode(error, 429) || isCode(error, 503)) return false;
  throw error;
}

async function imagesOfBefore(): Promise<Images> {
  const env = operatorEnv(await readInstalled());
  return {
    pipeline: env['STOCKOUT_PIPELINE_IMAGE'] ?? '',
    predictor: env['STOCKOUT_PREDICTOR_IMAGE'] ?? '',
  };
}

/** The node that the recorded pods are on; its pods are pretended to run. */
function hollowNode(client: KubeClient, { objects }: Recording): HollowNode {
  const pod = objects.find(({ kind }) => kind === 'Pod') as unknown as {
    spec: { nodeName: string };
    status: { podIP: string };
  };
  return new HollowNode(client, {
    name: pod.spec.nodeName,
    labels: {},
    namespaces: ['default', 'stockout-system'],
    isBroken: () => false,
    podAddress: pod.status.podIP,
    onTick: () => Promise.resolve(),
  });
}
