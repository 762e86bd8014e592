import { startLocalTier } from './localcluster-tier.ts';
import { describeLifecycle } from './scenario.ts';

describeLifecycle('on localcluster', startLocalTier);
