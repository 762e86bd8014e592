import { describeFaults } from './describe-faults.ts';
import { startLocalTier } from './played-tier.ts';

describeFaults('on localcluster', startLocalTier, { seeds: 1, kills: 8 });
