import type { Exchange } from './exchange.ts';

// What exchanges.ts is made of: paths, requests, bodies.

export const NS = '/api/v1/namespaces/conformance';
export const CONFIG = `${NS}/configmaps`;
export const APPS = '/apis/apps/v1/namespaces/conformance/deployments';
export const JOBS = '/apis/batch/v1/namespaces/conformance/jobs';
export const AUTOSCALERS = '/apis/autoscaling/v2/namespaces/conformance/horizontalpodautoscalers';
export const BUDGETS = '/apis/policy/v1/namespaces/conformance/poddisruptionbudgets';
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/conformance/leases';
export const WIDGETS = '/apis/conformance.stockout.dev/v1/namespaces/conformance/widgets';

export const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';

export const get = (path: string): Exchange => ({ method: 'GET', path });
export const post = (path: string, body: object): Exchange => ({ method: 'POST', path, body });
export const put = (path: string, body: object): Exchange => ({ method: 'PUT', path, body });
export const patch = (path: string, body: unknown, type = MERGE): Exchange => ({
  method: 'PATCH',
  path,
  body,
  type,
});
export const remove = (path: string, body?: object): Exchange => ({
  method: 'DELETE',
  path,
  ...(body ? { body } : {}),
});
export const apply = (path: string, manager: string, body: object, more = ''): Exchange =>
  patch(`${path}?fieldManager=${manager}${more}`, body, APPLY);

export const configMap = (name: string, data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
});

export const container = { name: 'app', image: 'app:1', command: ['sleep', '1000'] };

export const deployment = (spec: object, pod: object = {}) => ({
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

export const job = (spec: object, pod: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'once' },
  spec: {
    suspend: true,
    template: { spec: { containers: [container], restartPolicy: 'Never', ...pod } },
    ...spec,
  },
});

export const autoscaler = (spec: object) => ({
  metadata: { name: 'web' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
    maxReplicas: 3,
    ...spec,
  },
});

export const budget = (spec: object) => ({
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: { app: 'none' } }, ...spec },
});

export const widget = (spec: object, more: object = {}) => ({
  apiVersion: 'conformance.stockout.dev/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
  ...more,
});

export const status = (conditions: object[]) => ({
  apiVersion: 'conformance.stockout.dev/v1',
  kind: 'Widget',
  status: { conditions },
});
export const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'Serving',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};
