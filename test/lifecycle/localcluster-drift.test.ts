import { describeDrift } from './drift.ts';
import { startLocalTier } from './localcluster-tier.ts';

describeDrift('on localcluster', startLocalTier);
