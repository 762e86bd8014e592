import { startLocalTier } from './localcluster-tier.ts';
import { describeLifecycle } from './scenario.ts';
import { describeTrouble } from './trouble.ts';

describeLifecycle('on localcluster', startLocalTier);
describeTrouble('on localcluster', startLocalTier);
