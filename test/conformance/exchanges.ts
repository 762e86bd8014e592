import type { Exchange } from './exchange.ts';

const NS = '/api/v1/namespaces/conformance';
const CONFIG = `${NS}/configmaps`;
const APPS = '/apis/apps/v1/namespaces/conformance/deployments';
const JOBS = '/apis/batch/v1/namespaces/conformance/jobs';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/conformance/leases';
const WIDGETS = '/apis/conformance.stockout.dev/v1/namespaces/conformance/widgets';

const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

const get = (path: string): Exchange => ({ method: 'GET', path });
const post = (path: string, body: object): Exchange => ({ method: 'POST', path, body });
const put = (path: string, body: object): Exchange => ({ method: 'PUT', path, body });
const patch = (path: string, body: unknown, type = MERGE): Exchange => ({
  method: 'PATCH',
  path,
  body,
  type,
});
const remove = (path: string, body?: object): Exchange => ({
  method: 'DELETE',
  path,
  ...(body ? { body } : {}),
});
const apply = (path: string, manager: string, body: object, more = ''): Exchange =>
  patch(`${path}?fieldManager=${manager}${more}`, body, APPLY);

const configMap = (name: string, data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
});

const container = { name: 'app', image: 'app:1', command: ['sleep', '1000'] };

const deployment = (spec: object, pod: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    // Scaled to nothing: what is shown is the API, not the controllers.
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container], ...pod } },
    ...spec,
  },
});

const job = (spec: object, pod: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once' },
  spec: {
    suspend: true,
    template: { spec: { containers: [container], restartPolicy: 'Never', ...pod } },
    ...spec,
  },
});

const widget = (spec: object, more: object = {}) => ({
  apiVersion: 'conformance.stockout.dev/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
  ...more,
});

const status = (conditions: object[]) => ({
  apiVersion: 'conformance.stockout.dev/v1',
  kind: 'Widget',
  status: { conditions },
});
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Serving',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

