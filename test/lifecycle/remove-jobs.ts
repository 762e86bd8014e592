import { connect } from '@stockout/localcluster/client';
import type { SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

/** With their pods, which the API server would leave behind if it were not told. */
export async function removeJobs(
  { kubeconfigPath }: Tier,
  { kube }: SmallWorld,
  selector: string,
): Promise<void> {
  const client = await connect(kubeconfigPath, 'remove-jobs');
  for (const name of await kube.names('batch/v1', 'Job', selector)) {
    await client.delete(`/apis/batch/v1/namespaces/default/jobs/${name}`, {
      propagationPolicy: 'Background',
    });
  }
  client.close();
}
