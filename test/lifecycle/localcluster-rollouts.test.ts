import { startLocalTier } from './localcluster-tier.ts';
import { describeRollouts } from './rollouts.ts';

describeRollouts('on localcluster', startLocalTier);
