import { ofApply } from './apply-exchanges.ts';
import type { Exchange } from './exchange.ts';
import { ofKinds } from './kind-exchanges.ts';
import { ofObjects } from './object-exchanges.ts';

/** Requests whose answers a real API server gave, group by group; within a group they follow one another. */
export const exchanges: Record<string, Exchange[]> = { ...ofObjects, ...ofApply, ...ofKinds };
