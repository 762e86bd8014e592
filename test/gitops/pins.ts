import type { StockoutModel } from '@stockout/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../localcluster/src/types.ts';
import type { FaultTier } from '../faults/lives.ts';
import { OperatorBehindProxy } from '../faults/operator-behind-proxy.ts';
import { pinInFile } from '../../cli/src/pin/pin-file.ts';
import { HOPELESS_ROUNDS, PlayedStorage } from '../faults/played-storage.ts';
import { conditionOf, pathOf, type Told } from '../faults/told.ts';
import { Witness } from '../faults/witness.ts';
import { type Deliver, GITOPS } from './deliver.ts';
import { Repository } from './repository.ts';

const MINUTES = 60_000;

/** What a pull request merges reaches the cluster by server-side apply; each step goes on from the one before. */
export function describePins(
  where: string,
  startTier: () => Promise<FaultTier>,
  delivery: (tier: FaultTier) => Deliver,
): void {
  describe(`a version that is pinned in Git ${where}`, () => {
    let tier: FaultTier;
    let told: Told;
    let operator: OperatorBehindProxy;
    let witness: Witness;
    let repository: Repository;
    let deliver: Deliver;

    beforeAll(async () => {
      tier = await startTier();
      const { client, access, folder, node } = tier;
      const namespace = `gitops-${Date.now().toString(36)}`;
      told = { client, namespace };
      const { metadata } = await client.post<KubeObject>('/api/v1/namespaces', {
        metadata: { name: namespace },
      });
      // As config/overlays makes it: without, a real cluster makes no pods.
      const account = { metadata: { name: 'stockout-data' } };
      await client.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, account);
      node.mount(namespace, new PlayedStorage());
      witness = new Witness(client, namespace, Number(metadata.resourceVersion));
      witness.start();
      operator = await OperatorBehindProxy.start({ access, namespace, folder, past: new Map() }, {});
      repository = await Repository.begin(namespace);
      deliver = delivery(tier);
    }, MINUTES);

    afterAll(async () => {
      await operator?.stop();
      witness?.stop();
      await repository?.remove();
      await tier?.client.delete(`/api/v1/namespaces/${told.namespace}`);
      await tier?.stop();
    }, MINUTES);

    it('serves, once it is trained', async () => {
      await deliver(repository.folder);
      await expectServing('v1');
    });

    it('is promoted by the commit that pins it, and not before', async () => {
      await merge('another training', (text) => text.replace('rounds: 100', 'rounds: 200'));
      await until((model) => expect(model.status?.latestVersion).toBe('v2'));
      await expectServing('v1');
      await pin('v2');
      await expectServing('v2');
    });

    it('is rolled back by git revert', async () => {
      await revert();
      await expectServing('v1');
    });

    it('is refused when it did not pass its gates, and the old one keeps serving', async () => {
      await merge('a poor training', (text) => text.replace('rounds: 200', `rounds: ${HOPELESS_ROUNDS}`));
      await until((model) => expect(model.status?.latestVersion).toBe('v3'));
      await pin('v3');
      await expectRefused(/^spec\.promotion\.version: v3 did not pass its gates: .*; v1 keeps serving$/);
      await revert();
      await expectServing('v1');
    });

    it('is refused when nobody knows it, and the old one keeps serving', async () => {
      await pin('v9');
      await expectRefused(/^spec\.promotion\.version: .*v9.*; v1 keeps serving$/);
      await revert();
      await expectServing('v1');
    });

    it('is all the while what Git says: nobody else has written anything of the spec', async () => {
      const { metadata, spec } = await look();
      const managers = (metadata as KubeObject['metadata']).managedFields?.map(
        ({ manager, operation, subresource }) => ({ manager, operation, subresource }),
      );
      expect(managers).toEqual([
        { manager: GITOPS, operation: 'Apply', subresource: undefined },
        { manager: 'stockout-operator', operation: 'Update', subresource: 'status' },
      ]);
      expect(spec.promotion).toEqual({ policy: 'Manual', version: 'v1' });
      await witness.caughtUp();
      expect(witness.trouble(['v1', 'v2'])).toEqual([]);
    });

    async function merge(message: string, change: (text: string) => string): Promise<void> {
      await repository.edit(change);
      await repository.commit(message);
      await deliver(repository.folder);
    }

    async function pin(version: string): Promise<void> {
      await pinInFile(repository.model, version);
      await repository.commit(`${version} serves`);
      await deliver(repository.folder);
    }

    async function revert(): Promise<void> {
      await repository.revert();
      await deliver(repository.folder);
    }

    async function expectServing(version: string): Promise<void> {
      await until((model) => {
        expect(model.status?.servingVersion).toBe(version);
        expect(conditionOf(model, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
      });
    }

    async function expectRefused(why: RegExp): Promise<void> {
      await until((model) => {
        expect(conditionOf(model, 'Ready')).toMatchObject({
          status: 'False',
          reason: 'PinnedVersionRefused',
          message: expect.stringMatching(why),
        });
        expect(model.status?.servingVersion).toBe('v1');
      });
    }

    /** Of the spec that was delivered. */
    async function until(assertion: (model: StockoutModel) => void): Promise<void> {
      const seen = async (): Promise<void> => {
        const model = await look();
        expect(model.status?.observedGeneration).toBe(model.metadata.generation);
        assertion(model);
      };
      await expect.poll(async () => seen().then(() => 'so', String), { timeout: MINUTES }).toBe('so');
    }

    function look(): Promise<StockoutModel> {
      return told.client.get<StockoutModel>(pathOf(told, 'stockoutmodels', 'retail'));
    }
  });
}
