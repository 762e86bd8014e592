import { startLocalTier } from './localcluster-tier.ts';
import { describeRecovery } from './recovery.ts';

describeRecovery('on localcluster', startLocalTier);
