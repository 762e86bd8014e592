import { rightName } from './audit.ts';
import { kustomize, type Manifest } from './kubectl.ts';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

interface Role extends Manifest {
  rules: Rule[];
}

/** One verb on one resource: a rule that cannot be smaller. */
export interface Right {
  /** As `list pods`. */
  name: string;
  rule: Rule;
}

/** What config/base lets the operator do, each verb on each resource by itself, in the order of their names. */
export async function grantedRights(): Promise<Right[]> {
  const roles = (await kustomize('config/base')).filter(isOfOperator) as Role[];
  const rights = roles.flatMap(({ rules }) => rules.flatMap(rightsOf));
  return rights.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function rightsOf({ apiGroups, resources, verbs, ...named }: Rule): Right[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.map((verb) => ({
        name: rightName(verb, group, resource),
        rule: { apiGroups: [group], resources: [resource], verbs: [verb], ...named },
      })),
    ),
  );
}

function isOfOperator({ kind, metadata }: Manifest): boolean {
  return ['ClusterRole', 'Role'].includes(kind) && metadata.name.startsWith('stockout-operator');
}
