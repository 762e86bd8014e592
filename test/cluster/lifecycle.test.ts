import { describeLifecycle } from '../lifecycle/scenario.ts';
import { describeRecovery } from '../lifecycle/recovery.ts';
import { describeTrouble } from '../lifecycle/trouble.ts';
import { startClusterTier } from './cluster-tier.ts';

describeLifecycle('on a real node', startClusterTier);
describeTrouble('on a real node', startClusterTier);
describeRecovery('on a real node', startClusterTier);
