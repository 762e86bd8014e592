import { startRealPlayedTier } from './played-tier.ts';
import { describeStrangers } from '../faults/strangers.ts';

describeStrangers('on a real API server', startRealPlayedTier);
