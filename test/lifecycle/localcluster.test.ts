import { startLocalTier } from './localcluster-tier.ts';
import { describeRollouts } from './rollouts.ts';
import { describeLifecycle } from './scenario.ts';
import { describeTrouble } from './trouble.ts';

describeLifecycle('on localcluster', startLocalTier);
describeTrouble('on localcluster', startLocalTier);
describeRollouts('on localcluster', startLocalTier);
