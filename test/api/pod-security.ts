import { apply, kubectl, type Manifest } from './kubectl.ts';

export interface PodTemplate {
  /** Whose it is, for people. */
  of: string;
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: { serviceAccountName?: string };
}

/** A namespace that admits what the restricted Pod Security Standard does, and holds nothing. */
export class RestrictedNamespace {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async create(): Promise<void> {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.name, labels } }]);
  }

  /** Whether a pod of this template would be admitted. @returns why not */
  async refuse({ of, metadata, spec }: PodTemplate): Promise<string | undefined> {
    const { serviceAccountName = 'default' } = spec;
    const account = { name: serviceAccountName, namespace: this.name };
    await apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }]);
    const name = of.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name, namespace: this.name },
      spec,
    };
    const flags = ['create', '--dry-run=server', '--validate=strict', '-f', '-'];
    return kubectl(flags, JSON.stringify(pod)).then(
      () => undefined,
      (error: unknown) => `${of}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

export async function refusedPods(
  namespace: RestrictedNamespace,
  templates: readonly PodTemplate[],
): Promise<string[]> {
  const refusals: string[] = [];
  for (const template of templates) {
    const refusal = await namespace.refuse(template);
    if (refusal !== undefined) refusals.push(refusal);
  }
  return refusals;
}

/** The pod template of a Deployment or a Job, of the operator's builders or of a file. */
export function podTemplatesOf(object: object): PodTemplate[] {
  const { kind, metadata, spec } = object as Manifest & { spec?: { template?: Omit<PodTemplate, 'of'> } };
  const template = kind === 'Application' ? undefined : spec?.template;
  return template === undefined ? [] : [{ of: `${kind} ${metadata.name}`, ...template }];
}
