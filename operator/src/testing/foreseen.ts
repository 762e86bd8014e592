import { upcomingOf } from '../outlook/index.ts';
import type { FakeCluster } from './fake-cluster.ts';

/** What people are told of what happens next, each with its time of the day. */
export function foreseen({ model, stores, now }: FakeCluster): string[] {
  const { services, deployments, jobs } = stores;
  const around = {
    services: [...services.values()],
    deployments: [...deployments.values()],
    jobs: [...jobs.values()],
  };
  return upcomingOf(model, around, now).map(({ at, what }) => `${at.toISOString().slice(11, 19)} ${what}`);
}
