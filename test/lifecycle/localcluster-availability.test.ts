import { describeAvailability } from './availability.ts';
import { startLocalTier } from './localcluster-tier.ts';

describeAvailability('on localcluster', startLocalTier);
