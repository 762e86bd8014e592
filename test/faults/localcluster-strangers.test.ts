import { startLocalTier } from './played-tier.ts';
import { describeStrangers } from './strangers.ts';

describeStrangers('on localcluster', startLocalTier);
