import { describeAvailability } from '../lifecycle/availability.ts';
import { describePodFaults } from '../lifecycle/pod-faults.ts';
import { describeDrift } from '../lifecycle/drift.ts';
import { describeLifecycle } from '../lifecycle/scenario.ts';
import { describeRecovery } from '../lifecycle/recovery.ts';
import { describeRollouts } from '../lifecycle/rollouts.ts';
import { describeStorageFaults } from '../lifecycle/storage-faults.ts';
import { describeTrouble } from '../lifecycle/trouble.ts';
import { startRealTier } from './real-tier.ts';
import { describeRights } from './rights.ts';

const startTier = () => startRealTier({ podSecurity: 'restricted' });

describeLifecycle('on a real API server', startTier);
describeTrouble('on a real API server', startTier);
describeRecovery('on a real API server', startTier);
describeAvailability('on a real API server', startTier);
describeRollouts('on a real API server', startTier);
describePodFaults('on a real API server', startTier);
describeStorageFaults('on a real API server', startTier);
describeDrift('on a real API server', startTier);
describeRights();
