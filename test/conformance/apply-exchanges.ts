import type { Exchange } from './exchange.ts';
import {
  container,
  apply,
  APPS,
  CONFIG,
  configMap,
  deployment,
  get,
  job,
  JOBS,
  patch,
  post,
  remove,
  STRATEGIC,
} from './requests.ts';

/** Of server-side apply. */
export const ofApply: Record<string, Exchange[]> = {
  'server-side apply owns fields': [
    apply(`${CONFIG}/s`, 'one', configMap('s', { a: '1', b: '2' }, { labels: { l: '1' } })),
    apply(`${CONFIG}/s`, 'one', configMap('s', { a: '1', b: '2' }, { labels: { l: '1' } })),
    apply(`${CONFIG}/s`, 'two', configMap('s', { a: '1', c: '3' })),
    apply(`${CONFIG}/s`, 'two', configMap('s', { a: 'other' })),
    apply(`${CONFIG}/s`, 'two', configMap('s', { a: 'other', b: 'other' })),
    apply(`${CONFIG}/s`, 'two', configMap('s', { a: 'other' }), '&force=true'),
    apply(`${CONFIG}/s`, 'one', configMap('s', { b: '2' })),
    patch(`${CONFIG}/s?fieldManager=three`, { data: { d: '4', b: 'changed' } }),
    apply(`${CONFIG}/s`, 'one', configMap('s', { b: '2' })),
    apply(`${CONFIG}/s`, 'one', configMap('s', { b: '2', d: '5', a: 'mine' })),
    apply(`${CONFIG}/s`, 'one', configMap('s', {})),
    apply(`${CONFIG}/s`, 'one', { ...configMap('s', {}), unknown: 1 }),
    apply(`${CONFIG}/other`, 'one', configMap('s', {})),
    apply(`${CONFIG}/dry`, 'one', configMap('dry', {}), '&dryRun=All'),
    get(`${CONFIG}/dry`),
    remove(`${CONFIG}/s`),
  ],
  'server-side apply makes what is not there on top of any revision, and no uid': [
    apply(`${CONFIG}/r`, 'one', configMap('r', { a: '1' }, { resourceVersion: '1' })),
    apply(`${CONFIG}/r`, 'one', configMap('r', { a: '2' }, { resourceVersion: '1' })),
    apply(`${CONFIG}/r`, 'two', configMap('r', { b: '1' }, { resourceVersion: '1' }), '&force=true'),
    get(`${CONFIG}/r`),
    apply(`${CONFIG}/none`, 'one', configMap('none', {}, { uid: '11111111-2222-3333-4444-555555555555' })),
    get(`${CONFIG}/none`),
    remove(`${CONFIG}/r`),
  ],
  'server-side apply merges lists by key': [
    apply(`${APPS}/web`, 'one', deployment({})),
    apply(`${APPS}/web`, 'two', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: '1' }] }] } } },
    }),
    apply(`${APPS}/web`, 'two', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'app', image: 'app:2' }] } } },
    }),
    apply(
      `${APPS}/web`,
      'one',
      deployment(
        {},
        {
          containers: [
            { ...container, ports: [{ containerPort: 80 }] },
            { name: 'side', image: 'side:1' },
          ],
        },
      ),
    ),
    apply(`${APPS}/web`, 'one', deployment({})),
    apply(`${APPS}/web`, 'two', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } }),
    remove(`${APPS}/web`, { propagationPolicy: 'Background' }),
  ],
  deployments: [
    post(APPS, deployment({})),
    post(APPS, {
      ...deployment({}),
      metadata: { name: 'bad' },
      spec: { ...deployment({}).spec, selector: { matchLabels: { app: 'x' } } },
    }),
    post(APPS, { ...deployment({}, { containers: [] }), metadata: { name: 'bad' } }),
    post(APPS, { ...deployment({}, { containers: [{ name: 'a' }] }), metadata: { name: 'bad' } }),
    patch(
      `${APPS}/web`,
      { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'A', value: '1' }] }] } } } },
      STRATEGIC,
    ),
    patch(`${APPS}/web`, { spec: { replicas: -1 } }),
    patch(`${APPS}/web`, { metadata: { labels: { a: 'b' } } }),
    remove(`${APPS}/web`, { propagationPolicy: 'Background' }),
  ],
  jobs: [
    post(
      JOBS,
      job({
        backoffLimit: 2,
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [2] } }] },
      }),
    ),
    patch(`${JOBS}/once`, { spec: { completions: 3 } }),
    post(JOBS, { ...job({}, { restartPolicy: undefined }), metadata: { name: 'bad' } }),
    post(JOBS, { ...job({}, { restartPolicy: 'Always' }), metadata: { name: 'bad' } }),
    remove(`${JOBS}/once`, { propagationPolicy: 'Background' }),
  ],
};
