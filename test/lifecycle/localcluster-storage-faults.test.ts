import { startLocalTier } from './localcluster-tier.ts';
import { describeStorageFaults } from './storage-faults.ts';

describeStorageFaults('on localcluster', startLocalTier);
