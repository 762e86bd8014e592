import { describeLifecycle } from '../lifecycle/scenario.ts';
import { describeTrouble } from '../lifecycle/trouble.ts';
import { startRealTier } from './real-tier.ts';

describeLifecycle('on a real API server', startRealTier);
describeTrouble('on a real API server', startRealTier);
