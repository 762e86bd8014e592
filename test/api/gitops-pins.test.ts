import { GITOPS } from '../gitops/deliver.ts';
import { describePins } from '../gitops/pins.ts';
import { kubectl } from './kubectl.ts';
import { startRealPlayedTier } from './played-tier.ts';

describePins('on a real API server, by kubectl', startRealPlayedTier, () => async (folder) => {
  await kubectl(['apply', '--server-side', `--field-manager=${GITOPS}`, '-k', folder]);
});
