import { startLocalTier } from './localcluster-tier.ts';
import { describeTrouble } from './trouble.ts';

describeTrouble('on localcluster', startLocalTier);
