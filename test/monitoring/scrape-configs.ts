import { readComponent } from './component.ts';

interface Relabeling {
  sourceLabels?: string[];
  targetLabel: string;
  replacement?: string;
}

interface Endpoint {
  port: string;
  honorLabels?: boolean;
  relabelings: Relabeling[];
}

interface Selector {
  matchLabels: Record<string, string>;
}

/** What a monitor selects, and how it is scraped. */
export interface Monitor {
  selector: Selector;
  endpoint: Endpoint;
}

/** What Prometheus' discovery would have found: an address, and what Kubernetes knows of it. */
export interface Target {
  address: string;
  labels: Record<string, string>;
}

export async function readServiceMonitor(): Promise<Monitor> {
  type ServiceMonitor = { spec: { selector: Selector; endpoints: [Endpoint] } };
  const { selector, endpoints } = (await readComponent<ServiceMonitor>('service-monitor.yaml')).spec;
  return { selector, endpoint: endpoints[0] };
}

export async function readPodMonitor(): Promise<Monitor> {
  type PodMonitor = { spec: { selector: Selector; podMetricsEndpoints: [Endpoint] } };
  const { selector, podMetricsEndpoints } = (await readComponent<PodMonitor>('pod-monitor.yaml')).spec;
  return { selector, endpoint: podMetricsEndpoints[0] };
}

/**
 * What the Prometheus operator makes of a monitor. Debian's Prometheus cannot ask Kubernetes for targets, so that they
 * are given, with the labels that the discovery would give them.
 */
export function scrapeConfig(job: string, { endpoint }: Monitor, targets: readonly Target[]): object {
  return {
    job_name: job,
    honor_labels: endpoint.honorLabels ?? false,
    relabel_configs: endpoint.relabelings.map(({ sourceLabels, targetLabel, replacement }) => ({
      ...(sourceLabels !== undefined && { source_labels: sourceLabels }),
      target_label: targetLabel,
      ...(replacement !== undefined && { replacement }),
    })),
    static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
  };
}

/** Labels of a pod by the names that the discovery has for them. */
export function discovered(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [
      `__meta_kubernetes_pod_label_${name.replaceAll(/\W/g, '_')}`,
      value,
    ]),
  );
}
