import type { Pod } from '../../operator/src/api/kubernetes.ts';
import { aTrainResult } from '../../operator/src/testing/builders.ts';
import { podOf } from '../../operator/src/testing/fake-cluster.ts';
import { predictorPod } from '../../operator/src/testing/played-pods.ts';
import type { Step } from './story.ts';
import type { ToldCluster } from './told-cluster.ts';

/** What goes wrong before a first version serves, and how a person is led out of it. */
export const TROUBLES: readonly Step[] = [
  {
    title: 'the model names a Secret that the operator does not allow',
    act(cluster) {
      cluster.edit('a Secret', ({ storage }) => {
        delete storage.persistentVolumeClaim;
        Object.assign(storage, { uri: 's3://retail', secretRef: { name: 'payroll' } });
      });
      cluster.settle();
    },
  },
  {
    title: 'its name is corrected, and no node takes the training',
    act(cluster) {
      cluster.edit('a name', ({ storage }) => (storage.secretRef = { name: 'stockout-retail' }));
      cluster.settle();
      const pod = podOf(cluster.runningJob('retail-train'), 0, '');
      const message = '0/3 nodes are available: 3 Insufficient memory.';
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
      putPod(cluster, { ...pod, status: { phase: 'Pending', conditions } });
    },
  },
  {
    title: 'it runs, v1 is trained, and the image of the predictor is not there',
    act(cluster) {
      cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
      cluster.settle();
      const waiting = { reason: 'ImagePullBackOff', message: 'predictor:test: not found' };
      const stuck = { name: 'predictor', ready: false, restartCount: 0, state: { waiting } };
      putPod(cluster, { ...blue(cluster), status: { phase: 'Pending', containerStatuses: [stuck] } });
    },
  },
  {
    title: 'the deadline is over',
    act(cluster) {
      cluster.pass(600);
      cluster.stall('retail-blue');
      cluster.settle();
    },
  },
  {
    title: 'the image is there, a person gives it more memory, and v1 serves',
    act(cluster) {
      cluster.edit('memory', ({ serving }) => (serving.resources = { limits: { memory: '1Gi' } }));
      cluster.settle();
      cluster.bringUp('retail-blue');
      cluster.settle();
      cluster.giveAddress('20.1.2.3');
      cluster.settle();
    },
  },
  {
    title: 'promotion is Manual from now on, and a better version is trained',
    act(cluster) {
      cluster.edit('Manual', (spec) => {
        spec.promotion.policy = 'Manual';
        spec.training!.params.rounds = 300;
      });
      cluster.settle();
      cluster.pass(20);
      cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v2'));
      cluster.settle();
    },
  },
  {
    title: 'all of its pods go',
    act(cluster) {
      const deployment = cluster.stores.deployments.get('shop/retail-blue')!;
      const { status } = deployment;
      cluster.put(cluster.stores.deployments, {
        ...deployment,
        status: { ...status, readyReplicas: 0, availableReplicas: 0 },
      });
      const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' };
      const terminated = { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-23T12:10:00Z' };
      const crashed = {
        name: 'predictor',
        ready: false,
        restartCount: 4,
        state: { waiting },
        lastState: { terminated },
      };
      for (const index of [0, 1]) {
        const pod = predictorPod(deployment, index);
        putPod(cluster, { ...pod, status: { phase: 'Running', containerStatuses: [crashed] } });
      }
    },
  },
];

function blue({ stores }: ToldCluster): Pod {
  return predictorPod(stores.deployments.get('shop/retail-blue')!, 0);
}

function putPod(cluster: ToldCluster, pod: Pod): void {
  cluster.put(cluster.stores.pods, pod);
  cluster.settle();
}
