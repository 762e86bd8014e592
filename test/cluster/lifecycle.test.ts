import { describeAvailability } from '../lifecycle/availability.ts';
import { describeDrift } from '../lifecycle/drift.ts';
import { describeLifecycle } from '../lifecycle/scenario.ts';
import { describePodFaults } from '../lifecycle/pod-faults.ts';
import { describeRecovery } from '../lifecycle/recovery.ts';
import { describeRollouts } from '../lifecycle/rollouts.ts';
import { describeStorageFaults } from '../lifecycle/storage-faults.ts';
import { describeTrouble } from '../lifecycle/trouble.ts';
import { startClusterTier } from './cluster-tier.ts';

describeLifecycle('on a real node', startClusterTier);
describeTrouble('on a real node', startClusterTier);
describeRecovery('on a real node', startClusterTier);
describeAvailability('on a real node', startClusterTier);
describeRollouts('on a real node', startClusterTier);
describePodFaults('on a real node', startClusterTier);
describeStorageFaults('on a real node', startClusterTier);
describeDrift('on a real node', startClusterTier);