/** Requests whose answers a real API server gave, group by group; within a group they follow one another. */
export const exchanges: Record<string, Exchange[]> = {
  'create refuses what it cannot store': [
    post(CONFIG, { metadata: { name: 'a', resourceVersion: '3' } }),
    post(CONFIG, { metadata: { name: 'A_' } }),
    post(CONFIG, { metadata: {} }),
    post(CONFIG, { metadata: { name: 'a', namespace: 'other' } }),
    post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } }),
    post(CONFIG, { metadata: { name: 'a' }, data: { x: 1 } }),
    post(CONFIG, { metadata: { name: 'a', labels: { x: 'not a label' } } }),
    post(`${CONFIG}?fieldValidation=Strict`, { metadata: { name: 'a' }, unknown: 1, data: {} }),
    post(`${CONFIG}?dryRun=All`, configMap('dry', { x: '1' })),
    get(`${CONFIG}/dry`),
  ],
  'create, read, update, delete': [
    post(CONFIG, { ...configMap('a', { x: '1' }), unknown: 2 }),
    post(CONFIG, configMap('a', {})),
    get(`${CONFIG}/a`),
    put(`${CONFIG}/a`, configMap('a', { x: '2', y: '3' })),
    put(`${CONFIG}/a`, configMap('b', {})),
    put(`${CONFIG}/a`, configMap('a', {}, { uid: 'another' })),
    put(`${CONFIG}/a`, configMap('a', {}, { resourceVersion: '1' })),
    put(`${CONFIG}/none`, configMap('none', {})),
    remove(`${CONFIG}/a`, { preconditions: { uid: 'another' } }),
    remove(`${CONFIG}/a`),
    remove(`${CONFIG}/a`),
    get(`${CONFIG}/a`),
  ],
  patches: [
    post(CONFIG, configMap('p', { x: '1', y: '2' }, { labels: { app: 'a' } })),
    patch(`${CONFIG}/p`, { data: { y: null, z: '3' } }),
    patch(`${CONFIG}/p`, { metadata: { resourceVersion: '1' } }),
    patch(`${CONFIG}/p`, { metadata: { annotations: { note: 'n' }, labels: { app: null } } }, STRATEGIC),
    patch(`${CONFIG}/p`, [{ op: 'replace', path: '/data/x', value: 'two' }], JSON_PATCH),
    patch(`${CONFIG}/p`, [{ op: 'test', path: '/data/x', value: 'one' }], JSON_PATCH),
    patch(`${CONFIG}/p`, { data: {} }, 'application/unknown'),
    patch(`${CONFIG}/none`, { data: {} }),
    patch(`${CONFIG}/p?fieldValidation=Warn`, { unknown: 1 }),
    remove(`${CONFIG}/p`),
  ],
  'lists and selectors': [
    post(CONFIG, configMap('l1', {}, { labels: { app: 'list', tier: 'a' } })),
    post(CONFIG, configMap('l2', {}, { labels: { app: 'list', tier: 'b' } })),
    post(CONFIG, configMap('l3', {}, { labels: { app: 'list' } })),
    get(`${CONFIG}?labelSelector=app%3Dlist`),
    get(`${CONFIG}?labelSelector=app%3Dlist,tier%20in%20(b,c)`),
    get(`${CONFIG}?labelSelector=app%3Dlist,tier!%3Db`),
    get(`${CONFIG}?labelSelector=app%3Dlist,!tier`),
    get(`${CONFIG}?labelSelector=tier`),
    get(`${CONFIG}?fieldSelector=metadata.name%3Dl2`),
    get(`${CONFIG}?fieldSelector=data.x%3D1`),
    remove(`${CONFIG}?labelSelector=app%3Dlist`),
    get(`${CONFIG}?labelSelector=app%3Dlist`),
  ],
  'paths that are not there': [
    get(`${NS}/foos`),
    get('/apis/none.example/v1'),
    get('/nothing'),
    put(CONFIG, {}),
    patch(`${CONFIG}/x?fieldManager=`, configMap('x', {}), APPLY),
  ],
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
  'services, secrets, claims, leases': [
    post(`${NS}/services`, {
      metadata: { name: 's' },
      spec: { selector: { app: 'x' }, ports: [{ port: 80 }] },
    }),
    patch(`${NS}/services/s`, { spec: { type: 'NodePort' } }),
    patch(`${NS}/services/s`, { spec: { selector: { app: 'y' } } }),
    post(`${NS}/services`, { metadata: { name: 'bad' }, spec: { selector: { app: 'x' } } }),
    remove(`${NS}/services/s`),
    post(`${NS}/secrets`, { metadata: { name: 's' }, stringData: { key: 'value' } }),
    remove(`${NS}/secrets/s`),
    post(CONFIG, { ...configMap('fixed', { a: '1' }), immutable: true }),
    patch(`${CONFIG}/fixed`, { data: { a: '2' } }),
    remove(`${CONFIG}/fixed`),
    post(LEASES, { metadata: { name: 'l' }, spec: { holderIdentity: 'me', leaseDurationSeconds: 10 } }),
    put(`${LEASES}/l`, { metadata: { name: 'l' }, spec: { holderIdentity: 'you' } }),
    remove(`${LEASES}/l`),
  ],
  pods: [
    post(`${NS}/pods`, {
      metadata: { name: 'p' },
      spec: {
        nodeSelector: { none: 'such' },
        automountServiceAccountToken: false,
        containers: [{ ...container, readinessProbe: { httpGet: { port: 80 } } }],
      },
    }),
    post(`${NS}/pods`, {
      metadata: { name: 'bad' },
      spec: {
        automountServiceAccountToken: false,
        containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      },
    }),
    remove(`${NS}/pods/p`, { gracePeriodSeconds: 0 }),
  ],
  'finalizers hold an object': [
    post(CONFIG, configMap('f', {}, { finalizers: ['conformance.stockout.dev/hold'] })),
    remove(`${CONFIG}/f`),
    patch(`${CONFIG}/f`, { metadata: { finalizers: null } }),
    get(`${CONFIG}/f`),
  ],
  'custom resources': [
    post(WIDGETS, widget({ size: 1, unknown: 2 })),
    post(
      `${WIDGETS}?fieldValidation=Strict`,
      widget({ size: 1, unknown: 2, parts: [{ name: 'a', wrong: 1 }] }),
    ),
    post(WIDGETS, { ...widget({ size: 0, color: 'pink' }), metadata: { name: 'bad' } }),
    post(WIDGETS, { ...widget({ size: 5, limit: 3 }), metadata: { name: 'bad' } }),
    put(`${WIDGETS}/w`, widget({ size: 2 })),
    patch(`${WIDGETS}/w`, { spec: { size: 2 }, status: { conditions: [ready] } }),
    patch(`${WIDGETS}/w`, { spec: { size: 3 } }),
    patch(`${WIDGETS}/w`, { metadata: { annotations: { a: 'b' } } }),
    patch(`${WIDGETS}/w/status`, { spec: { size: 9 }, status: { conditions: [ready], replicas: 3 } }),
    get(`${WIDGETS}/w/scale`),
    patch(`${WIDGETS}/w/scale`, { spec: { replicas: 4 } }),
    patch(`${WIDGETS}/w`, { spec: { size: 'big' } }),
    patch(`${WIDGETS}/w`, { spec: { size: 4 } }, STRATEGIC),
    get(`${WIDGETS}/w`),
    remove(`${WIDGETS}/w`),
  ],
  'custom resources, applied': [
    apply(`${WIDGETS}/w`, 'user', widget({ size: 1, parts: [{ name: 'a', count: 1 }] })),
    apply(`${WIDGETS}/w`, 'other', widget({ parts: [{ name: 'b', count: 2 }] })),
    apply(`${WIDGETS}/w`, 'other', widget({ parts: [{ name: 'a', count: 5 }] })),
    apply(`${WIDGETS}/w/status`, 'operator', status([ready])),
    apply(`${WIDGETS}/w/status`, 'operator', status([ready])),
    apply(`${WIDGETS}/w/status`, 'intruder', status([{ ...ready, status: 'False' }])),
    apply(`${WIDGETS}/w`, 'user', widget({ size: 1 }, status([ready]))),
    apply(`${WIDGETS}/w`, 'user', widget({ size: 1, wrong: 2 })),
    apply(`${WIDGETS}/w`, 'user', widget({ size: 0 })),
    apply(
      `${WIDGETS}/w/status`,
      'operator',
      status([
        { ...ready, reason: 'Else' },
        { ...ready, type: 'Other' },
      ]),
    ),
    remove(`${WIDGETS}/w`),
  ],
};
