import { startLocalTier } from './localcluster-tier.ts';
import { describePodFaults } from './pod-faults.ts';

describePodFaults('on localcluster', startLocalTier);
