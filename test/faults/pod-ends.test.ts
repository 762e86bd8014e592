import { describePodEnds } from './pod-ends.ts';
import { startLocalTier } from './played-tier.ts';

describePodEnds('on localcluster', startLocalTier);
