import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { KubeClient } from '@stockout/localcluster/client';
import { expect } from 'vitest';
import type { Access } from '../../localcluster/src/client/kubeconfig.ts';
import type { KubeObject } from '../../localcluster/src/types.ts';
import { endStateOf } from './end-state.ts';
import type { Fault } from './fault.ts';
import { Killer, type When } from './killer.ts';
import { OperatorBehindProxy, type Stage } from './operator-behind-proxy.ts';
import type { PlayedNode } from './played-node.ts';
import { PlayedStorage } from './played-storage.ts';
import { COMPARED, GATED, SCORINGS, tellStory, TRAININGS } from './story.ts';
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

interface Course {
  /** @returns the operators, who are stopped when the life is over; more may be added until then */
  begin(stage: Stage): Promise<{ stop(): Promise<void> }[]>;
  /** Done in the middle of each step, which is counted from 0. */
  amid?(stage: Stage, step: number): Promise<void>;
  /** Done after each step. */
  between?(stage: Stage, isLast: boolean): Promise<void>;
}

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
    return this.through({ begin: async (stage) => [await OperatorBehindProxy.start(stage, fault)] });
  }

  /** Each step meets a new operator that reads lists of old at first; the last one is told the truth. */
  underRestarts(fault: Fault): Promise<object[]> {
    const operators: OperatorBehindProxy[] = [];
    const start = async (stage: Stage, met: Fault): Promise<OperatorBehindProxy[]> => {
      operators.push(await OperatorBehindProxy.start(stage, met));
      return operators;
    };
    return this.through({
      begin: (stage) => start(stage, fault),
      between: async (stage, isLast) => {
        await operators.pop()?.stop();
        await start(stage, isLast ? HARMLESS : fault);
      },
    });
  }

  /** The operator is killed at a write, and another one goes on. @returns undefined when that write never came */
  async killed(at: number, when: When): Promise<object[] | undefined> {
    let successor: Promise<void> | undefined;
    const begin = async (stage: Stage): Promise<OperatorBehindProxy[]> => {
      const operators: OperatorBehindProxy[] = [];
      const succeed = async (): Promise<void> => {
        operators.push(await OperatorBehindProxy.start(stage, HARMLESS));
      };
      const killer = new Killer(at, when, () => (successor = succeed()));
      operators.push(await OperatorBehindProxy.start(stage, killer));
      return operators;
    };
    const end = await this.through({ begin });
    await successor;
    return successor && end;
  }

  /** Whoever is told of old goes astray for a while after the last step too: the end is where it comes to rest. */
  async #endOf(namespace: string): Promise<object[]> {
    const deadline = performance.now() + REST_MS;
    for (;;) {
      const end = await endStateOf(this.#tier.client, namespace);
      this.#end ??= end;
      if (isDeepStrictEqual(end, this.#end) || performance.now() > deadline) return end;
      await delay(LOOK_MS);
    }
  }

  /** @returns the end */
  async through({ begin, amid, between }: Course): Promise<object[]> {
    const { client, access, node, folder } = this.#tier;
    const namespace = `life-${++this.#count}-${Date.now().toString(36)}`;
    const { metadata } = await client.post<KubeObject>('/api/v1/namespaces', {
      metadata: { name: namespace },
    });
    const storage = new PlayedStorage();
    node.mount(namespace, storage);
    const witness = new Witness(client, namespace, Number(metadata.resourceVersion));
    const stage: Stage = { access, namespace, folder, past: new Map() };
    let operators: { stop(): Promise<void> }[] = [];
    try {
      witness.start();
      operators = await begin(stage);
      await tellStory(
        { client, namespace },
        {
          amid: async (step) => amid?.(stage, step),
          between: async (isLast) => between?.(stage, isLast),
        },
      );
      await witness.caughtUp();
      expectSound(storage, witness, this.#end === undefined);
      return await this.#endOf(namespace);
    } finally {
      await Promise.all(operators.map((operator) => operator.stop()));
      witness.stop();
      // A server that is away for good must not hide what went wrong.
      await client.delete(`/api/v1/namespaces/${namespace}`).catch(() => {});
    }
  }
}

/**
 * Nothing twice, and whoever called was served by a version that had passed its gates.
 * @param isUndisturbed nothing went wrong
 */
function expectSound(storage: PlayedStorage, witness: Witness, isUndisturbed: boolean): void {
  expect(storage.versions, 'each training made one version').toHaveLength(TRAININGS);
  expect(storage.commits, 'each scoring run committed once').toBe(SCORINGS);
  const compared = witness.jobs.filter(isComparison);
  const once = witness.jobs.filter((name) => !isComparison(name));
  expect(once.toSorted(), 'each Job was made once').toEqual([...new Set(once)].toSorted());
  // Who reads of old that there is no version looks for them in storage: that does no harm.
  const asked = once.filter((name) => !name.includes('-recover-'));
  expect(asked, 'no Job but those that were asked for').toHaveLength(TRAININGS + SCORINGS);
  // A comparison only reads. Who is told of an old spec ends it, or lets the version serve without: it had passed too.
  expect(compared.filter((name) => !COMPARED.test(name))).toEqual([]);
  if (isUndisturbed) expect(compared).toEqual([expect.stringMatching(COMPARED)]);
  expect(witness.trouble(GATED)).toEqual([]);
}

const isComparison = (name: string): boolean => name.includes('-evaluate-');
