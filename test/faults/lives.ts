import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '@stockout/localcluster/client';
import { expect } from 'vitest';
import type { Access } from '../../localcluster/src/client/kubeconfig.ts';
import { endStateOf } from './end-state.ts';
import type { Fault } from './fault.ts';
import { Killer, type When } from './killer.ts';
import { OperatorBehindProxy, type Stage } from './operator-behind-proxy.ts';
import type { PlayedNode } from './played-node.ts';
import { PlayedStorage } from './played-storage.ts';
import { GATED, SCORINGS, tellStory, TRAININGS } from './story.ts';
import { Witness } from './witness.ts';

/** A Kubernetes whose pods are played. */
export interface FaultTier {
  /** As an administrator. */
  client: KubeClient;
  /** As the operator. */
  access: Access;
  node: PlayedNode;
  /** For files of a while. */
  folder: string;
  stop(): Promise<void>;
}

const HARMLESS: Fault = {};
const REST_MS = 20_000;
const LOOK_MS = 100;

type Operators = OperatorBehindProxy[];
/** Begins a life with an operator. */
type Begin = (stage: Stage, operators: Operators) => Promise<void>;
/** Done after each step. */
type Between = (stage: Stage, operators: Operators, isLast: boolean) => Promise<void>;

/** Whole lives of one model, each in a namespace of its own, held to what must be true at every moment. */
export class Lives {
  readonly #tier: FaultTier;
  #count = 0;
  /** Of the first life, in which nothing went wrong. */
  #end: object[] | undefined;

  constructor(tier: FaultTier) {
    this.#tier = tier;
  }

  /** Nothing goes wrong. @returns the end, and all that the operator wrote on the way there, as `VERB path` */
  async undisturbed(): Promise<{ end: object[]; writes: string[] }> {
    const recorder = new Killer(Infinity, 'before', () => {});
    const end = await this.under(recorder);
    return { end, writes: recorder.writes };
  }

  under(fault: Fault): Promise<object[]> {
    return this.#live(async (stage, operators) => {
      operators.push(await OperatorBehindProxy.start(stage, fault));
    });
  }

  /** Each step meets a new operator that reads lists of old at first; the last one is told the truth. */
  underRestarts(fault: Fault): Promise<object[]> {
    const begin: Begin = async (stage, operators) => {
      operators.push(await OperatorBehindProxy.start(stage, fault));
    };
    return this.#live(begin, async (stage, operators, isLast) => {
      await operators.pop()?.stop();
      operators.push(await OperatorBehindProxy.start(stage, isLast ? HARMLESS : fault));
    });
  }

  /** The operator is killed at a write, and another one goes on. @returns undefined when that write never came */
  async killed(at: number, when: When): Promise<object[] | undefined> {
    let successor: Promise<void> | undefined;
    const end = await this.#live(async (stage, operators) => {
      const succeed = async (): Promise<void> => {
        operators.push(await OperatorBehindProxy.start(stage, HARMLESS));
      };
      const killer = new Killer(at, when, () => (successor = succeed()));
      operators.push(await OperatorBehindProxy.start(stage, killer));
    });
    await successor;
    return successor && end;
  }

  /** Whoever is told of old goes astray for a while after the last step too: the end is where it comes to rest. */
  async #endOf(namespace: string): Promise<object[]> {
    const deadline = Date.now() + REST_MS;
    for (;;) {
      const end = await endStateOf(this.#tier.client, namespace);
      this.#end ??= end;
      if (isDeepStrictEqual(end, this.#end) || Date.now() > deadline) return end;
      await delay(LOOK_MS);
    }
  }

  async #live(begin: Begin, between?: Between): Promise<object[]> {
    const { client, access, node, folder } = this.#tier;
    const namespace = `life-${++this.#count}-${Date.now().toString(36)}`;
    await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
    const storage = new PlayedStorage();
    node.mount(namespace, storage);
    const witness = new Witness(client, namespace);
    const stage: Stage = { access, namespace, folder, past: new Map() };
    const operators: Operators = [];
    try {
      witness.start();
      await begin(stage, operators);
      await tellStory({ client, namespace }, async (isLast) => between?.(stage, operators, isLast));
      expectSound(storage, witness);
      return await this.#endOf(namespace);
    } finally {
      await Promise.all(operators.map((operator) => operator.stop()));
      witness.stop();
      await client.delete(`/api/v1/namespaces/${namespace}`);
    }
  }
}

/** Nothing twice, and whoever called was served by a version that had passed its gates. */
function expectSound(storage: PlayedStorage, witness: Witness): void {
  expect(storage.versions, 'each training made one version').toHaveLength(TRAININGS);
  expect(storage.commits, 'each scoring run committed once').toBe(SCORINGS);
  expect(witness.jobs.toSorted(), 'each Job was made once').toEqual([...new Set(witness.jobs)].toSorted());
  // Who reads of old that there is no version looks for them in storage: that does no harm.
  const asked = witness.jobs.filter((name) => !name.includes('-recover-'));
  expect(asked, 'no Job but those that were asked for').toHaveLength(TRAININGS + SCORINGS);
  expect(witness.trouble(GATED)).toEqual([]);
}
