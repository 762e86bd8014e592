import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Leads a file of tests to the control plane of its worker: a worker has one file at a time, so a file has a control plane
 * to itself, and may end it.
 */
const planes = (process.env.STOCKOUT_API_PLANES ?? '').trim().split(' ');
const state = planes[Number(process.env.VITEST_POOL_ID) - 1] ?? '';
process.env.STOCKOUT_API_STATE = state;
process.env.KUBECONFIG = join(state, 'pki/admin.kubeconfig');
process.env.STOCKOUT_API_ETCD = readFileSync(join(state, 'etcd-address'), 'utf8').trim();
