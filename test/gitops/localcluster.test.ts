import { startLocalTier } from '../faults/played-tier.ts';
import { deliverBy } from './deliver.ts';
import { describePins } from './pins.ts';

describePins('on localcluster', startLocalTier, ({ client }) => deliverBy(client));
