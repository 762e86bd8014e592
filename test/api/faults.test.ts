import { describeFaults } from '../faults/describe-faults.ts';
import { describePodEnds } from '../faults/pod-ends.ts';
import { startRealPlayedTier } from './played-tier.ts';

describeFaults('on a real API server', startRealPlayedTier, { seeds: 1, kills: 8 });
describePodEnds('on a real API server', startRealPlayedTier);
